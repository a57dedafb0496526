from datetime import timedelta

from django.contrib.auth.models import User
from django.test import TestCase

from alerts import building, defaults, pages, paging
from alerts.models import Case
from alerts.refusals import Refused
from tests.alerts.safety.base import duty, urgent
from tests.base import NOW, pete


class BuildingTests(TestCase):
    pete: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete = pete()

    def setUp(self) -> None:
        self.case = urgent("in_building", "been sitting in your ER for six hours")

    def advance(self, to: str, minutes: int = 0) -> None:
        building.advance(self.case, to=to, by=self.pete, at=NOW + timedelta(minutes=minutes))

    def test_it_is_heard_first_and_paged_by_the_page(self) -> None:
        self.assertEqual(building.way(self.case).state, "heard")
        duty(self.pete, "nurse")
        paging.sweep(NOW + timedelta(seconds=3))
        self.assertEqual(building.way(self.case).times["paged"], NOW + timedelta(seconds=3))

    def test_a_page_that_reached_nobody_is_none_and_a_person_telephones(self) -> None:
        paging.sweep(NOW)
        self.assertEqual(building.way(self.case).state, "heard")
        self.advance("paged", 1)
        self.assertEqual(building.way(self.case).next, "on_the_way")

    def test_each_state_has_its_time_and_its_event(self) -> None:
        for minutes, state in enumerate(building.ORDER[1:], 1):
            self.advance(state, minutes)
        times = building.way(self.case).times
        self.assertEqual(times["thanked"] - times["heard"], timedelta(minutes=4))
        self.assertEqual(self.case.events.filter(kind="stepped").count(), 4)
        self.assertIsNone(building.way(self.case).next)

    def test_none_is_skipped_or_done_twice(self) -> None:
        for to in ("spoken", "heard", "nonsense"):
            with self.subTest(to), self.assertRaises(Refused):
                self.advance(to)
        self.advance("paged")
        with self.assertRaisesMessage(Refused, "It stands at “paged” now. What comes next is: on the way."):
            self.advance("paged")

    def test_fifteen_minutes_run_until_somebody_has_spoken_to_them(self) -> None:
        way = building.way(self.case)
        self.assertEqual(way.left(NOW + timedelta(minutes=4)), timedelta(minutes=11))
        self.assertEqual(way.left(NOW + timedelta(minutes=18)), timedelta(minutes=-3))
        for state in ("paged", "on_the_way", "spoken"):
            self.advance(state)
        self.assertIsNone(building.way(self.case).left(NOW))

    def test_another_case_has_no_such_states(self) -> None:
        self.case = urgent("emergency")
        with self.assertRaises(Refused):
            self.advance("paged")

    def test_a_closed_one_goes_no_further(self) -> None:
        Case.objects.update(state="closed", outcome="none", closed_at=NOW)
        with self.assertRaises(Refused):
            self.advance("paged")


class UnitTests(TestCase):
    def test_places_are_told_in_words_of_ours(self) -> None:
        for text, unit in (
            ("still in the ER waiting area", "emergency department, waiting room"),
            ("labour ward, room 12", "labor and delivery, a ward"),
            ("en urgencias desde las seis", "emergency department"),
            ("I never got an answer", "unit not said"),
        ):
            with self.subTest(text):
                self.assertEqual(pages.unit(text), unit)
