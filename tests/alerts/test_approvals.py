"""Who approves, what an approver may change, and what happens when nobody does."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import TestCase

from alerts import approvals, defaults, outbox, redlines, replies
from alerts.models import Approval, Queue, Redline, Reply, SLAPolicy
from alerts.models.queue import REPLY_HOLD
from alerts.refusals import Refused
from hospital.models import Membership, Role
from tests.alerts.desk import ANSWER, drafted, fresh, open_case, submitted
from tests.base import NOW, FakeSource, carla, cora, facility, person, pete, priya, registered

LATER = NOW + timedelta(minutes=5)
SHORTER = "We take comments like this to heart. Please call our patient line."
BAD = "We are sorry about your visit."
DOUBTFUL = "Merci pour votre message. Nous lisons chaque commentaire avec attention."


class Desk(TestCase):
    pete: User
    carla: User
    priya: User
    paul: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        SLAPolicy.objects.update(hours="")
        cls.pete, cls.carla, cls.priya = pete(), carla(), priya()
        cls.paul = person("paul", Role.APPROVER)

    def setUp(self) -> None:
        fake = registered(FakeSource())
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)
        self.case = open_case()
        self.queue = self.case.queue

    def refused(self, verb: Any, reply: Reply, **arguments: Any) -> str:
        before = Reply.objects.values().get(pk=reply.pk)
        with pytest.raises(Refused) as caught, transaction.atomic():
            verb(reply, at=LATER, **arguments)
        self.assertEqual(Reply.objects.values().get(pk=reply.pk), before)
        return str(caught.value)

    def approve(self, reply: Reply, by: User, text: str = ANSWER) -> Reply:
        replies.approve(reply, by=by, text_seen=text, at=LATER)
        return fresh(reply)

    def change(self, reply: Reply, by: User, text: str = SHORTER, seen: str = ANSWER, **more: Any) -> Reply:
        redlines.change(reply, by=by, text_seen=seen, text=text, at=LATER, **more)
        return fresh(reply)

    def story(self) -> list[str]:
        return list(self.case.events.values_list("kind", flat=True))


class TwoApproveTests(Desk):
    def setUp(self) -> None:
        super().setUp()
        Queue.objects.update(approvals_needed=2)

    def test_it_leaves_with_the_second(self) -> None:
        reply = self.approve(submitted(self.case, self.pete), self.priya)
        self.assertEqual((reply.state, reply.approved_by), ("awaiting", None))
        self.assertEqual(self.case.events.last().detail["of"], 2)  # type: ignore[union-attr]
        reply = self.approve(reply, self.paul)
        self.assertEqual((reply.state, reply.approved_by), ("queued", self.paul))

    def test_one_person_is_not_two(self) -> None:
        reply = self.approve(submitted(self.case, self.pete), self.priya)
        said = self.refused(replies.approve, reply, by=self.priya, text_seen=ANSWER)
        self.assertEqual(said, replies.APPROVED_ALREADY)

    def test_a_changed_text_needs_both_anew(self) -> None:
        reply = self.approve(submitted(self.case, self.pete), self.priya)
        reply = self.change(reply, self.paul)
        self.assertEqual(Approval.objects.count(), 0)
        redlines.accept(reply, by=self.pete, text_seen=SHORTER, at=LATER)
        self.assertEqual(fresh(reply).state, "awaiting")
        self.assertEqual(self.approve(reply, self.priya, SHORTER).state, "queued")

    def test_sent_back_and_sent_in_again_it_has_none(self) -> None:
        reply = self.approve(submitted(self.case, self.pete), self.priya)
        replies.send_back(reply, by=self.paul, reason="Not yet.", at=LATER)
        reply = self.approve(submitted(self.case, self.pete), self.paul)
        self.assertEqual(reply.state, "awaiting")

    def test_it_does_not_leave_when_one_of_them_may_no_longer_approve(self) -> None:
        reply = self.approve(submitted(self.case, self.pete), self.priya)
        self.approve(reply, self.paul)
        Membership.objects.filter(user=self.priya).delete()
        self.assertIsNone(outbox.take(reply.pk, LATER + REPLY_HOLD))
        self.assertEqual(fresh(reply).return_reason, outbox.NO_LONGER_ALLOWED)


class WhoseTurnTests(Desk):
    def setUp(self) -> None:
        super().setUp()
        self.queue.approvers.set([self.priya])
        self.queue.deputies.set([self.paul])
        self.reply = submitted(self.case, self.pete)

    def test_who_is_named_approves(self) -> None:
        self.assertEqual(self.approve(self.reply, self.priya).state, "queued")

    def test_another_waits_for_it_to_be_passed_on(self) -> None:
        said = self.refused(replies.approve, self.reply, by=self.paul, text_seen=ANSWER)
        self.assertEqual(said, replies.NOT_YOUR_TURN.format(who="priya"))
        self.assertEqual(approvals.sweep(NOW + timedelta(minutes=29)), 0)
        self.assertEqual(approvals.sweep(NOW + timedelta(minutes=30)), 1)
        self.assertEqual(approvals.sweep(NOW + timedelta(minutes=31)), 0)
        event = self.case.events.get(kind="escalated")
        self.assertEqual(event.detail["to"], ["paul"])
        self.assertEqual(self.approve(fresh(self.reply), self.paul).state, "queued")

    def test_a_deputy_of_another_is_not_asked(self) -> None:
        other = person("petra", Role.APPROVER)
        approvals.sweep(NOW + timedelta(hours=1))
        self.assertIn("approves", self.refused(replies.approve, self.reply, by=other, text_seen=ANSWER))

    def test_naming_gives_nobody_a_permission(self) -> None:
        self.queue.approvers.set([self.carla])
        self.assertFalse(approvals.may_approve(self.carla, self.reply))
        self.assertTrue(approvals.may_approve(self.paul, self.reply))  # nobody who is named may

    def test_who_may_only_elsewhere_is_not_waited_for(self) -> None:
        Membership.objects.filter(user=self.priya).update(facility=facility())
        self.assertFalse(approvals.may_approve(self.priya, self.reply))
        self.assertTrue(approvals.may_approve(self.paul, self.reply))

    def test_it_waits_in_business_time(self) -> None:
        SLAPolicy.objects.update(hours="Mon-Fri 09:00-17:00")  # New York; it was sent in at seven
        self.assertEqual(approvals.sweep(NOW + timedelta(minutes=149)), 0)
        self.assertEqual(approvals.sweep(NOW + timedelta(minutes=150)), 1)

    def test_a_queue_may_wait_for_ever(self) -> None:
        Queue.objects.update(escalate_after=None)
        self.assertEqual(approvals.sweep(NOW + timedelta(days=30)), 0)

    def test_sent_in_again_it_has_its_time_again(self) -> None:
        approvals.sweep(NOW + timedelta(hours=1))
        replies.send_back(self.reply, by=self.priya, reason="Shorter.", at=LATER)
        reply = drafted(self.case, self.pete, SHORTER)
        replies.submit(reply, by=self.pete, at=LATER)
        self.assertIsNone(fresh(reply).escalated_at)


class ChangeTests(Desk):
    def setUp(self) -> None:
        super().setUp()
        self.reply = submitted(self.case, self.pete)

    def test_both_texts_are_kept_and_told(self) -> None:
        reply = self.change(self.reply, self.priya)
        line = Redline.objects.get()
        self.assertEqual((line.before, line.after, line.by), (ANSWER, SHORTER, self.priya))
        self.assertEqual((reply.text, reply.state, reply.author), (SHORTER, "awaiting", self.pete))
        self.assertEqual(self.story()[-1], "redlined")

    def test_who_changed_it_cannot_approve_it(self) -> None:
        reply = self.change(self.reply, self.priya)
        said = self.refused(replies.approve, reply, by=self.priya, text_seen=SHORTER)
        self.assertIn("Another person must approve", said)

    def test_another_approver_can(self) -> None:
        reply = self.approve(self.change(self.reply, self.priya), self.paul, SHORTER)
        self.assertEqual((reply.state, reply.approved_by), ("queued", self.paul))

    def test_its_writer_accepts_and_it_leaves(self) -> None:
        reply = self.change(self.reply, self.priya)
        redlines.accept(reply, by=self.pete, text_seen=SHORTER, at=LATER)
        reply = fresh(reply)
        self.assertEqual((reply.state, reply.approved_by), ("queued", self.priya))
        self.assertEqual(self.story()[-2:], ["accepted", "approved"])
        self.assertIsNotNone(outbox.take(reply.pk, LATER + REPLY_HOLD))

    def test_nobody_else_accepts(self) -> None:
        reply = self.change(self.reply, self.priya)
        for other in (self.carla, self.priya, self.paul):
            said = self.refused(redlines.accept, reply, by=other, text_seen=SHORTER)
            self.assertIn("Only whoever wrote the reply", said)

    def test_the_writer_accepts_only_what_they_read(self) -> None:
        reply = self.change(self.change(self.reply, self.priya), self.paul, "We are listening.", SHORTER)
        said = self.refused(redlines.accept, reply, by=self.pete, text_seen=SHORTER)
        self.assertEqual(said, redlines.NOT_THE_SAME)
        redlines.accept(reply, by=self.pete, text_seen="We are listening.", at=LATER)
        self.assertEqual(fresh(reply).approved_by, self.paul)

    def test_a_change_before_it_was_taken_back_is_not_accepted_later(self) -> None:
        reply = self.change(self.reply, self.priya)
        replies.cancel(reply, by=self.pete, at=LATER)
        reply = drafted(self.case, self.pete, SHORTER)
        replies.submit(reply, by=self.pete, at=LATER + timedelta(minutes=1))
        said = self.refused(redlines.accept, fresh(reply), by=self.pete, text_seen=SHORTER)
        self.assertIn("No change", said)

    def test_whoever_lost_the_role_is_no_second_pair_of_eyes(self) -> None:
        reply = self.change(self.reply, self.priya)
        Membership.objects.filter(user=self.priya).delete()
        said = self.refused(redlines.accept, reply, by=self.pete, text_seen=SHORTER)
        self.assertIn("may no longer approve", said)

    def test_the_gate_is_asked_about_the_new_wording(self) -> None:
        self.assertIn("The check stops", self.refused(redlines.change, self.reply, **self.wording(BAD)))
        said = self.refused(redlines.change, self.reply, **self.wording(DOUBTFUL))
        self.assertIn("tick it", said)
        reply = self.change(self.reply, self.priya, DOUBTFUL, ticked=["not-checked"])
        redlines.accept(reply, by=self.pete, text_seen=DOUBTFUL, at=LATER)
        self.assertEqual(fresh(reply).gate["ticked"], ["not-checked"])

    def wording(self, text: str, by: User | None = None) -> dict[str, Any]:
        return {"by": by or self.priya, "text_seen": ANSWER, "text": text}

    def test_what_was_let_through_was_another_text(self) -> None:
        case = open_case()
        reply = drafted(case, self.pete, BAD)
        replies.submit(reply, by=self.pete, at=NOW, asks_override=True)
        replies.override(reply, by=cora(), text_seen=BAD, reason="Agreed in writing.", at=NOW)
        reply = self.change(reply, self.priya, SHORTER, BAD)
        self.assertEqual((reply.override_by, reply.override_hash), (None, ""))

    def test_what_cannot_be_changed(self) -> None:
        self.assertIn(
            "You wrote this", self.refused(redlines.change, self.reply, **self.wording("A", self.pete))
        )
        self.assertIn(
            "Nothing was", self.refused(redlines.change, self.reply, **self.wording(f" {ANSWER}\r\n"))
        )
        self.assertIn("is empty", self.refused(redlines.change, self.reply, **self.wording(" ")))
        self.assertIn("too long", self.refused(redlines.change, self.reply, **self.wording("a" * 281)))
        turn = self.refused(redlines.change, self.reply, **self.wording("A", self.carla))
        self.assertIn("approves", turn)
        seen = {**self.wording("A"), "text_seen": "Another"}
        self.assertEqual(self.refused(redlines.change, self.reply, **seen), replies.TEXT_CHANGED)
        self.approve(self.reply, self.priya)
        self.assertIn("no longer", self.refused(redlines.change, fresh(self.reply), **self.wording("A")))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("Call us today.", "Call us today.", "Call us today."),
        ("Call us today.", "Please call us.", "-Call+Please call us- today."),
        ("", "New", "+New"),
        ("Old", "", "-Old"),
        ("a b c", "a c", "a -b c"),
        ("It's here\nnow", "It's there\nnow", "It's -here+there\nnow"),
        ("<b>x</b>", "<i>x</i>", "<-b+i>x</-b+i>"),
    ],
)
def test_the_difference_is_told_word_by_word(before: str, after: str, told: str) -> None:
    marks = {"same": "", "del": "-", "ins": "+"}
    parts = list(redlines.difference(before, after))
    assert "".join(f"{marks[kind]}{text}" for kind, text in parts) == told
    assert "".join(text for kind, text in parts if kind != "ins") == before
    assert "".join(text for kind, text in parts if kind != "del") == after
