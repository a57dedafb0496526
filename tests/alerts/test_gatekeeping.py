"""No way leads a stopped text out: not by the desk, not past an approver, not through the database."""

import ast
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import TestCase

from alerts import cases, contacts, defaults, gate, gatekeeping, outbox, replies
from alerts.gate import GateDown
from alerts.models import Case, ListedContact, Reply
from alerts.models.queue import REPLY_HOLD
from alerts.refusals import Refused
from hospital.models import AuditEntry, Membership
from listening.models import Mention
from listening.sources.contract import SendUnknown, Sent
from tests.alerts.desk import ANSWER, approved, drafted, fresh, open_case, submitted
from tests.base import NOW, FakeSource, ada, carla, cora, facility, mention, pete, priya, registered

SOON = NOW + REPLY_HOLD
BAD = "We are sorry about your surgery on March 3, Maria."
DOUBTFUL = "Merci pour votre message. Nous lisons chaque commentaire avec attention."


class Gate(TestCase):
    pete: User
    priya: User
    cora: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.priya, cls.cora = pete(), priya(), cora()

    def setUp(self) -> None:
        self.case = open_case()
        self.network = FakeSource()
        fake = registered(self.network)
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)

    def refused(self, verb: Any, reply: Reply, **arguments: Any) -> str:
        with pytest.raises(Refused) as caught, transaction.atomic():
            verb(reply, at=NOW, **arguments)
        return str(caught.value)

    def stopped(self) -> Reply:
        """A text that the check stops, waiting for the privacy officer."""
        reply = drafted(self.case, self.pete, BAD)
        replies.submit(reply, by=self.pete, at=NOW, asks_override=True)
        return fresh(reply)

    def let_through(self) -> Reply:
        reply = self.stopped()
        replies.override(reply, by=self.cora, text_seen=BAD, reason="She signed the form.", at=NOW)
        return fresh(reply)

    def story(self) -> list[str]:
        return list(self.case.events.values_list("kind", flat=True))


class SubmitTests(Gate):
    def test_a_stopped_text_is_refused_and_kept_as_a_draft(self) -> None:
        reply = drafted(self.case, self.pete, BAD)
        self.assertIn("The check stops this text.", self.refused(replies.submit, reply, by=self.pete))
        self.assertEqual((fresh(reply).state, fresh(reply).text), ("draft", BAD))

    def test_it_goes_on_only_to_ask_the_privacy_officer(self) -> None:
        reply = self.stopped()
        self.assertEqual((reply.state, reply.gate["verdict"]), ("awaiting", "block"))
        self.assertNotIn("Maria", str(reply.gate))

    def test_listed_contacts_pass_and_no_other(self) -> None:
        call = "Please call our patient line at 555-0142."
        reply = drafted(self.case, self.pete, call)
        self.refused(replies.submit, reply, by=self.pete)
        contacts.add("555-0142", "", by=ada(), at=NOW)
        replies.submit(reply, by=self.pete, at=NOW)

    def test_the_post_is_read_with_it(self) -> None:
        Mention.objects.update(text="I have the pills with me. Tonight I end it.")
        reply = drafted(Case.objects.get(), self.pete)
        self.assertIn("emergency line", self.refused(replies.submit, reply, by=self.pete))


class ApproveTests(Gate):
    def approve(self, reply: Reply, **arguments: Any) -> None:
        replies.approve(reply, by=self.priya, text_seen=reply.text, at=NOW, **arguments)

    def test_a_stopped_text_cannot_be_approved(self) -> None:
        reply = self.stopped()
        said = self.refused(
            replies.approve, reply, by=self.priya, text_seen=BAD, ticked=["name", "confirms-care"]
        )
        self.assertEqual(said, gatekeeping.STILL_BLOCKED)

    def test_a_doubt_needs_its_tick_and_is_recorded(self) -> None:
        reply = submitted(self.case, self.pete, DOUBTFUL)
        said = self.refused(replies.approve, reply, by=self.priya, text_seen=DOUBTFUL)
        self.assertEqual(said, gatekeeping.NOT_TICKED)
        self.approve(reply, ticked=["not-checked", "whatever"])
        ticked = self.case.events.get(kind="ticked")
        self.assertEqual((ticked.actor, ticked.detail["rules"]), (self.priya, ["not-checked"]))
        self.assertEqual(fresh(reply).gate["ticked"], ["not-checked"])

    def test_a_language_that_is_not_read_needs_one_who_reads_it(self) -> None:
        for text in (
            "M\u00e8si pou mesaj ou. Nou li tout k\u00f2mant\u00e8 yo ak anpil atansyon.",
            "C\u1ea3m \u01a1n b\u1ea1n \u0111\u00e3 chia s\u1ebb v\u1edbi ch\u00fang t\u00f4i.",
            "Thank you for your note. Nou li tout mesaj yo ak anpil atansyon.",
        ):
            with self.subTest(text):
                case = open_case()
                reply = submitted(case, self.pete, text)
                said = self.refused(replies.approve, reply, by=self.priya, text_seen=text)
                self.assertEqual(said, gatekeeping.NOT_TICKED)
                self.approve(reply, ticked=["not-checked"])
                self.assertEqual(case.events.get(kind="ticked").detail["rules"], ["not-checked"])

    def test_what_was_decided_is_proven(self) -> None:
        approved(self.case, self.pete, self.priya)
        proof = AuditEntry.objects.get(action="reply.approve").detail
        self.assertEqual(proof["text_sha256"], replies.text_hash(ANSWER))
        self.assertEqual((proof["check"]["verdict"], proof["check"]["policy"]), ("pass", gate.POLICY))

    def test_a_thread_that_changed_is_read_again(self) -> None:
        above = mention("An earlier post.", external_id="above")
        Mention.objects.filter(case=self.case).update(parent_external_id="above")
        reply = submitted(self.case, self.pete)
        Mention.objects.filter(pk=above.pk).update(text="Another earlier post.")
        said = self.refused(replies.approve, reply, by=self.priya, text_seen=ANSWER)
        self.assertEqual(said, gatekeeping.THREAD_CHANGED)


