"""Watchlists over time in a real browser: by keyboard alone, without JavaScript, on a very narrow screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client, TransactionTestCase
from django.utils import timezone
from playwright.sync_api import Page, expect

from alerts import defaults
from hospital.models import FacilityName
from listening import exclusions, relevance, watchlists
from listening.models import Author, Exclusion, Match, Mention, Query, RelevanceItem, Watchlist
from tests.base import ada, facility, mention, source
from tests.browser.rig import shared

pytestmark = pytest.mark.walk

NARROW = {"width": 320, "height": 640}  # what 1280 pixels are at 400 %
BAND = "Tonight: now playing North ED and the Waiting Rooms, live at the Foundry"
CARE = "Four hours in the North ED waiting room before a nurse came"


def world() -> Watchlist:
    """A facility with its names, a watchlist with what it found, and the rules that Murmur comes with."""
    defaults.ensure()
    north = facility("Northfield North Hospital", "north", city="Alder Falls")
    for kind, name in (("name", "North ED"), ("handle", "northfieldhlth")):
        FacilityName.objects.create(facility=north, kind=kind, name=name)
    made = watchlists.save(
        None,
        name="North ED waits",
        purpose="Waiting at North ED, before it becomes a complaint",
        facility=north,
        lines=['"north ed" AND (wait* OR hour*)', '"northfield er"'],
        by=ada(),
        at=timezone.now() - timedelta(days=40),
    )
    Watchlist.objects.update(review_on=timezone.localdate() - timedelta(days=3))
    query = Query.objects.order_by("pk")[0]
    author = Author.objects.create(network="x", external_id="7", handle="foundry_live")
    for number in range(24):
        is_noise = number % 4 == 0
        posted = mention(
            f"{BAND if is_noise else CARE} ({number})",
            source=source("x", "x", name="X"),
            facility=north,
            author=author if is_noise else None,
            published_at=timezone.now() - timedelta(hours=number),
            lane="noise" if is_noise else "access_wait",
            sentiment="neutral" if is_noise else "negative",
        )
        at = posted.text.index("North ED")
        Match.objects.create(mention=posted, query=query, spans=[[at, at + 8]])
    return made


@pytest.mark.browser
class KeepingTests(TransactionTestCase):
    def setUp(self) -> None:
        self.web, self.browser = shared.web(), shared.browser()
        self.made = world()

    @contextmanager
    def signed_in(self, **options: object) -> Iterator[Page]:
        client = Client()
        client.force_login(ada())
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": self.web.url}
        context = self.browser.new_context(**options)  # type: ignore[arg-type]
        self.addCleanup(context.close)
        context.add_cookies([cookie])  # type: ignore[list-item]
        yield context.new_page()

    def press(self, page: Page, name: str) -> None:
        """Reach a button or link by Tab alone, and press it."""
        for _ in range(150):
            page.keyboard.press("Tab")
            said = page.evaluate("document.activeElement.textContent.trim()")
            if str(said).startswith(name):
                page.keyboard.press("Enter")
                return
        self.fail(f"the keyboard does not reach {name!r}")

    def noise(self) -> Mention:
        return Mention.objects.filter(lane="noise").order_by("pk")[0]

    def test_a_day_of_an_admin_by_keyboard_alone(self) -> None:
        with self.signed_in() as page:
            page.goto(f"{self.web.url}/watchlists/packs/acute/?facility=north")
            self.press(page, "Save this watchlist")
            expect(page.get_by_role("status").first).to_contain_text("is saved with")
            page.goto(f"{self.web.url}/watchlists/{self.made.pk}/precision/")
            relevance.draw(self.made, timezone.now(), by=ada())
            for item in RelevanceItem.objects.all()[:17]:
                relevance.answer(item, "yes", by=ada(), at=timezone.now())
            page.reload()
            for _ in range(3):
                expect(page.locator(".judged-post")).to_be_visible()
                is_noise = "now playing" in page.locator(".judged-post").inner_text()
                with page.expect_navigation():
                    page.keyboard.press("n" if is_noise else "y")
            expect(page.locator("#judge-head")).to_contain_text("All 20 are judged")
            page.goto(f"{self.web.url}/mentions/{self.noise().pk}/")
            page.keyboard.press("f")
            page.wait_for_url("**/not-us/")
            self.press(page, "Show what else would go")
            expect(page.locator("#preview-head")).to_have_text("6 stored posts would go")
            self.press(page, "Leave 6 out")
            expect(page.locator("#held-head")).to_contain_text("0 excluded")
            exclusions.carry_out(Exclusion.objects.get().pk, timezone.now())
            expect(page.locator("#held-head")).to_contain_text("6 excluded")
            page.keyboard.press("z")
            expect(page.locator("#facts-head")).to_have_text("Undone")

    def test_a_card_on_the_wall_leads_to_what_else_would_go(self) -> None:
        with self.signed_in() as page:
            page.goto(f"{self.web.url}/")
            page.locator(f"#mention-{self.noise().pk}").focus()
            page.keyboard.press("f")
            page.wait_for_url(f"**/mentions/{self.noise().pk}/not-us/")

    def test_rules_are_tried_and_put_in_force_by_keyboard(self) -> None:
        with self.signed_in() as page:
            page.goto(f"{self.web.url}/rules/")
            page.focus("#id_body")
            page.keyboard.press("Control+a")
            page.keyboard.insert_text("rules:\n- name: Waits\n  queue: questions\n  when: wait* hour*\n")
            self.press(page, "Show what would move")
            expect(page.locator("#rehearsal-head")).to_contain_text("18 of 24 posts")
            self.press(page, "Put in force")
            expect(page.get_by_role("status").first).to_contain_text("Version 2 is in force")

    def test_it_works_without_javascript(self) -> None:
        with self.signed_in(java_script_enabled=False) as page:
            page.goto(f"{self.web.url}/watchlists/{self.made.pk}/file/")
            page.fill("#id_body", page.input_value("#id_body").replace("hour*", "hours"))
            page.click("text=Show what would change")
            expect(page.locator("#change-head")).to_have_text("1 line in, 1 out")
            page.click("text=Save this change")
            expect(page.get_by_role("status").first).to_contain_text("saved as the file says")

    def test_nothing_runs_out_of_a_narrow_page(self) -> None:
        relevance.draw(self.made, timezone.now(), by=ada())
        made = exclusions.put(
            Exclusion(kind="phrase", expression='"x"', by=ada(), at=timezone.now()), at=timezone.now()
        )
        pk = self.made.pk
        with self.signed_in(viewport=NARROW) as page:
            for path in (
                "/watchlists/",
                "/watchlists/packs/",
                "/watchlists/packs/acute/",
                "/watchlists/import/",
                *(f"/watchlists/{pk}/{name}/" for name in ("file", "history", "history/1", "precision")),
                f"/mentions/{self.noise().pk}/not-us/",
                "/exclusions/",
                f"/exclusions/{made.pk}/",
                "/rules/",
            ):
                with self.subTest(path):
                    page.goto(self.web.url + path)
                    self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 320)
