"""The editor of watchlists in a real browser: by keyboard alone, and without JavaScript."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.test import TransactionTestCase
from django.utils import timezone
from playwright.sync_api import Page, expect

from listening import watchlists
from listening.models import Watchlist
from tests.base import NOW, PASSWORD, ada, mention
from tests.browser.rig import shared

pytestmark = pytest.mark.walk


@pytest.mark.browser
class EditorTests(TransactionTestCase):
    def setUp(self) -> None:
        person = ada()
        for hours, text in enumerate(["Northfield lobby, rude", "Northfield waits", "Northfield waiting"]):
            mention(text, published_at=timezone.now() - timedelta(hours=hours))
        self.made = watchlists.save(None, name="Waits", lines=["northfield rude"], by=person, at=NOW)
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
        page.goto(f"{self.web.url}/watchlists/{self.made.pk}/")
        yield page

    def test_a_query_is_written_mended_previewed_and_saved_by_keyboard(self) -> None:
        with self.signed_in() as page:
            expect(page.locator(".chart-total")).to_contain_text("1 with this edit, was 1")
            page.keyboard.press("/")
            page.keyboard.press("Control+A")
            page.keyboard.type("northfield (wait* OR")
            expect(page.locator(".mistake")).to_contain_text("Line 1, character 19.")
            expect(page.locator(".chart-total")).to_contain_text("1 with this edit")
            page.keyboard.type(" lobby)")
            expect(page.locator(".chart-total")).to_contain_text("3 with this edit, was 1")
            expect(page.locator(".mistake")).to_have_count(0)
            expect(page.locator("#id_lines")).to_be_focused()
            self.press(page, "See them")
            expect(page.locator(".samples-panel h2")).to_have_text("Added by this edit")
            expect(page.locator(".tag-added")).to_have_count(2)
            page.locator("#id_lines").focus()
            page.keyboard.press("Control+Enter")
            expect(page.locator(".messages")).to_contain_text("The next poll obeys it.")
        self.assertEqual(watchlists.lines_of(Watchlist.objects.get()), ["northfield (wait* OR lobby)"])

    def test_it_works_without_javascript_and_on_a_narrow_screen(self) -> None:
        narrow = {"width": 340, "height": 700}
        with self.signed_in(java_script_enabled=False, viewport=narrow) as page:
            page.fill("#id_lines", "northfield wait*")
            page.get_by_role("button", name="Preview", exact=True).click()
            expect(page.locator(".chart-total")).to_contain_text("2 with this edit, was 1")
            expect(page.locator("#id_lines")).to_have_value("northfield wait*")
            page.locator("#see-removed").click()
            expect(page.locator(".tag-removed")).to_have_count(1)
            page.locator(".days summary").click()
            page.locator(".count").first.click()
            expect(page.locator("#see-samples")).to_be_visible()
            self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 340)

    def press(self, page: Page, name: str) -> None:
        """Tab to the first button of that name, and press it."""
        button = page.get_by_role("button", name=name, exact=True).first
        for _ in range(60):
            page.keyboard.press("Tab")
            if button.evaluate("one => one === document.activeElement"):
                page.keyboard.press("Enter")
                return
        self.fail(f"no key leads to {name}")
