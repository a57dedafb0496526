from datetime import datetime, timedelta
from unittest import TestCase as PlainTestCase

from django.contrib.auth.models import User
from django.test import TestCase

from alerts import cases, defaults, handover
from alerts.handover import left_at
from alerts.models import Case, Handover, ShiftNote
from alerts.refusals import Refused
from hospital.models import AuditEntry
from tests.alerts.desk import open_case
from tests.base import NOW, facility, pete, priya


def hours(*before: float) -> list[datetime]:
    return [NOW - timedelta(hours=each) for each in before]


class LeftTests(PlainTestCase):
    def test_somebody_left_when_a_break_began(self) -> None:
        cases = [
            ("never here", [], None, 12),
            ("came back just now", hours(9, 9.5), None, 9),
            ("is at work since an hour", hours(0.1, 1, 11, 12), None, 11),
            ("had lunch", hours(0.1, 2, 14), None, 14),
            ("took over after that", hours(0.1, 1, 11), 1, 1),
            ("took over long before", hours(9), 20, 9),
            ("was on leave", hours(24 * 30), None, 24 * 14),
        ]
        for name, acts, accepted, expected in cases:
            with self.subTest(name):
                accepted_at = NOW - timedelta(hours=accepted) if accepted else None
                self.assertEqual(left_at(acts, accepted_at, NOW), NOW - timedelta(hours=expected))


class NoteTests(PlainTestCase):
    def test_what_names_somebody_is_refused(self) -> None:
        for text in ("", "  ", "see @quietkettle", "https://x.example/1", "call 207-555-0142", "x" * 1_001):
            with self.subTest(text=text[:20]):
                self.assertNotEqual(handover.objection(text), "")
        self.assertEqual(handover.objection("Portal is slow since six. IT knows; next word at 21:00."), "")


class HandoverTests(TestCase):
    pete: User
    priya: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.priya = pete(), priya()

    def found(self, facility_ids: frozenset[int] | None = None) -> dict[str, list[int]]:
        since = NOW - timedelta(hours=1)
        changes = handover.changes(facility_ids, self.pete, since, NOW)
        names = ("opened", "closed", "changed", "waits")
        return {name: [case.pk for case in getattr(changes, name)] for name in names}

    def older(self, **fields: object) -> Case:
        case = open_case(**fields)
        Case.objects.filter(pk=case.pk).update(opened_at=NOW - timedelta(hours=5))
        case.events.update(at=NOW - timedelta(hours=5))
        return case

    def test_each_change_stands_in_its_list(self) -> None:
        opened, changed, closed, quiet = open_case(), self.older(), self.older(), self.older()
        cases.claim(changed, by=self.priya, at=NOW)
        cases.close(closed, outcome="none", note="Spam", by=self.priya, at=NOW)
        Case.objects.filter(pk__in=[changed.pk, quiet.pk]).update(due_at=NOW + timedelta(days=1))
        found = self.found()
        self.assertEqual(found["opened"], [opened.pk])
        self.assertEqual((found["changed"], found["closed"]), ([changed.pk], [closed.pk]))
        self.assertEqual(set(found["waits"]), {opened.pk, quiet.pk})

    def test_what_one_did_oneself_is_no_news(self) -> None:
        cases.claim(self.older(), by=self.pete, at=NOW)
        self.assertEqual(self.found()["changed"], [])

    def test_it_stays_within_ones_facilities_and_never_shows_what_is_restricted(self) -> None:
        north, west = facility("Northfield North", "north"), facility("Northfield West", "west")
        here = open_case(facility=north)
        open_case(facility=west)
        open_case(lane="staff_voice", facility=north)
        found = self.found(frozenset({north.pk}))
        self.assertEqual((found["opened"], found["waits"]), ([here.pk], [here.pk]))

    def test_taking_over_is_kept_and_moves_the_mark_to_what_was_read(self) -> None:
        read_at, at = NOW - timedelta(minutes=4), NOW
        handover.accept(self.pete, read_at=read_at, at=at)
        self.assertEqual(handover.since(self.pete, NOW + timedelta(minutes=5)), read_at)
        self.assertEqual(AuditEntry.objects.get().action, "handover.accept")
        with self.assertRaisesMessage(Refused, handover.ALREADY):
            handover.accept(self.pete, read_at=read_at, at=at)
        self.assertEqual(Handover.objects.count(), 1)

    def test_what_was_read_long_ago_is_not_taken_over(self) -> None:
        for read_at in (NOW - timedelta(hours=3), NOW + timedelta(minutes=1)):
            with self.assertRaisesMessage(Refused, handover.READ_LONG_AGO):
                handover.accept(self.pete, read_at=read_at, at=NOW)

    def test_a_note_is_pinned_until_somebody_takes_it_down(self) -> None:
        note = handover.pin(text="Portal is slow. IT knows.", facility=None, by=self.priya, at=NOW)
        later = NOW + timedelta(hours=12)
        self.assertEqual(ShiftNote.objects.pinned(later).get(), note)
        handover.take_down(note, by=self.pete, at=NOW)
        self.assertFalse(ShiftNote.objects.pinned(later).exists())
        with self.assertRaisesMessage(Refused, handover.ALREADY_DOWN):
            handover.take_down(note, by=self.pete, at=NOW)
        self.assertNotIn("Portal", str(list(AuditEntry.objects.values_list("detail", flat=True))))

    def test_a_note_of_one_facility_is_for_those_who_see_it(self) -> None:
        north, west = facility("Northfield North", "north"), facility("Northfield West", "west")
        for place in (north, west, None):
            handover.pin(text="Ice on the ramp.", facility=place, by=self.priya, at=NOW)
        seen = ShiftNote.objects.seen_within(frozenset({north.pk}))
        self.assertEqual({note.facility for note in seen}, {north, None})
        self.assertEqual(ShiftNote.objects.pinned(NOW + timedelta(days=3)).count(), 0)
