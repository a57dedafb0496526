from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import TestCase

from alerts import defaults
from alerts.models import Case, Queue
from dashboard.models import BreakIn, Screen
from dashboard.screens import breaking, keeping
from dashboard.screens.breaking import Event
from dashboard.screens.playlist import BROKEN_IN, Break
from dashboard.screens.showing import Showing
from hospital.models import Service, ServiceStatus
from listening.models import Mention
from tests import base
from tests.base import NOW
from tests.dashboard.screens.base import hang

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("event", "known", "is_due"),
    [
        (Event("mention:1", "mention:1"), [], True),
        (Event("mention:1", "mention:1"), ["mention:1"], False),
        (Event("mention:1", "mention:1"), ["mention:10"], True),
        # A service that swings around its limit.
        (Event("service:3:200", "service:3"), ["service:3:100"], False),
        (Event("service:3:200", "service:3"), ["service:30:100"], True),
    ],
)
def test_what_is_due(event: Event, known: list[str], is_due: bool) -> None:
    before = [Break(NOW - MINUTE, NOW, key) for key in known]
    assert breaking.due([event], before, NOW) == ([event] if is_due else [])


def test_a_service_may_break_in_again_after_a_quiet_while() -> None:
    event = Event("service:3:200", "service:3")
    before = [Break(NOW - breaking.QUIET_FOR, NOW - 14 * MINUTE, "service:3:100")]
    assert breaking.due([event], before, NOW) == [event]


class BreakingTests(TestCase):
    def setUp(self) -> None:
        self.place = base.facility()
        self.portal = Service.objects.create(kind="portal", slug="portal", name="Patient portal")

    def said(self, at: datetime, *, is_trouble: bool) -> None:
        words = "Down" if is_trouble else "Up"
        ServiceStatus.objects.create(
            service=self.portal, at=at, received_at=at, words=words, is_trouble=is_trouble, feed="test"
        )

    def emergency(self, **fields: Any) -> Mention:
        return base.mention("Zebrafish", level="P0", lane="emergency", facility=self.place, **fields)

    def stands(self, screen: Screen, seconds: int) -> tuple[str, str]:
        showing = Showing.of(screen, NOW + timedelta(seconds=seconds))
        return showing.standing.scene, showing.stage

    def test_one_that_was_posted_long_ago_is_no_news_to_a_room(self) -> None:
        screen, _ = hang(at=NOW, steps=[("live", 600)])
        self.emergency(published_at=NOW - breaking.POSTED_WITHIN - MINUTE)
        self.assertEqual(self.stands(screen, 10)[0], "live")
        self.emergency(published_at=NOW - breaking.POSTED_WITHIN + MINUTE)
        self.assertEqual(self.stands(screen, 20)[0], BROKEN_IN)

    def test_an_emergency_breaks_in_once_and_the_playlist_goes_on_where_it_was(self) -> None:
        screen, _ = hang(at=NOW, steps=[("live", 30), ("live", 600)])
        self.assertEqual(self.stands(screen, 10)[0], "live")
        self.emergency()
        scene, stage = self.stands(screen, 20)
        self.assertEqual(scene, BROKEN_IN)
        self.assertIn("1 urgent item, read at the desk", stage)
        self.assertNotIn("Zebrafish", stage)
        self.assertIn("somebody has it", stage)
        self.assertEqual(self.stands(screen, 79)[0], BROKEN_IN)
        after = Showing.of(screen, NOW + timedelta(seconds=80))
        self.assertEqual((after.standing.scene, after.left), ("live", 10))
        self.assertEqual(BreakIn.objects.count(), 1)

    def test_a_service_that_goes_down_breaks_in_and_one_that_was_down_does_not(self) -> None:
        screen, _ = hang(at=NOW)
        self.said(NOW - 20 * MINUTE, is_trouble=True)
        self.said(NOW - 2 * MINUTE, is_trouble=True)
        self.assertEqual(self.stands(screen, 1)[0], "live")
        self.said(NOW - MINUTE, is_trouble=False)
        self.said(NOW, is_trouble=True)
        scene, stage = self.stands(screen, 2)
        self.assertEqual(scene, BROKEN_IN)
        self.assertIn("Patient portal", stage)

    def test_nothing_breaks_in_on_a_public_screen_nor_from_elsewhere(self) -> None:
        elsewhere = base.facility("Northfield West", "west")
        public, _ = hang("public", at=NOW)
        west, _ = hang("locked", at=NOW, facilities=[elsewhere])
        self.emergency()
        for screen in (public, west):
            self.assertEqual(self.stands(screen, 1)[0], "live")

    def test_a_locked_room_reads_it(self) -> None:
        screen, _ = hang("locked", at=NOW)
        self.emergency()
        self.assertIn("Zebrafish", self.stands(screen, 1)[1])

    def test_what_is_closed_meanwhile_is_said_to_be_taken_care_of(self) -> None:
        defaults.ensure()
        screen, _ = hang(at=NOW)
        mention = self.emergency()
        self.stands(screen, 1)
        queue = Queue.objects.get(slug="complaints")
        Case.objects.create(
            mention=mention,
            facility=self.place,
            queue=queue,
            priority=1,
            opened_at=NOW,
            due_at=NOW,
            state=Case.State.CLOSED,
            closed_at=NOW,
            outcome="phone",
        )
        stands = self.stands(screen, 5)[1]
        self.assertIn("Taken care of", stands)
        self.assertNotIn('class="break" data-severity="urgent"', stands)

    def test_a_skip_ends_what_broke_in_and_then_a_scene(self) -> None:
        screen, _ = hang(at=NOW, steps=[("live", 30), ("live", 600)])
        self.emergency()
        self.stands(screen, 5)
        keeping.skip(screen, by=base.ada(), at=NOW + timedelta(seconds=10))
        screen.refresh_from_db()
        showing = Showing.of(screen, NOW + timedelta(seconds=10))
        self.assertEqual((showing.standing.scene, showing.left), ("live", 25))
        keeping.skip(screen, by=base.ada(), at=NOW + timedelta(seconds=11))
        screen.refresh_from_db()
        self.assertEqual(Showing.of(screen, NOW + timedelta(seconds=11)).left, 600)

    def test_a_preview_keeps_nothing(self) -> None:
        screen, _ = hang(at=NOW)
        self.emergency()
        Showing.of(screen, NOW, notes=False)
        self.assertFalse(BreakIn.objects.exists())
