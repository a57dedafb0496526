"""Big screens in a real Chromium: nobody touches them, and nothing that happens elsewhere stops them."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from dashboard.decks import Draft
from dashboard.screens import keeping
from dashboard.screens.programme import DECK
from hospital.models import Service, ServiceStatus
from tests import base
from tests.browser.test_wall import SCREEN, BrowserTestCase, card, shown, twice
from tests.dashboard.screens.base import hang, share

FOUR_K = (3840, 2160)
FITS = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
LEGIBLE = """() => {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 10;
  const inside = (at) => at.top >= 0 && at.left >= 0 && at.bottom <= innerHeight && at.right <= innerWidth;
  return [...document.querySelectorAll('.card')].filter((card) => {
    const [text, meta] = [card.querySelector('.card-text'), card.querySelector('.card-meta')];
    const size = (element) => parseFloat(getComputedStyle(element).fontSize) / rem;
    const feed = card.parentElement.getBoundingClientRect();
    const box = card.getBoundingClientRect();
    return inside(box) && box.bottom <= feed.bottom + 1 && size(text) >= 31.9 && size(meta) >= 27.9;
  }).length;
}"""


class ScreenTestCase(BrowserTestCase):
    def fill(self) -> None:
        said = "Three hours in your waiting room, an empty desk and nobody who says what comes next. " * 4
        for number in range(5):
            self.store(f"{number} {said}", lane="complaint", level="P2", sentiment="negative")
            self.store(f"{number} Where do I park on a Sunday? " * 8, lane="question", level="P3")
            self.store(f"{number} The night nurse sang to my dad. " * 6, lane="praise", sentiment="positive")

    def hang(self, address: str, size: tuple[int, int] = SCREEN, **options: Any) -> Page:
        """As a machine behind a screen does: no cookie, no sign-in."""
        context = self.browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        self.addCleanup(context.close)
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("console", self.note)
        page.goto(self.web.url + address)
        return page


class ScreenTests(ScreenTestCase):
    @pytest.mark.walk
    def test_twelve_cards_are_legible_and_nothing_scrolls(self) -> None:
        self.fill()
        portal = Service.objects.create(kind="portal", slug="portal", name="Patient portal")
        now = timezone.now()
        ServiceStatus.objects.create(service=portal, at=now, received_at=now, words="Up", feed="test")
        for screen_class in ("public", "staff"):
            _, address = hang(screen_class)
            for size in (SCREEN, FOUR_K):
                page = self.hang(address, size)
                with self.subTest(screen_class=screen_class, size=size):
                    self.assertEqual(page.evaluate(FITS), list(size))
                    self.assertGreaterEqual(page.evaluate(LEGIBLE), 12)
                    self.assertEqual(page.evaluate("getComputedStyle(document.body).cursor"), "none")
                    self.assertEqual(page.context.cookies(), [])
                page.context.close()
        self.assertEqual(self.troubles, [])

    @pytest.mark.walk
    def test_behind_what_breaks_in_nothing_is_lost_and_nothing_comes_twice(self) -> None:
        screen, address = hang("staff")
        page = self.hang(address)
        expect(page.locator("body")).to_have_attribute("data-live", "live")
        expect(page.locator("#stage")).to_have_attribute("data-scene", "live")
        self.store("Zebrafish", lane="emergency", level="P0", sentiment="negative")
        expect(page.locator("#stage")).to_have_attribute("data-scene", "break", timeout=15_000)
        expect(page.locator("#lanes")).to_be_hidden()
        came = [self.store().pk for _ in range(25)]
        self.wait(page, lambda: set(came) <= set(shown(page)))
        keeping.skip(screen, by=base.ada(), at=timezone.now())
        expect(page.locator("#stage")).to_have_attribute("data-scene", "live", timeout=20_000)
        expect(page.locator("#lanes")).to_be_visible()
        last = self.store()
        expect(card(page, last)).to_be_visible(timeout=10_000)
        self.assertEqual(twice(shown(page)), [])
        self.assertEqual(set(came) - set(shown(page)), set())

    @pytest.mark.walk
    def test_a_deck_is_told_of_what_comes_and_shows_it_at_once(self) -> None:
        deck = share("Money desk", Draft("Bills", "billing", width=640), Draft("Everything", "all"))
        _, address = hang("staff", steps=[(f"{DECK}{deck.pk}", 600)])
        for motion in ("no-preference", "reduce"):
            with self.subTest(motion=motion):
                page = self.hang(address, reduced_motion=motion)
                expect(page.locator("body")).to_have_attribute("data-live", "live")
                come = self.store("Charged twice", lane="billing", level="P3")
                # By itself it looks every 15 s.
                bill = page.locator(f"#stage .lane:first-child [data-mention='{come.pk}']")
                expect(bill).to_be_visible(timeout=8_000)
                wide, narrow = page.locator("#stage .lane").evaluate_all(
                    "lanes => lanes.map((lane) => lane.getBoundingClientRect().width)"
                )
                self.assertAlmostEqual(wide / narrow, 2, places=2)
                self.assertEqual(page.evaluate(FITS), list(SCREEN))
                page.context.close()
        self.assertEqual(self.troubles, [])

    @pytest.mark.walk
    def test_it_says_that_it_was_taken_down_and_comes_back_by_itself(self) -> None:
        screen, address = hang("public")
        page = self.hang(address)
        keeping.take_down(screen, by=base.ada(), at=timezone.now())
        expect(page.locator("h1")).to_have_text("This screen was taken down.", timeout=20_000)
        self.assertIn(address, page.url)
        keeping.put_up(screen, by=base.ada(), at=timezone.now())
        page.evaluate("htmx.ajax('GET', '', {target: '#down', swap: 'none'})")
        expect(page.locator("#lanes")).to_be_attached()
