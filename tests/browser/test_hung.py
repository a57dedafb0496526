"""What hangs is read from three metres: nothing that must be read is cut, and no scene has a hole."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from alerts import defaults, joining, triage
from hospital.models import Service, ServiceStatus
from listening.models import Author, Mention
from tests import base
from tests.browser.test_screens import ScreenTestCase
from tests.browser.test_wall import SCREEN
from tests.dashboard.screens.base import hang

pytestmark = pytest.mark.walk

IS_CUT = "one => one.scrollWidth > one.clientWidth"
RIGHT = "one => Math.round(one.getBoundingClientRect().right)"
OVERLAID = """() => [...document.querySelectorAll('.card:has(.chip-now)')].filter((card) => {
  const box = (one) => card.querySelector(one).getBoundingClientRect();
  const [chip, text, work] = ['.chip-now', '.card-text', '.work'].map(box);
  return chip.top < text.bottom - 1 || chip.bottom > work.top + 1;
}).length"""
INSIDE = """card => [...card.querySelectorAll('.net, .age')].every((one) =>
  one.scrollWidth <= one.clientWidth + 1
  && one.getBoundingClientRect().right <= card.getBoundingClientRect().right)"""


class HungTests(ScreenTestCase):
    def setUp(self) -> None:
        super().setUp()
        defaults.ensure()
        self.children = base.facility("Northfield Women's & Children's", "children")

    def service(self, kind: str, name: str, *, limit: float | None = None, **said: Any) -> None:
        """As it has been for an hour."""
        unit = "number" if "value" in said else "words"
        slug, now = name.lower().replace(" ", "-"), timezone.now()
        made = Service.objects.create(kind=kind, slug=slug, name=name, unit=unit, limit=limit)
        for at in (now - timedelta(hours=1), now):
            ServiceStatus.objects.create(service=made, at=at, received_at=at, feed="test", **said)

    def route(self, mention: Mention) -> None:
        triage.route(mention.pk, timezone.now())

    def test_where_somebody_waits_is_read_whole(self) -> None:
        for lane, level in (("emergency", "P0"), ("in_building", "P1")):
            said = "Six hours in your ER waiting room."
            self.route(self.store(said, lane=lane, level=level, severity=95, sentiment="negative"))
        page = self.hang(hang("staff")[1])
        where = page.locator(".slot-building .band-where")
        expect(where).to_contain_text("emergency department, waiting room")
        self.assertFalse(where.evaluate(IS_CUT))

    def test_a_long_name_pushes_out_neither_age_nor_whom_it_is_owed(self) -> None:
        reviews = base.source("reviews", "google", name="Reviews")
        moment = timezone.now() - timedelta(minutes=48)
        at = {"facility": self.children, "source": reviews, "published_at": moment}
        self.route(self.store("An hour, an empty desk.", lane="complaint", level="P1", severity=60, **at))
        self.route(self.store("Is it walk-in?", lane="question", level="P3", **at))
        for screen_class in ("public", "staff", "locked"):
            page = self.hang(hang(screen_class)[1])
            with self.subTest(screen_class=screen_class):
                expect(page.locator("#lanes .net").last).to_have_text("Google", use_inner_text=True)
                self.assertTrue(all(card.evaluate(INSIDE) for card in page.locator("#lanes .card").all()))

    def test_what_people_say_of_a_tile_stands_on_no_other_tile(self) -> None:
        self.service("portal", "Portal", words="Up")
        for number in range(8):
            self.service("beds", f"Ward {number} beds", value=9)
        for number in range(6):
            who = Author.objects.create(network="fake", external_id=str(number), handle=f"writer{number}")
            self.store(f"portal down for me too, number {number}", author=who)
        joining.look(timezone.now())
        page = self.hang(hang("staff")[1])
        told = page.locator(".tiles .join")
        expect(told).to_be_visible()
        tile = told.locator("xpath=..").bounding_box()
        said = told.bounding_box()
        assert tile is not None
        assert said is not None
        self.assertLessEqual(said["y"] + said["height"], tile["y"] + tile["height"])

    def test_no_tile_falls_off_beside_one_that_explains_what_people_say(self) -> None:
        self.service("ed_wait", "ED wait", value=250, limit=120)
        self.service("portal", "Portal", words="Down", is_trouble=True)
        self.service("downtime", "Downtime", words="Next Sun 02:00")
        for number in range(6):
            self.service("beds", f"Ward {number} beds", value=9)
            self.route(self.store(f"portal down for me too, number {number}"))
        joining.look(timezone.now())
        page = self.hang(hang("staff")[1])
        expect(page.locator(".tiles .join")).to_be_visible()
        left = {tile.evaluate(RIGHT) for tile in page.locator(".tiles .tile").all()}
        self.assertEqual(len(left), 1)

    def test_how_it_is_there_now_lies_on_no_words_of_the_big_wall(self) -> None:
        self.service("portal", "Portal", words="Planned upgrade", is_trouble=True)
        for number in range(6):
            at = {"facility": self.children, "lane": "complaint", "level": "P2", "severity": 60}
            self.route(self.store(f"portal down for me too, number {number}", **at))
        joining.look(timezone.now())
        page = self.open("/?view=wall", SCREEN)
        expect(page.locator(".chip-now").first).to_be_visible()
        self.assertEqual(page.evaluate(OVERLAID), 0)
        self.assertTrue(all(card.evaluate(INSIDE) for card in page.locator("#lanes .card").all()))

    def test_where_nothing_is_reported_it_says_so_large(self) -> None:
        page = self.hang(hang("staff")[1])
        size = "one => parseFloat(getComputedStyle(one).fontSize)"
        said = page.locator(".lane-operations .empty b")
        expect(said).to_have_text("No service reports yet.")
        self.assertGreaterEqual(said.evaluate(size), 43)

    def test_the_last_row_of_a_scene_has_no_hole(self) -> None:
        for slug in ("main", "west", "rehab"):
            base.facility(f"Northfield {slug}", slug)
        for count in range(1, 9):
            self.service("beds", f"Ward {count} beds", value=9)
            if count in (1, 2, 4, 5, 7, 8):
                page = self.hang(hang("staff", steps=[("operations", 60)])[1])
                with self.subTest(services=count):
                    edge = page.locator(".opcards").evaluate(RIGHT)
                    self.assertEqual(page.locator(".opcard").last.evaluate(RIGHT), edge)
                page.context.close()
        page = self.hang(hang("staff", steps=[("facilities", 60)])[1])
        expect(page.locator(".scene-tile")).to_have_count(5)
        self.assertEqual(
            page.locator(".scene-tile").last.evaluate(RIGHT), page.locator(".scene-tiles").evaluate(RIGHT)
        )
