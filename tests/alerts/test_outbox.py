from datetime import timedelta
from unittest import mock

from django.contrib.auth.models import User
from django.test import TestCase

from alerts import defaults, outbox, replies
from alerts.models import Case, Reply
from alerts.models.queue import REPLY_HOLD
from alerts.refusals import Refused
from hospital.models import AuditEntry, Membership
from listening.models import Mention
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Forbidden,
    RateLimited,
    SendUnknown,
    Sent,
    SourceError,
    Unavailable,
)
from tests.alerts.desk import ANSWER, approved, fresh, open_case, sending
from tests.base import NOW, FakeSource, pete, priya, registered

SOON = NOW + REPLY_HOLD


class Outbox(TestCase):
    pete: User
    priya: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.priya = pete(), priya()

    def setUp(self) -> None:
        self.case = open_case()
        self.network = FakeSource()
        fake = registered(self.network)
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)

    def publish_with(self, *answers: Sent | SourceError) -> Reply:
        self.network.replies = list(answers)
        reply = approved(self.case, self.pete, self.priya)
        outbox.publish(reply.pk, SOON)
        return fresh(reply)

    def story(self) -> list[str]:
        return list(self.case.events.values_list("kind", flat=True))


class PublishTests(Outbox):
    def test_it_is_sent_once_and_the_case_knows(self) -> None:
        reply = self.publish_with(Sent(external_id="r1", url="https://fake.example/r1"))
        outbox.publish(reply.pk, SOON)
        self.assertEqual([text for _, text in self.network.sent], [ANSWER])
        self.assertEqual((reply.state, reply.external_id, reply.sent_at), ("sent", "r1", SOON))
        self.assertEqual((reply.case.state, reply.case.first_replied_at), ("sent", SOON))
        self.assertEqual(self.story()[-3:], ["approved", "sending", "sent"])
        self.assertEqual(AuditEntry.objects.filter(action="reply.sent").count(), 1)

    def test_not_before_the_hold_has_passed(self) -> None:
        reply = approved(self.case, self.pete, self.priya)
        outbox.publish(reply.pk, SOON - timedelta(milliseconds=1))
        self.assertEqual((self.network.sent, fresh(reply).state), ([], "queued"))

    def test_sending_is_committed_before_anything_leaves(self) -> None:
        states: list[str] = []
        self.network.reply = lambda *_: states.append(Reply.objects.get().state)  # type: ignore[assignment,method-assign]
        with mock.patch.object(outbox, "settle_sent"):
            self.publish_with()
        self.assertEqual(states, ["sending"])

    def test_not_now_waits_as_long_as_the_network_says(self) -> None:
        for kind in (RateLimited, Unavailable):
            with self.subTest(kind.__name__):
                Reply.objects.all().delete()
                Case.objects.update(state="claimed", owner=self.pete)
                reply = self.publish_with(kind("Try later.", retry_at=SOON + timedelta(hours=1)))
                self.assertEqual((reply.state, reply.send_after), ("queued", SOON + timedelta(hours=1)))

    def test_waits_grow_without_a_time_from_the_network(self) -> None:
        reply = self.publish_with(Unavailable("Down."))
        self.assertEqual(reply.send_after, SOON + timedelta(seconds=15))
        self.assertEqual(outbox.wait_before(3), timedelta(seconds=60))
        self.assertEqual(outbox.wait_before(60), timedelta(minutes=15))

    def test_it_gives_up_in_the_end_and_says_so(self) -> None:
        reply = approved(self.case, self.pete, self.priya)
        at = SOON
        for _ in range(outbox.TRIES):
            self.network.replies = [Unavailable("Down.")]
            outbox.publish(reply.pk, at)
            at += timedelta(hours=1)
        self.assertEqual((fresh(reply).state, fresh(reply).error), ("failed", "Down. Tried 8 times."))

    def test_a_refusal_comes_back_with_its_sentence(self) -> None:
        for kind in (Forbidden, AuthFailed):
            with self.subTest(kind.__name__):
                Case.objects.update(state="claimed", owner=self.pete)
                reply = self.publish_with(kind("The network says no."))
                self.assertEqual((reply.state, reply.error), ("failed", "The network says no."))
                self.assertEqual(reply.case.state, "drafting")

    def test_no_readable_answer_is_never_sent_again_by_itself(self) -> None:
        for kind in (SendUnknown, BadPayload):
            with self.subTest(kind.__name__):
                Reply.objects.all().delete()
                Case.objects.update(state="claimed", owner=self.pete)
                before = len(self.network.sent)
                reply = self.publish_with(kind("No answer."))
                self.assertEqual((reply.state, reply.case.state), ("unknown", "check"))
                self.assertEqual(outbox.sweep(SOON + timedelta(days=1)), [])
                outbox.publish(reply.pk, SOON + timedelta(days=1))
                self.assertEqual(len(self.network.sent), before + 1)


