from datetime import timedelta
from unittest import TestCase as PlainTestCase

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts import building, defaults, timetohuman, triage
from alerts.models import Case
from alerts.timetohuman import Wait
from tests import base
from tests.base import NOW


def wait(minutes: int | None, heard_before: timedelta = timedelta()) -> Wait:
    heard = NOW - heard_before
    return Wait(1, heard, None if minutes is None else heard + timedelta(minutes=minutes))


class WeekTests(PlainTestCase):
    def test_the_middle_is_of_those_who_were_spoken_to(self) -> None:
        (week,) = timetohuman.by_week([wait(5), wait(9), wait(40), wait(None)], NOW, 1)
        self.assertEqual(week.median, timedelta(minutes=9))
        self.assertEqual((len(week.waits), len(week.spoken)), (4, 3))

    def test_late_are_those_too_whom_nobody_spoke_to(self) -> None:
        (week,) = timetohuman.by_week([wait(15), wait(16), wait(None)], NOW, 1)
        self.assertEqual(len(week.late(NOW + timedelta(minutes=14))), 1)
        self.assertEqual(len(week.late(NOW + timedelta(minutes=16))), 2)

    def test_each_week_stands_alone_and_an_empty_one_too(self) -> None:
        weeks = timetohuman.by_week([wait(5), wait(5, timedelta(days=14))], NOW, 3)
        self.assertEqual([len(week.waits) for week in weeks], [1, 0, 1])
        self.assertIsNone(weeks[1].median)


class ReportTests(TestCase):
    def test_each_number_opens_its_cases(self) -> None:
        defaults.ensure()
        north, now = base.facility("Northfield North", "north"), timezone.now()
        mention = base.mention("Six hours in your ER", lane="in_building", level="P1", facility=north)
        case = triage.route(mention.pk, now)
        assert case is not None
        for state in ("paged", "on_the_way", "spoken"):
            building.advance(case, to=state, by=base.pete(), at=now + timedelta(minutes=20))
        self.client.force_login(base.carla())
        page = self.client.get(reverse("building-report")).content.decode()
        self.assertIn("20 min", page)
        slug = timetohuman.by_week([], now, 1)[0].slug
        for kind in ("all", "spoken", "late"):
            behind = reverse("building-cases", args=[slug, kind])
            self.assertIn(behind, page)
            self.assertIn(f"Case {case.pk}", self.client.get(behind).content.decode())

    def test_it_stays_within_ones_facilities(self) -> None:
        defaults.ensure()
        north, west = base.facility("Northfield North", "north"), base.facility("Northfield W", "west")
        mention = base.mention("Six hours in your ER", lane="in_building", level="P1", facility=west)
        triage.route(mention.pk, timezone.now())
        self.assertEqual(Case.objects.count(), 1)
        self.assertEqual(timetohuman.waits(frozenset({north.pk}), NOW - timedelta(days=9)), [])
        self.assertEqual(len(timetohuman.waits(None, NOW - timedelta(days=9))), 1)
