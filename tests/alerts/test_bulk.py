"""One move for many cases, and its undoing."""

import ast
import inspect
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import TestCase

from alerts import bulk, cases, defaults, notes
from alerts.bulk import Move
from alerts.models import BulkMove, Case, Queue
from alerts.refusals import Refused
from hospital.models import AuditEntry
from tests.alerts.desk import drafted, open_case
from tests.base import NOW, carla, pete

SOON = NOW + timedelta(seconds=5)


class Bulk(TestCase):
    pete: User
    carla: User
    cases: list[Case]

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.carla = pete(), carla()
        cls.cases = [open_case() for _ in range(4)]

    def apply(self, move: Move, found: list[Case] | None = None) -> BulkMove:
        return bulk.apply(self.cases if found is None else found, move, by=self.pete, at=NOW)

    def states(self) -> list[str]:
        return list(Case.objects.order_by("pk").values_list("state", flat=True))


class ApplyTests(Bulk):
    def test_each_gets_one_event_and_all_one_audit_entry_with_their_ids(self) -> None:
        self.apply(bulk.claiming())
        self.assertEqual(self.states(), ["claimed"] * 4)
        for case in self.cases:
            self.assertEqual(list(case.events.values_list("kind", flat=True)), ["opened", "claimed"])
        entry = AuditEntry.objects.get(action="cases.bulk")
        self.assertEqual(entry.detail["cases"], [case.pk for case in self.cases])

    def test_what_is_illegal_is_listed_with_its_reason_and_the_rest_goes_through(self) -> None:
        cases.claim(self.cases[1], by=self.carla, at=NOW)
        made = self.apply(bulk.claiming())
        self.assertEqual(made.refused, {str(self.cases[1].pk): "carla was first and has this case."})
        self.assertEqual(len(made.changes), 3)

    def test_every_move_that_there_is(self) -> None:
        billing = Queue.objects.get(slug="billing")
        for move in (
            bulk.moving(billing),
            bulk.weighing_as(2),
            bulk.giving(self.carla),
            bulk.giving(self.pete),
            bulk.snoozing_until(NOW + timedelta(hours=1)),
            bulk.closing("Answered in one post for all."),
        ):
            with self.subTest(move.words):
                self.assertEqual(len(self.apply(move).changes), 4)
        case = Case.objects.first()
        assert case is not None
        self.assertEqual((case.queue, case.severity_set, case.outcome), (billing, 75, "none"))

    def test_what_is_so_already_is_said(self) -> None:
        self.apply(bulk.weighing_as(2))
        made = self.apply(bulk.weighing_as(2))
        self.assertEqual((made.changes, set(made.refused.values())), ({}, {bulk.SO_ALREADY}))

    def test_nothing_that_speaks_of_danger_or_was_said_by_staff_is_closed_or_put_off(self) -> None:
        danger = [open_case(lane=lane) for lane in ("emergency", "self_harm", "threat", "abuse")]
        staff = open_case(lane="staff_voice", text="I work here.")
        Case.objects.filter(pk=staff.pk).update(staff_answer="safety", passed_on="Look at the carts.")
        for move in (bulk.closing("Noise."), bulk.snoozing_until(NOW + timedelta(hours=1))):
            made = self.apply(move, [*danger, staff])
            self.assertEqual((len(made.changes), len(made.refused)), (0, 5), move.words)
        self.assertNotIn("closed", self.states())

    def test_a_reason_must_be_given(self) -> None:
        made = self.apply(bulk.closing(" "))
        self.assertEqual(set(made.refused.values()), {cases.NEEDS_A_NOTE})

    def test_five_hundred_at_most_and_not_none(self) -> None:
        for found in ([], [Case(pk=pk) for pk in range(bulk.LIMIT + 1)]):
            with pytest.raises(Refused):
                self.apply(bulk.claiming(), found)

    def test_nothing_public_can_be_said_to_many(self) -> None:
        tree = ast.parse(inspect.getsource(bulk))
        imported = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        self.assertEqual(imported & {"replies", "outbox", "gatekeeping", "ways"}, set())
        drafted(self.cases[0], self.pete)
        self.apply(bulk.closing("Noise."))
        self.assertEqual(self.cases[0].replies.get().state, "draft")


class UndoTests(Bulk):
    def undo(self, made: BulkMove, at: datetime = SOON) -> BulkMove:
        return bulk.undo(made, by=self.pete, at=at)

    def everything(self) -> list[Any]:
        return list(Case.objects.order_by("pk").values())

    def test_it_restores_exactly_what_was_changed(self) -> None:
        cases.claim(self.cases[2], by=self.pete, at=NOW + timedelta(microseconds=123456))
        before = self.everything()
        for move in (
            bulk.claiming(),
            bulk.giving(self.carla),
            bulk.moving(Queue.objects.get(slug="billing")),
            bulk.weighing_as(1),
            bulk.snoozing_until(NOW + timedelta(hours=3)),
            bulk.closing("One storm, one statement."),
        ):
            with self.subTest(move.words):
                made = self.apply(move)
                self.assertNotEqual(self.everything(), before)
                self.assertEqual(self.undo(made).not_undone, 0)
                self.assertEqual(self.everything(), before)

    def test_what_somebody_touched_since_stays_and_is_counted(self) -> None:
        made = self.apply(bulk.closing("Noise."))
        cases.reopen(self.cases[0], by=self.carla, at=NOW)
        notes.add(self.cases[1], text="Not noise, I think.", by=self.carla, at=NOW)
        self.assertEqual(self.undo(made).not_undone, 2)
        self.assertEqual(self.states(), ["reopened", "closed", "new", "new"])

    def test_ten_seconds_and_once_and_by_whoever_did_it(self) -> None:
        made = self.apply(bulk.claiming())
        with pytest.raises(Refused):
            bulk.undo(made, by=self.carla, at=SOON)
        with pytest.raises(Refused):
            self.undo(made, NOW + bulk.UNDO_FOR + bulk.ON_ITS_WAY + timedelta(milliseconds=1))
        self.undo(made, NOW + bulk.UNDO_FOR)
        with pytest.raises(Refused):
            self.undo(made)

    def test_it_is_in_the_trail_and_in_each_story(self) -> None:
        self.undo(self.apply(bulk.claiming()))
        self.assertEqual(AuditEntry.objects.filter(action="cases.bulk-undo").count(), 1)
        self.assertEqual(self.cases[0].events.order_by("-id")[0].kind, "undone")
