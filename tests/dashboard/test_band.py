from datetime import datetime, timedelta
from typing import Any
from unittest import TestCase as PlainTestCase
from unittest import mock

from django.contrib.auth.models import User
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts import building, defaults, paging, triage
from alerts.models import Case
from dashboard import band
from dashboard.band import WORDS, Slot, Step
from hospital.models import Facility
from listening.models import Author
from tests import base
from tests.alerts.safety.base import duty


class StepTests(PlainTestCase):
    def test_the_last_that_was_reached_is_where_it_stands(self) -> None:
        cases = [
            ({}, [False, False, False], None),
            ({"paged": True}, [True, False, False], "paged"),
            ({"paged": True, "on_the_way": True}, [True, True, False], "on the way"),
            ({"spoken": True}, [True, True, True], "spoken to"),
        ]
        for reached, done, now in cases:
            with self.subTest(reached=reached):
                found = band.steps(reached, WORDS)
                self.assertEqual([step.is_done for step in found], done)
                self.assertEqual(next((step.word for step in found if step.is_now), None), now)


class BuildingSlotTests(TestCase):
    pete: User
    now: datetime
    north: Facility

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete = base.pete()
        cls.now = timezone.now()
        cls.north = base.facility("Northfield North", "north")

    def here(self, minutes: int = 4, **fields: Any) -> Case:
        at = self.now - timedelta(minutes=minutes)
        values: dict[str, Any] = {"facility": self.north, "topics": ["wait_time"], **fields}
        said = "Six hours in your ER waiting room, zebrafish"
        mention = base.mention(said, lane="in_building", level="P1", published_at=at, **values)
        case = triage.route(mention.pk, at)
        assert case is not None
        return case

    def slots(self, facility_ids: frozenset[int] | None = None) -> list[Slot]:
        return list(band.open_emergencies(facility_ids, self.now, is_named=True).slots)

    def advance(self, case: Case, *states: str) -> None:
        for state in states:
            building.advance(case, to=state, by=self.pete, at=self.now)

    def test_it_says_where_and_what_and_how_long_there_is_left(self) -> None:
        case = self.here()
        (slot,) = self.slots()
        self.assertEqual((slot.unit, slot.title), ("emergency department, waiting room", "In the building"))
        self.assertIn("about wait time", slot.gist)
        self.assertEqual(slot.due_at, case.opened_at + timedelta(minutes=15))

    def test_the_longest_wait_is_shown_and_the_others_are_counted(self) -> None:
        longest = [self.here(minutes) for minutes in (2, 12, 7)][1]
        (slot,) = self.slots()
        self.assertEqual((slot.card.mention.pk, slot.others), (longest.mention_id, 2))

    def test_a_flood_is_counted_and_what_is_not_counted_is_not_claimed(self) -> None:
        for _ in range(12):
            base.mention("I cannot breathe", level="P0", lane="emergency", published_at=self.now)
        with mock.patch.object(band, "MOST_WAITING", 2):
            for minutes in (2, 12, 7):
                self.here(minutes)
            emergency, here = self.slots()
            self.assertEqual((emergency.others, here.others, here.is_counted), (11, 1, False))
            self.client.force_login(base.wes())
            self.assertContains(self.client.get(reverse("wall-status")), "1+ more")

    def test_its_steps_come_from_the_case(self) -> None:
        case = self.here()
        duty(
            self.pete, "nurse", starts_at=self.now - timedelta(hours=1), ends_at=self.now + timedelta(hours=1)
        )
        paging.sweep(self.now)
        self.advance(case, "on_the_way")
        (slot,) = self.slots()
        done = [Step("paged", True, False), Step("on the way", True, True), Step("spoken to", False, False)]
        self.assertEqual(slot.steps, done)

    def test_whom_somebody_spoke_to_makes_room_and_then_leaves(self) -> None:
        spoken, waiting = self.here(12), self.here(2)
        self.advance(spoken, "paged", "on_the_way", "spoken")
        self.assertEqual(self.slots()[0].card.mention.pk, waiting.mention_id)
        Case.objects.filter(pk=waiting.pk).delete()
        self.assertIsNone(self.slots()[0].due_at)
        self.now += timedelta(minutes=11)
        self.assertEqual(self.slots(), [])

    def test_neither_a_word_nor_a_name_of_the_post_is_in_it(self) -> None:
        author = Author.objects.create(network="fake", external_id="1", handle="quietkettle")
        self.here(author=author)
        self.client.force_login(base.wes())
        for view in ("", "wall"):
            page = self.client.get(reverse("wall-status"), {"view": view}).content.decode()
            self.assertIn("In the building", page)
            for word in ("zebrafish", "quietkettle", "Six hours"):
                self.assertNotIn(word, page)

    def test_it_shows_none_out_of_reach_nor_one_that_is_closed(self) -> None:
        case = self.here()
        self.assertEqual(self.slots(frozenset()), [])
        Case.objects.filter(pk=case.pk).update(state="closed", outcome="phone", closed_at=self.now)
        self.assertEqual(self.slots(), [])

    def test_an_emergency_stands_beside_it(self) -> None:
        self.here()
        mention = base.mention("I cannot breathe", level="P0", lane="emergency", published_at=self.now)
        triage.route(mention.pk, self.now)
        self.assertEqual([slot.title for slot in self.slots()], ["Emergency", "In the building"])
        self.assertEqual([step.is_done for step in self.slots()[0].steps], [False, False, False])
        duty(self.pete, starts_at=self.now - timedelta(hours=1), ends_at=self.now + timedelta(hours=1))
        paging.sweep(self.now)
        paging.acknowledge(mention.case, by=self.pete, at=self.now)
        self.assertEqual([step.is_now for step in self.slots()[0].steps], [False, True, False])