class ObjectionTests(Outbox):
    def objected(self) -> Reply:
        reply = Reply.objects.get()
        outbox.publish(reply.pk, SOON)
        self.assertEqual(self.network.sent, [])
        self.assertEqual((fresh(reply).state, fresh(reply).approved_hash), ("returned", ""))
        return fresh(reply)

    def test_the_post_changed_after_approval(self) -> None:
        approved(self.case, self.pete, self.priya)
        Mention.objects.update(content_hash="1" * 64)
        self.assertEqual(self.objected().return_reason, replies.POST_CHANGED)

    def test_the_post_was_removed_after_approval(self) -> None:
        approved(self.case, self.pete, self.priya)
        Mention.objects.update(is_gone=True)
        self.assertEqual(self.objected().return_reason, replies.POST_GONE)

    def test_the_text_changed_behind_the_approval(self) -> None:
        approved(self.case, self.pete, self.priya)
        Reply.objects.update(text="Something nobody approved.")
        self.assertEqual(self.objected().return_reason, replies.TEXT_CHANGED)

    def test_the_approver_was_removed(self) -> None:
        approved(self.case, self.pete, self.priya)
        Membership.objects.filter(user=self.priya).delete()
        self.assertEqual(self.objected().return_reason, outbox.NO_LONGER_ALLOWED)


class SweepTests(Outbox):
    def test_a_lapsed_lease_is_unknown(self) -> None:
        reply = sending(self.case, self.pete, self.priya)
        self.assertEqual(outbox.sweep(SOON + outbox.LEASE - timedelta(seconds=1)), [])
        self.assertEqual(fresh(reply).state, "sending")
        outbox.sweep(SOON + outbox.LEASE)
        self.assertEqual((fresh(reply).state, fresh(reply).error), ("unknown", outbox.NO_ANSWER))
        self.assertEqual(self.story()[-1], "unknown")

    def test_an_answer_after_the_lease_ends_the_doubt(self) -> None:
        reply = sending(self.case, self.pete, self.priya)
        outbox.sweep(SOON + outbox.LEASE)
        outbox.settle_sent(reply, Sent(external_id="r1"), SOON + timedelta(minutes=2))
        self.assertEqual((fresh(reply).state, fresh(reply).case.state), ("sent", "sent"))

    def test_a_late_not_now_does_not_send_what_a_person_must_look_at(self) -> None:
        reply = sending(self.case, self.pete, self.priya)
        outbox.sweep(SOON + outbox.LEASE)
        outbox.settle_not_now(reply, Unavailable("Down."), SOON + timedelta(minutes=2))
        self.assertEqual(fresh(reply).state, "unknown")

    def test_it_names_what_is_due(self) -> None:
        reply = approved(self.case, self.pete, self.priya)
        self.assertEqual(outbox.sweep(NOW), [])
        self.assertEqual(outbox.sweep(SOON), [reply.pk])


class ResolveTests(Outbox):
    def test_it_is_public(self) -> None:
        reply = self.publish_with(SendUnknown("No answer."))
        outbox.say_it_is_public(reply, by=self.pete, at=SOON)
        self.assertEqual((fresh(reply).state, fresh(reply).case.state), ("sent", "sent"))

    def test_it_is_not_there_sends_once_more(self) -> None:
        reply = self.publish_with(SendUnknown("No answer."))
        outbox.say_it_is_not_there(reply, by=self.pete, at=SOON)
        outbox.publish(reply.pk, SOON)
        self.assertEqual(len(self.network.sent), 2)
        self.assertEqual(fresh(reply).state, "sent")

    def test_it_is_settled_once(self) -> None:
        reply = self.publish_with(SendUnknown("No answer."))
        outbox.say_it_is_public(reply, by=self.pete, at=SOON)
        with self.assertRaises(Refused):
            outbox.say_it_is_not_there(reply, by=self.pete, at=SOON)
