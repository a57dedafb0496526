"""A wall that was away: cut off for ten minutes, asleep for a night. It comes back whole, and by itself."""

import os
from time import time

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page

from tests import base
from tests.browser.test_wall import twice
from tests.proof.browser import shown
from tests.proof.proxy import Proxy, Wire
from tests.proof.test_live import LiveTestCase
from tests.timing import IS_DRILL

pytestmark = pytest.mark.walk

CUT_SECONDS, EVERY_SECONDS = (600.0, 2.0) if IS_DRILL else (4.0, 0.4)
WHOLE_WITHIN = 30
SOON = 5.0  # until it says so
MISSED = 650  # more than is sent one by one
NIGHT = "08:00:00"

COUNT_RESETS = """
window.resets = 0;
window.EventSource = class extends EventSource {
  constructor(...given) { super(...given); this.addEventListener("reset", () => { window.resets += 1; }); }
};
"""
COLUMNS = "feeds => feeds.map(feed => [...feed.querySelectorAll('.card')].map(({id}) => id))"


class AbsenceTestCase(LiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.proxy = Proxy(self.web.port)
        self.addCleanup(self.proxy.stop)

    def away_page(self, person: User, *, has_clock: bool = False) -> Page:
        """A page whose line can be cut."""
        page = self.page_for(person, url=self.proxy.url)
        page.context.add_init_script(COUNT_RESETS)
        if has_clock:
            page.clock.install()
        page.goto(f"{self.proxy.url}/")
        self.wait_until_live(page)
        return page


class CutTests(AbsenceTestCase):
    """The stream cut and restored: first open and silent, then closed."""

    @pytest.mark.timeout(900)
    def test_nothing_is_lost_or_doubled_over_a_cut(self) -> None:
        page = self.away_page(base.carla())
        ids = self.store("Northfield before the cut")
        self.until(page, lambda: set(ids) <= set(shown(page)))
        for wire in (Wire.SILENT, Wire.CUT):
            self.proxy.put(wire)
            ids += self.arrive(page, CUT_SECONDS / 2)
        self.assertLess(len(self.seen(page)), len(ids))
        if IS_DRILL:
            self.assertEqual(page.evaluate("document.body.dataset.live"), "lost")
        self.proxy.put(Wire.WHOLE)
        restored_at = time()
        ids += self.store("Northfield after the cut")
        self.until(page, lambda: set(ids) <= set(self.seen(page)), seconds=WHOLE_WITHIN)
        took = time() - restored_at
        page.wait_for_timeout(1500)
        self.assertEqual({pk: len(times) for pk, times in self.seen(page).items()}, dict.fromkeys(ids, 1))
        self.assertEqual(twice(shown(page)), [])
        self.until(page, lambda: page.evaluate("document.body.dataset.live") == "live", seconds=SOON)
        print(f"\ncut {CUT_SECONDS:.0f} s, {len(ids)} stored: 0 lost, 0 doubled, whole {took:.1f} s after it")

    @pytest.mark.drill
    def test_lines_that_stay_silent_for_ever_are_left(self) -> None:
        page = self.away_page(base.carla())
        self.proxy.put(Wire.SILENT)
        page.evaluate("htmx.trigger('#pulse', 'refresh')")
        ids = self.arrive(page, 35)
        self.assertEqual(page.evaluate("document.body.dataset.live"), "late")
        self.proxy.put(Wire.FORGOTTEN)
        restored_at = time()
        self.until(page, lambda: set(ids) <= set(self.seen(page)), seconds=2 * WHOLE_WITHIN)
        whole = time() - restored_at
        self.until(page, lambda: page.evaluate("document.body.dataset.live") == "live", seconds=120)
        said = time() - restored_at
        print(f"\nlines forgotten: whole {whole:.1f} s after, and said to be live {said:.1f} s after")

    def arrive(self, page: Page, seconds: float) -> list[int]:
        ids: list[int] = []
        ends_at = time() + seconds
        while time() < ends_at:
            ids += self.store(f"Northfield during the cut {len(self.stored_at)}")
            page.wait_for_timeout(1000 * EVERY_SECONDS)
        return ids


class SleepTests(AbsenceTestCase):
    @pytest.mark.drill
    @pytest.mark.timeout(300)
    def test_a_wall_that_slept_a_night_says_so_and_shows_what_a_new_one_does(self) -> None:
        page = self.away_page(base.carla(), has_clock=True)
        ids = self.store("Northfield before the night")
        self.until(page, lambda: set(ids) <= set(shown(page)))
        self.proxy.put(Wire.SILENT)
        for at in range(0, MISSED, 50):
            self.store(*(f"Northfield in the night {at + each}" for each in range(50)))
        self.proxy.put(Wire.CUT)
        page.clock.fast_forward(NIGHT)
        self.assertEqual(page.evaluate("resets"), 0)
        self.proxy.put(Wire.WHOLE)
        woken_at = time()
        fresh = self.page_for(base.carla())
        fresh.goto(f"{self.web.url}/")
        self.wait_until_live(fresh)
        self.until(page, lambda: self.columns(page) == self.columns(fresh), seconds=WHOLE_WITHIN)
        took = time() - woken_at
        self.assertEqual(page.evaluate("resets"), 1)
        later = self.store("Northfield in the morning")
        for wall in (page, fresh):
            self.until(wall, lambda wall=wall: set(later) <= set(shown(wall)))  # type: ignore[misc]
        self.assertEqual(twice(shown(page)), [])
        load = os.getloadavg()[0]
        print(
            f"\nasleep 8 h, {MISSED} missed: 1 reset, as a new wall {took:.1f} s after it (load {load:.1f})"
        )

    def columns(self, page: Page) -> list[list[str]]:
        found: list[list[str]] = page.get_by_role("feed").evaluate_all(COLUMNS)
        return found
