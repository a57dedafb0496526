"""Word lists in a real browser: by keyboard alone, without JavaScript, and on a very narrow screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.test import TransactionTestCase
from django.utils import timezone
from playwright.sync_api import Page, expect

from listening import lexicons
from listening.lexicon_kinds import KINDS
from listening.models import Rereading
from tests.base import PASSWORD, ada, mention
from tests.browser.rig import shared

pytestmark = pytest.mark.walk

HEALTH = KINDS["health"]
WORSE = '[[group]]\nname = "test word"\nweight = -3.5\nany = "zorbly"\n'


@pytest.mark.browser
class ReadingTests(TransactionTestCase):
    def setUp(self) -> None:
        ada()
        for minutes in range(5):
            at = timezone.now() - timedelta(minutes=minutes)
            mention("All of it was zorbly, truly zorbly", published_at=at)
        self.web = shared.web()

    @contextmanager
    def signed_in(self, **options: object) -> Iterator[Page]:
        context = shared.browser().new_context(**options)  # type: ignore[arg-type]
        self.addCleanup(context.close)
        page = context.new_page()
        page.goto(f"{self.web.url}/sign-in/")
        page.fill("#id_username", "ada")
        page.fill("#id_password", PASSWORD)
        page.press("#id_password", "Enter")
        page.wait_for_url(f"{self.web.url}/")
        yield page

    def test_a_word_is_added_tried_and_saved_by_keyboard(self) -> None:
        with self.signed_in() as page:
            page.goto(f"{self.web.url}/reading/health/")
            page.focus("#id_body")
            page.keyboard.press("Control+End")
            page.keyboard.insert_text(f"\n{WORSE}")
            self.press(page, "Preview")
            expect(page.locator("#preview-head")).to_contain_text("5 of 5 posts would read otherwise")
            expect(page.locator(".why ins").first).to_contain_text("test word")
            self.press(page, "Show the 5 from")
            expect(page.locator(".count[aria-pressed=true]")).to_have_text("5")
            self.press(page, "Save as a new version")
            expect(page.get_by_role("status").first).to_contain_text("Version 1 is in force")
        self.assertTrue(lexicons.body(HEALTH, 1).endswith(WORSE))

    def test_an_error_shows_its_line_until_the_list_is_mended(self) -> None:
        with self.signed_in() as page:
            page.goto(f"{self.web.url}/reading/health/")
            page.fill("#id_body", f"{WORSE}x = = 1\n")
            self.press(page, "Save as a new version")
            expect(page.locator("#wrong .is-here")).to_contain_text("x = = 1")
            page.fill("#id_body", WORSE)
            self.press(page, "Preview")
            expect(page.locator("#preview-head")).to_contain_text("of 5 posts would read otherwise")
            expect(page.locator("#wrong .is-here")).to_have_count(0)
            expect(page.locator("#id_body")).to_have_value(WORSE)

    def test_it_works_without_javascript(self) -> None:
        with self.signed_in(java_script_enabled=False) as page:
            page.goto(f"{self.web.url}/reading/health/")
            page.fill("#id_body", WORSE)
            page.get_by_role("button", name="Preview").click()
            expect(page.locator("#id_body")).to_have_value(WORSE)
            page.locator(".count").first.click()
            expect(page.locator(".count[aria-pressed=true]")).to_have_count(1)
            page.goto(f"{self.web.url}/reading/")
            page.get_by_role("button", name="Read again").click()
            expect(page.get_by_role("button", name="Stop here")).to_be_visible()

    def test_progress_moves_and_the_page_is_whole_again_at_the_end(self) -> None:
        with self.signed_in() as page:
            page.goto(f"{self.web.url}/reading/")
            self.press(page, "Read again")
            expect(page.locator("#rereading progress")).to_have_attribute("value", "0")
            page.focus("#stop-reading")
            Rereading.objects.update(done=3, started_at=timezone.now())
            expect(page.locator("#rereading progress")).to_have_attribute("value", "60")
            self.assertEqual(page.evaluate("document.activeElement.id"), "stop-reading")
            Rereading.objects.update(state=Rereading.State.DONE, finished_at=timezone.now())
            expect(page.get_by_role("button", name="Read again")).to_be_enabled()

    def test_nothing_runs_over_at_400_percent(self) -> None:
        lexicons.save(HEALTH, HEALTH.shipped + WORSE, based_on=0, by=None, at=timezone.now())
        with self.signed_in(viewport={"width": 320, "height": 256}) as page:
            for address in ("/reading/", "/reading/health/", "/reading/health/1/"):
                page.goto(self.web.url + address)
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                self.assertLessEqual(wide, 0, address)

    def press(self, page: Page, name: str) -> None:
        button = page.get_by_role("button", name=name).first
        button.focus()
        page.keyboard.press("Enter")
