"""Saved replies: what may be kept, which are offered, and that none leaves as it stands."""

from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.test import TestCase

from alerts import contacts, defaults, gate, gatekeeping, replies, savedreplies, starters
from alerts.craft import slots
from alerts.gate import GateDown
from alerts.models import Queue, SavedReply
from alerts.refusals import Refused
from alerts.savedreplies import Draft
from hospital.models import AuditEntry
from tests.alerts.desk import drafted, fresh, open_case
from tests.alerts.gate.drafts import CONTACTS
from tests.base import NOW, FakeSource, ada, pete, registered

TEXT = "Thank you for telling us. [A sentence of your own.] Please call our patient line."
BAD = "We are sorry about your surgery. [A sentence of your own.]"


class SaveTests(TestCase):
    ada: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.ada = ada()

    def save(self, text: str = TEXT, kept: SavedReply | None = None, **fields: Any) -> SavedReply:
        draft = Draft(fields.pop("title", "Thanks"), text, **fields)
        return savedreplies.save(kept, draft, by=self.ada, at=NOW)

    def refused(self, text: str = TEXT, **fields: Any) -> str:
        with pytest.raises(Refused) as caught:
            self.save(text, **fields)
        assert not SavedReply.objects.filter(text=text).exists()
        return str(caught.value)

    def queue(self, slug: str) -> Queue:
        return Queue.objects.get(slug=slug)

    def test_it_is_kept_with_its_history(self) -> None:
        kept = self.save()
        self.save(TEXT + " It is open to all.", kept)
        savedreplies.remove(kept, by=self.ada, at=NOW)
        said = AuditEntry.objects.filter(subject=savedreplies.subject(kept)).order_by("id")
        self.assertEqual(
            list(said.values_list("action", flat=True)),
            ["saved_reply.add", "saved_reply.change", "saved_reply.remove"],
        )
        self.assertEqual(said[0].detail["text"], TEXT)

    def test_what_the_check_stops_is_not_kept(self) -> None:
        self.assertIn("The check stops this text.", self.refused(BAD))
        self.assertIn("The check stops", self.refused("[Yours.] Please call 555-0199."))

    def test_nor_by_changing_one_that_is(self) -> None:
        kept = self.save()
        self.assertIn("The check stops", self.refused(BAD, kept=kept))
        kept.refresh_from_db()
        self.assertEqual(kept.text, TEXT)

    def test_it_leaves_something_to_write(self) -> None:
        self.assertEqual(self.refused("Thank you for telling us."), savedreplies.NO_SLOT)
        self.assertEqual(self.refused("Please call {phone}."), savedreplies.NO_SLOT)

    def test_danger_is_answered_with_the_line(self) -> None:
        for danger in ({"queue": self.queue("self-harm")}, {"lane": "self_harm"}, {"lane": "emergency"}):
            with self.subTest(danger):
                self.assertEqual(self.refused(**danger), savedreplies.NO_LINE)
        office = "We want to help. [Yours.] Our office opens at 9 a.m."
        self.assertEqual(self.refused(office, lane="self_harm"), savedreplies.NO_LINE)
        self.save("Please call or text 988 now. [Yours.]", lane="self_harm")

    def test_two_of_one_title_and_language_are_one_too_many(self) -> None:
        self.save()
        self.assertIn("already", self.refused(TEXT + " Again."))
        self.save("Gracias por escribirnos. [Una frase propia.]", language="es")

    def test_with_the_check_down_nothing_is_kept(self) -> None:
        with mock.patch.object(gate, "check", side_effect=GateDown("down")):
            self.assertEqual(self.refused(), gatekeeping.NOT_KEPT)


class FittingTests(TestCase):
    def test_its_queue_and_its_language_come_first_and_others_not_at_all(self) -> None:
        defaults.ensure()
        case = open_case()
        queue = Queue.objects.get(slug="billing")
        for title, language, of in (
            ("Everywhere", "en", None),
            ("Here", "en", case.queue),
            ("Aquí", "es", case.queue),
            ("Elsewhere", "en", queue),
        ):
            savedreplies.save(None, Draft(title, TEXT + title, language, of), by=None, at=NOW)
        savedreplies.save(None, Draft("Lane", TEXT, lane="praise"), by=None, at=NOW)
        self.assertEqual(
            [each.title for each in savedreplies.fitting(case, "es")], ["Aquí", "Here", "Everywhere"]
        )
        self.assertEqual(savedreplies.fitting(case, "")[0].title, "Here")


class SlotTests(TestCase):
    def test_a_reply_with_a_part_to_write_does_not_leave(self) -> None:
        defaults.ensure()
        with registered(FakeSource()):
            person = pete()
            reply = drafted(open_case(), person, TEXT)
            for asks in (False, True):
                with self.subTest(asks), self.assertRaises(Refused) as caught:
                    replies.submit(reply, by=person, at=NOW, asks_override=asks)
                self.assertIn("in brackets", str(caught.exception))
            self.assertEqual(fresh(reply).state, "draft")
            said = gatekeeping.verdict(reply.case.mention, TEXT)
            self.assertEqual([each.rule for each in said.reasons], ["unwritten-part"])
            self.assertEqual(said.reasons[0].text, "[A sentence of your own.]")

    def test_what_stands_behind_the_brackets_is_still_read(self) -> None:
        defaults.ensure()
        said = gatekeeping.verdict(open_case().mention, "[Yours.] We are sorry about your surgery.")
        found = next(each for each in said.reasons if each.rule != "unwritten-part")
        self.assertIn(found.text, "We are sorry about your surgery.")


class StarterTests(TestCase):
    def test_the_check_lets_each_pass_with_nothing_in_doubt(self) -> None:
        for said in starters.shipped():
            with self.subTest(said["title"]):
                text = slots.blanked(slots.filled(said["text"], "555-0142"))
                self.assertEqual(gate.check(text, contacts=CONTACTS).word, "pass")

    def test_they_are_put_in_once(self) -> None:
        defaults.ensure()
        contacts.add("555-0142", "", by=None, at=NOW)
        starters.ensure(at=NOW)
        self.assertGreaterEqual(SavedReply.objects.count(), 12)
        self.assertEqual(set(SavedReply.objects.values_list("language", flat=True)), {"en", "es"})
        SavedReply.objects.all().delete()
        starters.ensure(at=NOW)
        self.assertFalse(SavedReply.objects.exists())

    def test_ready_they_give_the_number_that_is_listed(self) -> None:
        defaults.ensure()
        kept = savedreplies.save(None, Draft("One", "[Yours.] Please call {phone}."), by=None, at=NOW)
        self.assertIn(slots.NO_PHONE, savedreplies.ready(kept))
        contacts.add("555-0142", "", by=None, at=NOW)
        self.assertEqual(savedreplies.ready(kept), "[Yours.] Please call 555-0142.")
