from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import TestCase

from alerts import cases, defaults, replies
from alerts.models import Case, Reply
from alerts.models.queue import REPLY_HOLD
from alerts.refusals import Refused
from hospital.models import AuditEntry
from listening.models import Mention
from tests.alerts.desk import ANSWER, approved, drafted, fresh, open_case, submitted
from tests.base import NOW, FakeSource, carla, pete, priya, registered

LATER = NOW + timedelta(minutes=5)


class Desk(TestCase):
    pete: User
    carla: User
    priya: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.carla, cls.priya = pete(), carla(), priya()

    def setUp(self) -> None:
        self.case = open_case()
        fake = registered(FakeSource())
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)

    def edit_post(self) -> None:
        Mention.objects.filter(case=self.case).update(content_hash="1" * 64)

    def refused(self, verb: Any, reply: Reply, **arguments: Any) -> str:
        before = Reply.objects.values().get(pk=reply.pk)
        with pytest.raises(Refused) as caught, transaction.atomic():
            verb(reply, at=LATER, **arguments)
        self.assertEqual(Reply.objects.values().get(pk=reply.pk), before)
        return str(caught.value)

    def state(self) -> str:
        return Case.objects.get(pk=self.case.pk).state


class SaveDraftTests(Desk):
    def test_it_keeps_the_text_and_says_once_who_wrote(self) -> None:
        drafted(self.case, self.pete, "First")
        reply = drafted(self.case, self.pete, "First and second")
        self.assertEqual(fresh(reply).text, "First and second")
        self.assertEqual(self.case.events.filter(kind="drafted").count(), 1)
        self.assertEqual(self.state(), "drafting")

    def test_it_refuses_who_does_not_have_the_case(self) -> None:
        drafted(self.case, self.pete, "Pete's")
        with pytest.raises(Refused, match="pete has this case now"):
            replies.save_draft(self.case, text="Carla's", post_seen="", by=self.carla, at=LATER)
        self.assertEqual(Reply.objects.get().text, "Pete's")

    def test_it_refuses_while_a_reply_is_on_its_way(self) -> None:
        submitted(self.case, self.pete)
        with pytest.raises(Refused, match="on its way already"):
            drafted(self.case, self.pete, "Another")

    def test_a_draft_stays_with_the_case(self) -> None:
        drafted(self.case, self.pete, "Half a sentence")
        cases.release(self.case, by=self.pete, at=NOW)
        drafted(self.case, self.carla, "A whole sentence")
        self.assertEqual(Reply.objects.get().author, self.carla)


class SubmitTests(Desk):
    def test_it_waits_for_another_person(self) -> None:
        reply = submitted(self.case, self.pete)
        self.assertEqual((reply.state, self.state()), ("awaiting", "awaiting"))

    def test_it_refuses_an_empty_text(self) -> None:
        reply = drafted(self.case, self.pete, "   ")
        self.assertEqual(self.refused(replies.submit, reply, by=self.pete), "The reply is empty.")

    def test_it_refuses_what_the_network_cannot_take(self) -> None:
        reply = drafted(self.case, self.pete, "a" * 281)
        self.assertIn("1 characters too long", self.refused(replies.submit, reply, by=self.pete))

    def test_it_refuses_after_the_post_changed(self) -> None:
        reply = drafted(self.case, self.pete)
        self.edit_post()
        self.assertEqual(self.refused(replies.submit, reply, by=self.pete), replies.POST_CHANGED)

    def test_having_read_the_change_it_goes(self) -> None:
        drafted(self.case, self.pete)
        self.edit_post()
        self.case.refresh_from_db()
        reply = drafted(Case.objects.get(pk=self.case.pk), self.pete)
        replies.submit(reply, by=self.pete, at=LATER)

    def test_it_refuses_a_removed_post(self) -> None:
        reply = drafted(self.case, self.pete)
        Mention.objects.update(is_gone=True)
        self.assertEqual(self.refused(replies.submit, reply, by=self.pete), replies.POST_GONE)


