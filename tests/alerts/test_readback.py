"""The thread is read before a reply leaves, and read back when nobody knows whether it left."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.test import TestCase

from alerts import collisions, defaults, outbox, readback, replies, unknowns
from alerts.collisions import Seen
from alerts.models import NativeReply, Reply
from alerts.models.queue import REPLY_HOLD
from alerts.refusals import Refused
from listening.signals import answers_seen
from listening.sources.contract import Forbidden, RateLimited, SendUnknown, SourceError, Unavailable, Written
from tests.alerts.desk import ANSWER, approved, fresh, open_case
from tests.base import NOW, FakeSource, ReadingSource, pete, priya, registered

SOON = NOW + REPLY_HOLD
MINUTE = timedelta(minutes=1)


class Reading(TestCase):
    pete: User
    priya: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.priya = pete(), priya()

    def setUp(self) -> None:
        self.case, self.network = open_case(), ReadingSource()
        fake = registered(self.network)
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)

    def published(self, at: datetime = SOON) -> Reply:
        reply = approved(self.case, self.pete, self.priya)
        outbox.publish(reply.pk, at)
        return fresh(reply)

    def kinds(self) -> list[str]:
        return list(self.case.events.values_list("kind", flat=True))


class BeforeItLeavesTests(Reading):
    def test_with_nothing_there_it_leaves(self) -> None:
        self.assertEqual((self.published().state, self.network.readings), ("sent", 1))

    def test_an_answer_written_there_sends_it_back(self) -> None:
        self.network.natives = [Written("n1", "We saw this, and are sorry.", "https://fake.example/n1")]
        reply = self.published()
        self.assertEqual((self.network.sent, reply.state, reply.approved_by), ([], "returned", None))
        self.assertEqual(reply.return_reason, collisions.APPEARED)
        self.assertEqual(NativeReply.objects.get().text, "We saw this, and are sorry.")
        self.assertIn("native", self.kinds())

    def test_once_it_was_seen_the_reply_leaves(self) -> None:
        self.network.natives = [Written("n1", "We saw this.")]
        reply = self.published()
        with self.assertRaises(Refused):
            replies.submit(reply, by=self.pete, at=SOON)
        replies.submit(reply, by=self.pete, at=SOON, seen=Seen(public=1))
        replies.approve(reply, by=self.priya, text_seen=ANSWER, at=SOON, seen=Seen(public=1))
        outbox.publish(reply.pk, SOON + 3 * MINUTE)
        self.assertEqual((fresh(reply).state, len(self.network.sent)), ("sent", 1))
        self.assertEqual(NativeReply.objects.count(), 1)

    def test_an_answer_that_was_changed_there_is_another_one(self) -> None:
        self.network.natives = [Written("n1", "We saw this.")]
        self.published()
        self.network.natives = [Written("n1", "We saw this, and more.")]
        thread = readback.read(self.case.mention, self.case.mention.source)
        assert thread is not None
        self.assertEqual(readback.note(self.case.pk, thread, at=SOON), 1)
        self.assertEqual(readback.note(self.case.pk, thread, at=SOON), 0)

    def test_a_thread_that_cannot_be_read_holds_it(self) -> None:
        for error in (Unavailable("Down."), Forbidden("No."), RateLimited("Wait.", retry_at=SOON + MINUTE)):
            with self.subTest(error.kind):
                Reply.objects.all().delete()
                self.case.__class__.objects.update(state="claimed", owner=self.pete)
                self.network.errors = [error]
                reply = self.published()
                self.assertEqual(
                    (self.network.sent, reply.state, reply.approved_by), ([], "queued", self.priya)
                )
                self.assertIn(outbox.UNREAD, reply.error)
                assert reply.send_after is not None
                self.assertGreaterEqual(reply.send_after, error.retry_at or SOON + outbox.FIRST_WAIT)

    def test_after_a_while_it_comes_back_to_its_writer(self) -> None:
        self.network.errors = [Unavailable("Down.")] * outbox.TRIES
        reply = approved(self.case, self.pete, self.priya)
        for hour in range(outbox.TRIES):
            outbox.publish(reply.pk, SOON + timedelta(hours=hour))
        self.assertEqual((fresh(reply).state, fresh(reply).case.state), ("failed", "drafting"))
        self.assertIn("Tried 8 times", fresh(reply).error)
        self.assertEqual(self.network.sent, [])

    def test_a_network_without_a_list_is_not_asked(self) -> None:
        with registered(FakeSource()) as plain:
            self.assertEqual((self.published().state, len(plain.sent)), ("sent", 1))


class UnknownTests(Reading):
    def lost(self, error: SourceError | None = None, *, is_public: bool) -> Reply:
        self.network.replies = [error or SendUnknown("No answer.")]
        self.network.loses = not is_public
        reply = self.published()
        self.assertEqual((reply.state, reply.read_again_at), ("unknown", SOON + outbox.READ_BACK_AFTER))
        return reply

    def read_back(self, reply: Reply, *minutes: float) -> Reply:
        for minute in minutes:
            unknowns.settle(reply.pk, SOON + minute * MINUTE)
        return fresh(reply)

    def test_what_stands_there_was_sent(self) -> None:
        reply = self.read_back(self.lost(is_public=True), 0.5)
        self.assertEqual((reply.state, reply.external_id, reply.case.state), ("sent", "reply-1", "sent"))
        self.assertEqual(len(self.network.sent), 1)
        self.assertFalse(NativeReply.objects.exists())
        self.assertTrue(self.case.events.get(kind="sent").detail["read_back"])

    def test_it_is_due_when_it_says_and_taken_once(self) -> None:
        reply = self.lost(is_public=False)
        self.assertEqual(unknowns.due(SOON + timedelta(seconds=29)), [])
        self.assertEqual(unknowns.due(SOON + timedelta(seconds=30)), [reply.pk])
        self.read_back(reply, 0.5, 0.5)
        self.assertEqual((fresh(reply).readings, self.network.readings), (1, 2))
        self.assertEqual(fresh(reply).read_again_at, SOON + 1.5 * MINUTE)

    def test_not_there_so_soon_is_no_answer(self) -> None:
        reply = self.read_back(self.lost(is_public=False), 0.5, 1.5, 3.5, 7.5)
        self.assertEqual((reply.state, reply.readings), ("unknown", 4))

    def test_not_there_late_in_a_whole_list_leaves_once_more(self) -> None:
        reply = self.read_back(self.lost(is_public=False), 0.5, 1.5, 3.5, 7.5, 15.5)
        self.assertEqual((reply.state, reply.case.state), ("queued", "sending"))
        outbox.publish(reply.pk, SOON + 16 * MINUTE)
        self.assertEqual((fresh(reply).state, len(self.network.sent)), ("sent", 2))

    def test_in_a_list_that_is_cut_it_stays_for_a_person(self) -> None:
        self.network.is_whole = False
        reply = self.read_back(self.lost(is_public=False), 0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 90)
        self.assertEqual((reply.state, reply.readings, reply.read_again_at), ("unknown", 6, None))
        self.assertEqual(len(self.network.sent), 1)

    def test_a_reading_that_fails_says_nothing(self) -> None:
        reply = self.lost(is_public=True)
        self.network.errors = [Unavailable("Down.")]
        self.assertEqual(self.read_back(reply, 0.5).state, "unknown")
        self.assertEqual(self.read_back(reply, 1.5).state, "sent")

    def test_what_shows_up_late_is_found_before_it_leaves_again(self) -> None:
        reply = self.lost(is_public=False)
        outbox.say_it_is_not_there(reply, by=self.pete, at=SOON + MINUTE)
        self.network.shown = [Written("late", ANSWER)]
        outbox.publish(reply.pk, SOON + 2 * MINUTE)
        self.assertEqual((fresh(reply).state, fresh(reply).external_id), ("sent", "late"))
        self.assertEqual(len(self.network.sent), 1)

    def test_another_answer_of_ours_is_not_taken_for_it(self) -> None:
        reply = self.lost(is_public=False)
        self.network.natives = [Written("n1", "Something else of ours.")]
        self.assertEqual(self.read_back(reply, 0.5).state, "unknown")
        self.assertEqual(NativeReply.objects.count(), 1)

    def test_without_a_list_only_a_person_can_say(self) -> None:
        with registered(FakeSource(replies=[SendUnknown("No answer.")])):
            reply = self.published()
        self.assertEqual((reply.state, reply.read_again_at), ("unknown", None))


class MetTests(Reading):
    def test_what_a_poll_meets_is_noted_once_with_its_case(self) -> None:
        post, stranger = self.case.mention, "no-post-of-ours"
        met = [
            Written("n1", "We saw this.", parent_id=post.external_id),
            Written("n2", "Hi.", parent_id=stranger),
        ]
        for _ in range(2):
            answers_seen.send(sender=None, source_id=post.source_id, answers=met)
        self.assertEqual(NativeReply.objects.get().case, self.case)
        self.assertEqual(collisions.public_count(self.case.pk), 1)

    def test_our_own_reply_is_not_taken_for_another(self) -> None:
        self.published()
        met = [Written("reply-1", ANSWER, parent_id=self.case.mention.external_id)]
        self.assertEqual(readback.note_met(self.case.mention.source_id, met, at=SOON), 0)
