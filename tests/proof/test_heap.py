"""A wall that stands open all day holds no more at its end than after its first hour."""

import os
from time import monotonic, sleep

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import CDPSession, Page

from dashboard import doorbell
from dashboard.models import Screen
from dashboard.screens import keeping
from listening.models import Mention
from tests import base
from tests.dashboard.screens.base import hang
from tests.proof.browser import BrowserTestCase

HOURS = 24
AN_HOUR = 660  # of a very busy day; it fills every column with all the cards it keeps
AT_ONCE = 110
REFRESHES = 360
"""Of the counts and feeds, in each hour, and ten seconds of the page's own timers with each."""
TIMERS = """
window.timers = [];
const set = window.setInterval;
window.setInterval = (act, every) => { timers.push([act, every]); return set(act, every); };
window.pass = (length) => {
  for (const [act, every] of timers) for (let at = every; at <= length; at += every) act();
};
"""
"""What a page does by the clock is done sooner: in a minute it would compile less than in an hour."""
PASS = "pass(10_000)"
RENEW = """([part, event]) => new Promise((settled) => {
  document.body.addEventListener('htmx:afterSettle', settled, {once: true});
  htmx.trigger(part, event);
}).then(() => null)"""
STATUS, SCENE_OVER = ["#pulse", "refresh"], ["body", "screens-changed"]
LOOKS = 4
ROUNDS, SKIPS = 6, 60
SCENES, SCENE = ("live", "facilities", "operations", "praise", "topics"), 10  # seconds
TONES = (("complaint", "negative"), ("other", "neutral"), ("praise", "positive"))


@pytest.mark.drill
class HeapTests(BrowserTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.source = base.source("fake", last_success_at=timezone.now())

    @pytest.mark.timeout(3600)
    def test_a_day_of_mentions_leaves_the_page_as_large_as_its_first_hour(self) -> None:
        # Not `page_for`: what that notes of each card would itself grow all day.
        context = self.browser.new_context(viewport={"width": 1440, "height": 900})
        self.addCleanup(context.close)
        for name, value in self.session(base.carla()).items():
            context.add_cookies([{"name": name, "value": value, "url": self.web.url}])
        context.add_init_script(TIMERS)
        page = context.new_page()
        page.goto(f"{self.web.url}/")
        self.wait_until_live(page)
        devtools = context.new_cdp_session(page)
        began = monotonic()
        held = [self.an_hour(page, devtools) for _ in range(HOURS)]
        took, load = monotonic() - began, os.getloadavg()[0]
        print(f"\na day of {HOURS * AN_HOUR:,} mentions in {took:.0f} s (load {load:.1f})")
        for hour in (0, HOURS // 4, HOURS // 2, HOURS - 1):
            megabytes, nodes, listeners = held[hour]
            print(f"  after hour {hour + 1:2}: {megabytes:.2f} MB, {nodes:,} nodes, {listeners:,} listeners")
        for first, last in zip(held[0], held[-1], strict=True):
            self.assertLessEqual(last, first * 1.1)

    def an_hour(self, page: Page, devtools: CDPSession) -> tuple[float, int, int]:
        for _ in range(AN_HOUR // AT_ONCE):
            newest = self.stored()
            doorbell.ring("mentions")
            # Not by a locator: that keeps what it looked through, in a world of its own on the same heap.
            page.wait_for_function("id => document.getElementById(id) !== null", arg=f"mention-{newest.pk}")
        for _ in range(REFRESHES):
            page.evaluate(RENEW, STATUS)
            page.evaluate(PASS)
        page.wait_for_timeout(2_500)
        return held_by(devtools)

    @transaction.atomic
    def stored(self) -> Mention:
        """So many at once; the last of them."""
        for number in range(AT_ONCE):
            now = timezone.now()
            lane, sentiment = TONES[number % 3]
            newest = base.mention(
                f"Northfield number {number}. " + "So it went on that day. " * (number % 7),
                source=self.source,
                published_at=now,
                collected_at=now,
                lane=lane,
                sentiment=sentiment,
                processed_at=now,
            )
        return newest


@pytest.mark.drill
class ScreenHeapTests(BrowserTestCase):
    @pytest.mark.timeout(1200)
    def test_a_screen_that_hangs_for_weeks_keeps_nothing_of_its_scenes(self) -> None:
        facility, source = base.facility(), base.source("fake", last_success_at=timezone.now())
        for number in range(30):
            base.mention(f"Northfield number {number}", source=source, facility=facility)
        screen, address = hang("staff", steps=[(scene, SCENE) for scene in SCENES])
        context = self.browser.new_context(viewport={"width": 1920, "height": 1080})
        self.addCleanup(context.close)
        context.add_init_script(TIMERS)
        page = context.new_page()
        page.goto(self.web.url + address)
        self.wait_until_live(page)
        devtools = context.new_cdp_session(page)
        held = [self.a_round(screen, page, devtools) for _ in range(ROUNDS)]
        print(f"\na screen through {ROUNDS} times {SKIPS} scenes")
        for megabytes, nodes, listeners in held:
            print(f"  {megabytes:.2f} MB, {nodes:,} nodes, {listeners:,} listeners")
        for first, last in zip(held[0], held[-1], strict=True):
            self.assertLessEqual(last, first * 1.1)

    def a_round(self, screen: Screen, page: Page, devtools: CDPSession) -> tuple[float, int, int]:
        for _ in range(SKIPS):
            keeping.skip(screen, by=base.ada(), at=timezone.now())
            page.evaluate(RENEW, SCENE_OVER)
            page.evaluate(RENEW, STATUS)
            page.evaluate(PASS)
        keeping.pin(screen, "live", by=base.ada(), at=timezone.now())
        # What was skipped would have ended by a timer of its own, and is kept as long as that.
        page.wait_for_timeout(1_000 * SCENE + 2_000)
        held = held_by(devtools)
        keeping.let_go(screen, by=base.ada(), at=timezone.now())
        return held


def held_by(devtools: CDPSession) -> tuple[float, int, int]:
    """Megabytes, nodes and listeners of the page, once all that nobody needs any more is gone.

    The page goes on meanwhile, and may just be renewing a part: the least of some looks is what it keeps.
    """
    devtools.send("Performance.enable")
    looks = [metrics_of(devtools) for _ in range(LOOKS)]
    megabytes, nodes, listeners = (min(each) for each in zip(*looks, strict=True))
    return megabytes / 1e6, int(nodes), int(listeners)


def metrics_of(devtools: CDPSession) -> tuple[float, ...]:
    devtools.send("HeapProfiler.collectGarbage")
    told = {each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]}
    sleep(0.5)  # the next look meets another beat of the page
    return tuple(told[name] for name in ("JSHeapUsedSize", "Nodes", "JSEventListeners"))
