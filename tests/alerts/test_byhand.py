from unittest import mock

from django.contrib.auth.models import User
from django.test import TestCase

from alerts import byhand, cases, collisions, defaults, gatekeeping, outbox, replies
from alerts.collisions import NOTHING_SEEN, Seen
from alerts.gate import GateDown
from alerts.models import NativeReply, Reply
from alerts.models.queue import REPLY_HOLD
from alerts.refusals import Refused
from hospital.models import AuditEntry
from listening.models import Mention
from tests.alerts.desk import ANSWER, approved, drafted, fresh, open_case, submitted
from tests.base import NOW, FakeSource, pete, priya, registered

LATER = NOW + REPLY_HOLD
BLOCKED = "We are sorry about your visit to our emergency room last Tuesday, Mr. Smith."


class HandTests(TestCase):
    pete: User
    priya: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.priya = pete(), priya()

    def setUp(self) -> None:
        self.case, self.network = open_case(), FakeSource()
        self.network.reply_way = "link_out"
        fake = registered(self.network)
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)

    def approved(self) -> Reply:
        reply = approved(self.case, self.pete, self.priya)
        self.assertEqual((reply.state, reply.case.state, reply.send_after), ("to_post", "to_post", None))
        return reply

    def refused(self, reply: Reply, seen: Seen = NOTHING_SEEN) -> str:
        before = fresh(reply).state
        with self.assertRaises(Refused) as caught:
            byhand.posted(reply, by=self.pete, seen=seen, at=LATER)
        self.assertEqual(fresh(reply).state, before)
        return str(caught.exception)

    def test_it_counts_as_our_public_reply(self) -> None:
        reply = self.approved()
        byhand.posted(reply, by=self.pete, seen=NOTHING_SEEN, at=LATER)
        reply = fresh(reply)
        self.assertEqual((reply.state, reply.posted_by, reply.sent_at), ("sent", self.pete, LATER))
        self.assertEqual((reply.case.state, reply.case.first_replied_at), ("sent", LATER))
        proof = {"text_sha256": replies.text_hash(ANSWER)}
        self.assertEqual(self.case.events.get(kind="posted").detail, {"reply": reply.pk, **proof})
        self.assertEqual(AuditEntry.objects.get(action="reply.posted_by_hand").detail, proof)
        cases.close(self.case, outcome="online", note="", by=self.pete, at=LATER)

    def test_no_program_sends_it(self) -> None:
        reply = self.approved()
        self.assertEqual(outbox.sweep(LATER), [])
        outbox.publish(reply.pk, LATER)
        self.assertEqual((self.network.sent, fresh(reply).state), ([], "to_post"))

    def test_it_is_recorded_once(self) -> None:
        reply = self.approved()
        byhand.posted(reply, by=self.pete, seen=NOTHING_SEEN, at=LATER)
        self.assertEqual(self.refused(reply), byhand.NO_LONGER)

    def test_nothing_unapproved_is_recorded(self) -> None:
        for reply in (drafted(self.case, self.pete), submitted(open_case(), self.pete)):
            with self.subTest(reply.state):
                self.assertEqual(self.refused(reply), byhand.NO_LONGER)

    def test_a_stopped_text_gets_no_further_than_on_any_other_way(self) -> None:
        reply = drafted(self.case, self.pete, BLOCKED)
        with self.assertRaises(Refused):
            replies.submit(reply, by=self.pete, at=NOW)
        reply = self.approved_as(BLOCKED)
        self.assertIn(gatekeeping.STILL_BLOCKED, self.refused(reply))

    def approved_as(self, text: str) -> Reply:
        """As if somebody had changed the row and its approval behind the gate."""
        Reply.objects.all().delete()
        self.case.__class__.objects.update(state="claimed")
        reply = self.approved()
        Reply.objects.filter(pk=reply.pk).update(text=text, approved_hash=replies.text_hash(text))
        return fresh(reply)

    def test_another_text_than_the_approved_one_is_not_recorded(self) -> None:
        reply = self.approved()
        Reply.objects.update(text="Something nobody approved.")
        self.assertIn(replies.TEXT_CHANGED, self.refused(reply))

    def test_with_the_gate_down_nothing_is_recorded(self) -> None:
        reply = self.approved()
        with mock.patch.object(gatekeeping, "verdict", side_effect=GateDown("down")):
            self.assertIn(gatekeeping.DOWN, self.refused(reply))

    def test_a_post_that_changed_is_read_again_first(self) -> None:
        reply = self.approved()
        Mention.objects.update(content_hash="1" * 64)
        self.assertIn(replies.POST_CHANGED, self.refused(reply))

    def test_an_answer_that_appeared_is_seen_first(self) -> None:
        reply = self.approved()
        NativeReply.objects.create(case=self.case, external_id="n1", text="Hello", found_at=NOW)
        self.assertIn(collisions.APPEARED, self.refused(reply))

    def test_it_can_be_taken_back(self) -> None:
        reply = self.approved()
        replies.cancel(reply, by=self.pete, at=LATER)
        self.assertEqual((fresh(reply).state, fresh(reply).case.state), ("draft", "drafting"))
        self.assertEqual(self.refused(reply), byhand.NO_LONGER)
