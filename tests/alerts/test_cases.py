from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import TestCase

from alerts import cases, defaults
from alerts.models import Case, Queue
from alerts.refusals import Refused
from alerts.signals import cases_changed
from tests.alerts.desk import open_case
from tests.base import NOW, carla, pete

LATER = NOW + timedelta(minutes=5)


def story(case: Case) -> list[str]:
    return list(case.events.values_list("kind", flat=True))


class Desk(TestCase):
    pete: User
    carla: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.carla = pete(), carla()

    def setUp(self) -> None:
        self.case = open_case()

    def refused(self, verb: object, /, **arguments: object) -> str:
        before = story(self.case)
        with pytest.raises(Refused) as caught:
            verb(self.case, at=LATER, **arguments)  # type: ignore[operator]
        self.assertEqual(story(self.case), before)
        return str(caught.value)

    def owner(self) -> User | None:
        return Case.objects.get(pk=self.case.pk).owner


class ClaimTests(Desk):
    def test_it_makes_one_the_owner(self) -> None:
        cases.claim(self.case, by=self.pete, at=NOW)
        self.assertEqual(self.owner(), self.pete)
        self.assertEqual(story(self.case), ["opened", "claimed"])

    def test_it_refuses_a_case_already_claimed(self) -> None:
        cases.claim(self.case, by=self.pete, at=NOW)
        self.assertIn("pete was first", self.refused(cases.claim, by=self.carla))
        self.assertEqual(self.owner(), self.pete)

    def test_it_says_so_to_whoever_has_it(self) -> None:
        cases.claim(self.case, by=self.pete, at=NOW)
        self.assertIn("You have this case already", self.refused(cases.claim, by=self.pete))

    def test_it_rings_after_commit(self) -> None:
        rung: list[int] = []

        def hear(ids: list[int], **_: object) -> None:
            rung.extend(ids)

        cases_changed.connect(hear)
        self.addCleanup(cases_changed.disconnect, hear)
        with self.captureOnCommitCallbacks(execute=True):
            cases.claim(self.case, by=self.pete, at=NOW)
            self.assertEqual(rung, [])
        self.assertEqual(rung, [self.case.pk])


class ReleaseTests(Desk):
    def test_it_goes_back_to_the_queue(self) -> None:
        cases.claim(self.case, by=self.pete, at=NOW)
        cases.release(self.case, by=self.pete, at=LATER)
        self.assertIsNone(self.owner())
        cases.claim(self.case, by=self.carla, at=LATER)

    def test_it_refuses_another_s_case(self) -> None:
        cases.claim(self.case, by=self.pete, at=NOW)
        self.assertIn("pete has this case", self.refused(cases.release, by=self.carla))

    def test_it_refuses_while_a_reply_waits(self) -> None:
        cases.claim(self.case, by=self.pete, at=NOW)
        Case.objects.update(state=Case.State.AWAITING_APPROVAL)
        self.assertIn("waits for approval", self.refused(cases.release, by=self.pete))


class TakeOverTests(Desk):
    def test_it_is_explicit_and_told(self) -> None:
        cases.claim(self.case, by=self.pete, at=NOW)
        cases.take_over(self.case, by=self.carla, seen_owner_id=self.pete.pk, at=LATER)
        self.assertEqual(self.owner(), self.carla)
        self.assertEqual(self.case.events.last().detail["was"], self.pete.pk)  # type: ignore[union-attr]

    def test_it_refuses_when_another_has_it_by_now(self) -> None:
        cases.claim(self.case, by=self.carla, at=NOW)
        said = self.refused(cases.take_over, by=self.pete, seen_owner_id=self.pete.pk + 99)
        self.assertIn("carla was first", said)


class MoveTests(Desk):
    def test_it_is_in_exactly_one_queue_and_the_move_is_logged(self) -> None:
        cases.move(self.case, queue=Queue.objects.get(slug="praise"), by=self.pete, at=LATER)
        self.case.refresh_from_db()
        self.assertEqual(self.case.queue.slug, "praise")
        self.assertEqual(self.case.events.last().detail["now"], "Praise")  # type: ignore[union-attr]

    def test_it_refuses_the_queue_it_is_in(self) -> None:
        said = self.refused(cases.move, queue=self.case.queue, by=self.pete)
        self.assertIn("already", said)


class CloseTests(Desk):
    def test_it_needs_an_outcome(self) -> None:
        said = self.refused(cases.close, outcome="", note="", by=self.pete)
        self.assertEqual(said, "Choose what came of it.")

    def test_no_reply_needed_needs_a_reason(self) -> None:
        said = self.refused(cases.close, outcome="none", note="  ", by=self.pete)
        self.assertEqual(said, cases.NEEDS_A_NOTE)

    def test_replied_online_is_not_said_of_what_nobody_saw(self) -> None:
        said = self.refused(cases.close, outcome="online", note="", by=self.pete)
        self.assertIn("No reply of ours is known", said)

    def test_it_takes_a_case_nobody_has(self) -> None:
        cases.close(self.case, outcome="phone", note="Called back.", by=self.pete, at=LATER)
        self.case.refresh_from_db()
        self.assertEqual(
            (self.case.state, self.case.owner, self.case.closed_at), ("closed", self.pete, LATER)
        )
        self.assertEqual(self.case.first_replied_at, LATER)

    def test_it_refuses_another_s_case(self) -> None:
        cases.claim(self.case, by=self.carla, at=NOW)
        said = self.refused(cases.close, outcome="phone", note="", by=self.pete)
        self.assertIn("carla has this case", said)

    def test_it_refuses_while_a_reply_may_be_public(self) -> None:
        cases.claim(self.case, by=self.pete, at=NOW)
        Case.objects.update(state=Case.State.CHECK)
        said = self.refused(cases.close, outcome="phone", note="", by=self.pete)
        self.assertIn("Look at the network first", said)

    def test_closed_is_closed_once(self) -> None:
        cases.close(self.case, outcome="phone", note="", by=self.pete, at=NOW)
        said = self.refused(cases.close, outcome="phone", note="", by=self.pete)
        self.assertIn("has been closed", said)


class ReopenTests(Desk):
    def test_it_belongs_to_whoever_opened_it_again(self) -> None:
        cases.close(self.case, outcome="phone", note="", by=self.pete, at=NOW)
        cases.reopen(self.case, by=self.carla, at=LATER)
        self.case.refresh_from_db()
        self.assertEqual((self.case.state, self.case.owner, self.case.outcome), ("reopened", self.carla, ""))
        self.assertEqual(story(self.case), ["opened", "closed", "reopened"])

    def test_it_refuses_an_open_case(self) -> None:
        self.assertIn("open already", self.refused(cases.reopen, by=self.pete))