class OverrideTests(Gate):
    def test_a_second_person_lets_this_text_through_and_it_leaves(self) -> None:
        reply = self.let_through()
        replies.approve(reply, by=self.priya, text_seen=BAD, at=NOW)
        outbox.publish(reply.pk, SOON)
        self.assertEqual([text for _, text in self.network.sent], [BAD])
        event = self.case.events.get(kind="overridden")
        self.assertEqual((event.actor, event.detail["reason"]), (self.cora, "She signed the form."))
        self.assertEqual(AuditEntry.objects.get(action="reply.override").actor, self.cora)

    def test_it_needs_a_reason(self) -> None:
        said = self.refused(replies.override, self.stopped(), by=self.cora, text_seen=BAD, reason=" ")
        self.assertIn("Say why", said)

    def test_whoever_wrote_it_cannot(self) -> None:
        Membership.objects.create(user=self.pete, role="compliance")
        said = self.refused(replies.override, self.stopped(), by=self.pete, text_seen=BAD, reason="Mine.")
        self.assertIn("Another person must decide", said)
        with pytest.raises(IntegrityError), transaction.atomic():
            Reply.objects.update(override_by=self.pete, override_reason="x", override_hash="x")

    def test_it_holds_for_the_text_that_was_seen(self) -> None:
        said = self.refused(
            replies.override, self.stopped(), by=self.cora, text_seen="Other.", reason="Fine."
        )
        self.assertEqual(said, replies.TEXT_CHANGED)

    def test_a_harmless_text_needs_none(self) -> None:
        reply = submitted(self.case, self.pete)
        said = self.refused(replies.override, reply, by=self.cora, text_seen=ANSWER, reason="Fine.")
        self.assertIn("does not stop this text", said)

    def test_it_is_void_when_the_reply_comes_back(self) -> None:
        reply = self.let_through()
        replies.send_back(reply, by=self.priya, reason="No.", at=NOW)
        self.assertIsNone(fresh(reply).override_by)

    def test_it_ends_with_the_right_to_give_it(self) -> None:
        reply = self.let_through()
        Membership.objects.filter(user=self.cora).delete()
        said = self.refused(replies.approve, reply, by=self.priya, text_seen=BAD)
        self.assertEqual(said, gatekeeping.STILL_BLOCKED)

    def test_one_in_another_facility_is_none_here(self) -> None:
        Membership.objects.filter(user=self.cora).update(facility=facility())
        self.assertFalse(gatekeeping.is_overridden(self.let_through(), replies.text_hash(BAD)))