class ApproveTests(Desk):
    def test_it_queues_the_exact_text_behind_the_hold(self) -> None:
        reply = approved(self.case, self.pete, self.priya)
        self.assertEqual(reply.approved_hash, replies.text_hash(ANSWER))
        self.assertEqual(reply.send_after, NOW + REPLY_HOLD)
        self.assertEqual(self.state(), "held")
        self.assertEqual(AuditEntry.objects.get(action="reply.approve").actor, self.priya)

    def test_line_ends_of_a_browser_do_not_make_another_text(self) -> None:
        reply = submitted(self.case, self.pete, "One\nTwo")
        replies.approve(reply, by=self.priya, text_seen="One\r\nTwo", at=LATER)

    def test_the_author_cannot(self) -> None:
        reply = submitted(self.case, self.priya)
        said = self.refused(replies.approve, reply, by=self.priya, text_seen=ANSWER)
        self.assertIn("Another person must approve", said)

    def test_nor_whoever_wrote_an_earlier_wording(self) -> None:
        drafted(self.case, self.priya, "An earlier wording")
        cases.release(self.case, by=self.priya, at=NOW)
        reply = submitted(self.case, self.pete, "An earlier wording")
        said = self.refused(replies.approve, reply, by=self.priya, text_seen="An earlier wording")
        self.assertIn("Another person must approve", said)

    def test_it_holds_for_the_text_that_was_seen(self) -> None:
        reply = submitted(self.case, self.pete)
        said = self.refused(replies.approve, reply, by=self.priya, text_seen=ANSWER + " Or not.")
        self.assertEqual(said, replies.TEXT_CHANGED)

    def test_it_refuses_after_the_post_changed(self) -> None:
        reply = submitted(self.case, self.pete)
        self.edit_post()
        said = self.refused(replies.approve, reply, by=self.priya, text_seen=ANSWER)
        self.assertEqual(said, replies.POST_CHANGED)

    def test_it_refuses_a_second_time(self) -> None:
        reply = approved(self.case, self.pete, self.priya)
        self.assertIn(
            "no longer waits", self.refused(replies.approve, reply, by=self.priya, text_seen=ANSWER)
        )

    def test_the_database_itself_keeps_four_eyes(self) -> None:
        reply = submitted(self.case, self.pete)
        with pytest.raises(IntegrityError), transaction.atomic():
            Reply.objects.filter(pk=reply.pk).update(approved_by=self.pete)
        with pytest.raises(IntegrityError), transaction.atomic():
            Reply.objects.filter(pk=reply.pk).update(state="queued")


class SendBackTests(Desk):
    def test_the_writer_reads_why(self) -> None:
        reply = submitted(self.case, self.pete)
        replies.send_back(reply, by=self.priya, reason="Too long.", at=LATER)
        self.assertEqual((fresh(reply).state, fresh(reply).return_reason), ("returned", "Too long."))
        self.assertEqual(self.state(), "drafting")
        submitted(self.case, self.pete, "Shorter.")

    def test_it_needs_a_reason(self) -> None:
        reply = submitted(self.case, self.pete)
        self.assertIn(
            "Say what should change", self.refused(replies.send_back, reply, by=self.priya, reason=" ")
        )


class CancelTests(Desk):
    def test_it_is_a_draft_again_and_needs_a_new_approval(self) -> None:
        reply = approved(self.case, self.pete, self.priya)
        replies.cancel(reply, by=self.pete, at=NOW)
        reply = fresh(reply)
        self.assertEqual((reply.state, reply.approved_by, reply.approved_hash), ("draft", None, ""))
        self.assertEqual(self.state(), "drafting")

    def test_too_late_is_said(self) -> None:
        reply = approved(self.case, self.pete, self.priya)
        Reply.objects.update(state="sending")
        self.assertIn("Too late", self.refused(replies.cancel, reply, by=self.pete))
