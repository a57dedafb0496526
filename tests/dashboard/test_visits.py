import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from dashboard import visits
from dashboard.models import LastVisit
from dashboard.visits import AWAY, Away
from listening.models import Mention
from tests import base

NOW = datetime(2026, 3, 12, 9, 20, tzinfo=UTC)
LINE = 'data-there="'


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(minutes=10), r"\d\d:10"),
        (timedelta(days=1), r"Wed \d\d:20"),
        (timedelta(days=6), r"Fri \d\d:20"),
        (timedelta(days=7), r"5 Mar \d\d:20"),
    ],
)
def test_it_says_when_they_left_as_people_do(before: timedelta, said: str) -> None:
    assert re.fullmatch(said, Away.since(NOW - before, NOW).said)


@pytest.mark.parametrize(
    ("silent_for", "expected"),
    [
        (timedelta(0), NOW - timedelta(hours=9)),
        (AWAY - timedelta(seconds=1), NOW - timedelta(hours=9)),
        (AWAY, NOW - AWAY),
        (timedelta(hours=14), NOW - timedelta(hours=14)),
    ],
)
def test_a_glance_aside_is_no_absence(silent_for: timedelta, expected: datetime) -> None:
    visit = LastVisit(here_at=NOW - silent_for, left_at=NOW - timedelta(hours=9))
    assert visits.left_at(visit, NOW) == expected


class NoteTests(TestCase):
    def test_whoever_comes_for_the_first_time_had_left_nothing(self) -> None:
        carla = base.carla()
        self.assertIsNone(visits.note(carla, at=NOW))
        self.assertIsNone(visits.away(carla.pk, NOW))

    def test_the_line_stays_until_they_leave_again(self) -> None:
        carla = base.carla()
        visits.note(carla, at=NOW)
        later = NOW + timedelta(hours=8)
        back = visits.note(carla, at=later)
        self.assertEqual(back and back.at, NOW)
        self.assertIsNone(visits.note(carla, at=later + timedelta(minutes=1)))
        still = visits.away(carla.pk, later + timedelta(minutes=2))
        self.assertEqual(still and still.at, NOW)
        again = visits.away(carla.pk, later + timedelta(hours=1))
        self.assertEqual(again and again.at, later + timedelta(minutes=1))

    def test_one_person_s_absence_is_not_another_s(self) -> None:
        carla, pete = base.carla(), base.pete()
        visits.note(carla, at=NOW)
        visits.note(pete, at=NOW + timedelta(hours=1))
        self.assertIsNone(visits.away(pete.pk, NOW + timedelta(hours=1)))
        self.assertIsNotNone(visits.note(carla, at=NOW + timedelta(hours=1)))


class WallTests(TestCase):
    def setUp(self) -> None:
        self.carla = base.carla()
        self.client.force_login(self.carla)
        self.now = timezone.now()
        self.left = self.now - timedelta(hours=2)

    def leave(self) -> None:
        LastVisit.objects.create(user=self.carla, here_at=self.left)

    def at(self, minutes: int) -> Mention:
        """Posted and collected so long after they left."""
        moment = self.left + timedelta(minutes=minutes)
        return base.mention(f"post {minutes}", published_at=moment, collected_at=moment)

    def had_been(self, page: str, mention: Mention) -> bool:
        card = page.split(f'data-mention="{mention.pk}"')[1].split(">")[0]
        return f'{LINE}"' not in card

    def test_a_page_says_what_had_been_there(self) -> None:
        old, new = self.at(-10), self.at(10)
        self.leave()
        page = self.client.get(reverse("wall")).content.decode()
        self.assertTrue(self.had_been(page, old))
        self.assertFalse(self.had_been(page, new))
        self.assertEqual(page.count('<hr class="since" aria-label='), 2)

    def test_what_was_posted_before_and_found_since_is_new(self) -> None:
        late = base.mention("late", published_at=self.left - timedelta(hours=1), collected_at=self.now)
        self.leave()
        self.assertFalse(self.had_been(self.client.get(reverse("wall")).content.decode(), late))

    def test_a_page_taken_by_itself_moves_no_line(self) -> None:
        self.leave()
        self.client.get(reverse("wall"))
        self.client.get(reverse("wall-status"))
        self.assertEqual(LastVisit.objects.get().here_at, self.left)

    def test_a_big_screen_is_nobody_s(self) -> None:
        old = self.at(-10)
        self.leave()
        page = self.client.get(reverse("wall"), {"view": "wall"}).content.decode()
        self.assertFalse(self.had_been(page, old))

    def test_the_wall_is_told_once_since_when(self) -> None:
        self.leave()
        first, second = (self.client.get(reverse("wall-here")) for _ in range(2))
        told = json.loads(first.headers["HX-Trigger"])["came-back"]
        self.assertAlmostEqual(told["at"], self.left.timestamp(), places=5)
        self.assertNotIn("HX-Trigger", second.headers)
        self.assertEqual((first.status_code, second.status_code), (200, 200))