class PublishTests(Gate):
    """The last look, whatever way a reply came into the outbox."""

    def came_back(self, reply: Reply) -> str:
        outbox.publish(reply.pk, SOON)
        self.assertEqual((self.network.sent, fresh(reply).state), ([], "returned"))
        return fresh(reply).return_reason

    def queued_by_hand(self, text: str, **fields: Any) -> Reply:
        values = {
            "approved_by": self.priya,
            "approved_hash": replies.text_hash(text),
            "mention_hash": self.case.mention.content_hash,
            "thread_hash": gatekeeping.thread_hash(self.case.mention),
            "state": "queued",
            **fields,
        }
        cases.claim(self.case, by=self.pete, at=NOW)
        return Reply.objects.create(case=self.case, author=self.pete, text=text, **values)

    def test_straight_through_the_database(self) -> None:
        self.assertEqual(self.came_back(self.queued_by_hand(BAD)), gatekeeping.STILL_BLOCKED)

    def test_with_everything_ticked_in_the_database(self) -> None:
        rules = ["name", "confirms-care", "identifier:date"]
        reply = self.queued_by_hand(BAD, gate={"verdict": "pass", "ticked": rules})
        self.assertEqual(self.came_back(reply), gatekeeping.STILL_BLOCKED)

    def test_a_doubt_that_nobody_ticked(self) -> None:
        self.assertEqual(self.came_back(self.queued_by_hand(DOUBTFUL)), gatekeeping.NOT_TICKED)

    def test_an_override_of_another_text(self) -> None:
        reply = self.queued_by_hand(
            BAD, override_by=self.cora, override_reason="Fine.", override_hash=replies.text_hash("Other.")
        )
        self.assertEqual(self.came_back(reply), gatekeeping.STILL_BLOCKED)

    def test_an_override_by_who_may_not(self) -> None:
        seen = replies.text_hash(BAD)
        reply = self.queued_by_hand(BAD, override_by=carla(), override_reason="Fine.", override_hash=seen)
        self.assertEqual(self.came_back(reply), gatekeeping.STILL_BLOCKED)

    def test_contacts_that_were_taken_away_since(self) -> None:
        listed = contacts.add("555-0142", "", by=ada(), at=NOW)
        reply = approved(self.case, self.pete, self.priya, "Please call our patient line at 555-0142.")
        contacts.remove(listed, by=ada(), at=NOW)
        self.assertEqual(self.came_back(reply), gatekeeping.STILL_BLOCKED)

    def test_a_thread_that_changed_since(self) -> None:
        reply = approved(self.case, self.pete, self.priya)
        Reply.objects.update(thread_hash="0" * 64)
        self.assertEqual(self.came_back(reply), gatekeeping.THREAD_CHANGED)

    def test_sent_once_more_after_a_person_looked(self) -> None:
        reply = approved(self.case, self.pete, self.priya)
        self.network.replies = [SendUnknown("No answer.")]
        outbox.publish(reply.pk, SOON)
        Reply.objects.update(text=BAD, approved_hash=replies.text_hash(BAD))
        outbox.say_it_is_not_there(fresh(reply), by=self.pete, at=SOON)
        outbox.publish(reply.pk, SOON)
        self.assertEqual([text for _, text in self.network.sent], [ANSWER])
        self.assertEqual(fresh(reply).state, "returned")


class DownTests(Gate):
    def down(self) -> Any:
        return mock.patch("alerts.gate.data.shipped", side_effect=GateDown("The rules cannot be read."))

    def test_nothing_is_sent_in_and_the_draft_is_kept(self) -> None:
        with self.down():
            reply = drafted(self.case, self.pete)
            self.assertEqual(self.refused(replies.submit, reply, by=self.pete), gatekeeping.DOWN)
        self.assertEqual(fresh(reply).text, ANSWER)

    def test_nothing_is_approved(self) -> None:
        reply = submitted(self.case, self.pete)
        with self.down():
            said = self.refused(replies.approve, reply, by=self.priya, text_seen=ANSWER)
        self.assertEqual(said, gatekeeping.DOWN)

    def test_what_was_approved_waits_and_then_leaves(self) -> None:
        self.network.replies = [Sent(external_id="r1")]
        reply = approved(self.case, self.pete, self.priya)
        with self.down():
            outbox.publish(reply.pk, SOON)
        self.assertEqual((self.network.sent, fresh(reply).state), ([], "queued"))
        self.assertEqual(fresh(reply).error, gatekeeping.DOWN)
        outbox.publish(reply.pk, SOON + timedelta(minutes=1))
        self.assertEqual(fresh(reply).state, "sent")


def test_only_the_outbox_publishes() -> None:
    root = Path(gatekeeping.__file__).parents[1]
    callers = {
        str(path.relative_to(root))
        for folder in ("alerts", "dashboard", "config", "hospital")
        for path in (root / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "reply"
    }
    assert callers == {"alerts/outbox.py"}


class ContactTests(Gate):
    def test_one_is_listed_once_and_on_record(self) -> None:
        contacts.add(" 555-0142 ", "Patient Relations", by=ada(), at=NOW)
        self.assertEqual(contacts.listed(), ["555-0142"])
        with pytest.raises(Refused, match="listed already"):
            contacts.add("555-0142", "", by=ada(), at=NOW)
        self.assertEqual(AuditEntry.objects.filter(action="contact.add").count(), 1)

    def test_what_is_no_contact_is_refused(self) -> None:
        for value in ("", "  ", "?", "\x00", "x" * 300):
            with self.subTest(value[:5]), pytest.raises(Refused):
                contacts.add(value, "", by=ada(), at=NOW)
        self.assertFalse(ListedContact.objects.exists())
