from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import TestCase

from alerts import defaults, presence
from alerts.models import Case, Presence
from alerts.presence import State, state_of
from alerts.schedule import BEAT
from alerts.signals import presence_changed
from tests.alerts.desk import open_case
from tests.base import NOW, carla, pete


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seen", "active", "typed", "state"),
    [
        (0, 0, None, State.VIEWING),
        (44, 44, None, State.VIEWING),
        (45, 45, None, None),
        (45, 45, 45, None),
        (5, 119, None, State.VIEWING),
        (5, 120, None, State.IDLE),
        (5, 5, 5, State.COMPOSING),
        (5, 5, 119, State.COMPOSING),
        (5, 5, 120, State.VIEWING),
        (5, 120, 120, State.IDLE),
    ],
)
def test_what_a_person_is_doing(seen: float, active: float, typed: float | None, state: State | None) -> None:
    row = Presence(seen_at=ago(seen), active_at=ago(active), typed_at=None if typed is None else ago(typed))
    assert state_of(row, NOW) == state


def test_it_is_swept_as_often_as_it_says() -> None:
    assert BEAT["alerts-sweep-presence"]["schedule"] == presence.SWEPT_EVERY.total_seconds()


class Eyes(TestCase):
    pete: User
    carla: User
    case: Case

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.carla, cls.case = pete(), carla(), open_case()

    def setUp(self) -> None:
        self.rung = 0
        presence_changed.connect(self.hear)
        self.addCleanup(presence_changed.disconnect, self.hear)

    def hear(self, **_: object) -> None:
        self.rung += 1

    def states(self, case: Case, at: datetime) -> list[tuple[str, str]]:
        here = presence.at_cases([case.pk], at).get(case.pk, [])
        return [(one.person.username, str(one.state)) for one in here]


class LookTests(Eyes):
    def test_whoever_opens_it_is_there_and_the_bell_rings_once(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            presence.look(self.case, by=self.pete, at=NOW)
            presence.look(self.case, by=self.pete, at=NOW + timedelta(seconds=30))
        self.assertEqual(self.states(self.case, NOW + timedelta(seconds=30)), [("pete", "viewing")])
        self.assertEqual(self.rung, 1)

    def test_a_beat_keeps_them_there_and_rings_nothing(self) -> None:
        presence.look(self.case, by=self.pete, at=NOW)
        with self.captureOnCommitCallbacks(execute=True):
            presence.beat(self.case, by=self.pete, at=NOW + timedelta(seconds=40))
        self.assertEqual(self.states(self.case, NOW + timedelta(seconds=80)), [("pete", "viewing")])
        self.assertEqual(self.states(self.case, NOW + timedelta(seconds=85)), [])
        self.assertEqual(self.rung, 0)

    def test_a_late_beat_of_a_page_in_the_background_brings_nobody_back(self) -> None:
        presence.look(self.case, by=self.pete, at=NOW)
        later = NOW + timedelta(seconds=60)
        presence.beat(self.case, by=self.pete, at=later)
        self.assertEqual(self.states(self.case, later), [])
        presence.look(self.case, by=self.pete, at=later)
        self.assertEqual(self.states(self.case, later), [("pete", "viewing")])

    def test_opening_another_case_leaves_the_first(self) -> None:
        other = open_case()
        presence.look(self.case, by=self.pete, at=NOW)
        presence.look(other, by=self.pete, at=NOW)
        self.assertEqual(self.states(self.case, NOW), [])
        self.assertEqual(self.states(other, NOW), [("pete", "viewing")])

    def test_where_they_write_they_stay(self) -> None:
        presence.write(self.case, by=self.pete, at=NOW)
        presence.look(open_case(), by=self.pete, at=NOW)
        self.assertEqual(self.states(self.case, NOW), [("pete", "composing")])


class WriteTests(Eyes):
    def test_those_who_write_come_first_with_the_time_they_began(self) -> None:
        presence.look(self.case, by=self.carla, at=NOW)
        presence.write(self.case, by=self.pete, at=NOW)
        later = NOW + timedelta(seconds=40)
        presence.write(self.case, by=self.pete, at=later)
        first, second = presence.at_cases([self.case.pk], later)[self.case.pk]
        self.assertEqual((first.person, first.composing_since), (self.pete, NOW))
        self.assertEqual((second.person, second.composing_since), (self.carla, None))

    def test_two_minutes_without_a_key_end_it_and_the_next_key_begins_anew(self) -> None:
        presence.write(self.case, by=self.pete, at=NOW)
        later = NOW + timedelta(seconds=121)
        presence.write(self.case, by=self.pete, at=later)
        self.assertEqual(presence.at_cases([self.case.pk], later)[self.case.pk][0].composing_since, later)

    def test_every_letter_rings_no_bell(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            for tenth in range(50):
                presence.write(self.case, by=self.pete, at=NOW + timedelta(seconds=tenth / 10))
        self.assertEqual(self.rung, 1)

    def test_what_was_sent_or_taken_out_again_is_written_no_more(self) -> None:
        presence.write(self.case, by=self.pete, at=NOW)
        with self.captureOnCommitCallbacks(execute=True):
            presence.stop_writing(self.case, by=self.pete)
            presence.stop_writing(self.case, by=self.pete)
        self.assertEqual(self.states(self.case, NOW), [("pete", "viewing")])
        self.assertEqual(self.rung, 1)


class SweepTests(Eyes):
    def swept(self, seconds: float) -> bool:
        with self.captureOnCommitCallbacks(execute=True):
            return presence.sweep(NOW + timedelta(seconds=seconds))

    def test_it_rings_when_somebody_has_gone(self) -> None:
        presence.look(self.case, by=self.pete, at=NOW)
        self.assertEqual([self.swept(at) for at in (3, 42, 45, 48, 54)], [False, False, True, True, False])
        self.assertEqual(self.rung, 2)

    def test_it_rings_when_somebody_fell_idle(self) -> None:
        presence.look(self.case, by=self.pete, at=NOW)
        Presence.objects.update(seen_at=NOW + timedelta(seconds=119))
        self.assertEqual([self.swept(at) for at in (117, 121, 130)], [False, True, False])

    def test_it_forgets_who_was_there_long_ago(self) -> None:
        presence.look(self.case, by=self.pete, at=NOW)
        self.swept(600)
        self.assertFalse(Presence.objects.exists())

    def test_nothing_of_it_is_logged(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'alerts_presence'")
            self.assertEqual(cursor.fetchone(), ("u",))
