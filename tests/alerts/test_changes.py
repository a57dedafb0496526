from datetime import date, timedelta
from typing import Any

from django.test import TestCase

from alerts import cases, changes, defaults, outbox
from alerts.changes import Entry
from alerts.models import CaseEvent, Change, ChangeLink
from alerts.refusals import Refused
from listening.sources.contract import Sent
from tests.alerts.desk import open_case, sending
from tests.base import NOW, FakeSource, pete, priya, registered

TODAY = date(2026, 3, 2)
LATER = NOW + timedelta(days=9)
DONE = "There are forty more chairs now."


class Ledger(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.pete, self.case = pete(), open_case()
        self.change = changes.create(Entry("More chairs"), by=self.pete, at=NOW)

    def link(self) -> ChangeLink:
        return changes.link(self.case, self.change, by=self.pete, at=NOW)

    def make(self, **fields: Any) -> int:
        values = {"done": DONE, "made_on": TODAY, "by": self.pete, "at": LATER, "today": TODAY, **fields}
        return changes.make(self.change, **values)

    def events(self, kind: str) -> int:
        return CaseEvent.objects.filter(case=self.case, kind=kind).count()

    def refused(self, sentence: str, **fields: Any) -> None:
        with self.assertRaisesMessage(Refused, sentence):
            self.make(**fields)


class EntryTests(Ledger):
    def enter(self, line: str, *, is_read: bool = False, what: str = "Larger signs") -> Change:
        return changes.create(Entry(what, public_line=line), by=self.pete, at=NOW, is_read=is_read)

    def test_a_public_line_that_says_nothing_of_anybody_is_kept(self) -> None:
        self.assertEqual(self.enter(" The signs  are larger now. ").public_line, "The signs are larger now.")

    def test_the_check_stops_what_it_would_stop_in_a_reply(self) -> None:
        for line in (
            "Dr. Alvarez no longer works here.",
            "After your mother's surgery we changed our rounds.",
        ):
            with self.assertRaisesMessage(Refused, "The check stops the public line."):
                self.enter(line, is_read=True)

    def test_a_doubt_goes_through_once_somebody_has_read_it(self) -> None:
        line = "Мы поставили больше стульев."
        with self.assertRaisesMessage(Refused, "has a doubt"):
            self.enter(line)
        self.assertEqual(self.enter(line, is_read=True).public_line, line)

    def test_a_line_that_repeats_a_post_that_asked_for_it_is_stopped(self) -> None:
        entry = Entry("More rounds", public_line="Our gallbladder pages now say whom to call.")
        changes.edit(self.change, entry, by=self.pete, at=NOW, is_read=True)
        self.case.mention.text = "Nobody told us anything after my gallbladder surgery."
        self.case.mention.save(update_fields=["text"])
        self.link()
        with self.assertRaisesMessage(Refused, "The check stops"):
            changes.edit(self.change, entry, by=self.pete, at=NOW, is_read=True)

    def test_it_says_what(self) -> None:
        with self.assertRaisesMessage(Refused, changes.NO_WHAT):
            self.enter("", what="  ")


class MakeTests(Ledger):
    def test_it_needs_a_sentence_and_a_day_that_has_come(self) -> None:
        self.refused(changes.NO_SENTENCE, done="Done it")
        self.refused(changes.NOT_YET, made_on=TODAY + timedelta(days=1))
        self.make()
        self.refused(changes.MADE)

    def test_each_case_that_asked_for_it_is_to_be_told(self) -> None:
        self.link()
        self.assertEqual(self.events("tell"), 0)
        self.assertEqual(self.make(), 1)
        self.assertEqual(self.events("tell"), 1)
        self.assertTrue(changes.UNTOLD.filter(case=self.case).exists())

    def test_a_case_linked_afterwards_too(self) -> None:
        self.make()
        self.change.refresh_from_db()
        self.link()
        self.assertEqual(self.events("tell"), 1)

    def test_a_case_is_linked_once_and_a_staff_voice_never(self) -> None:
        self.link()
        with self.assertRaisesMessage(Refused, "already"):
            self.link()
        self.case = open_case(lane="staff_voice")
        with self.assertRaisesMessage(Refused, changes.STAFF_VOICE):
            self.link()


class ToldTests(Ledger):
    def setUp(self) -> None:
        super().setUp()
        self.asked = self.link()

    def how(self) -> str:
        self.asked.refresh_from_db()
        return self.asked.told_how

    def settle(self, how: str, note: str = "") -> None:
        changes.settle(self.asked, how=how, note=note, by=self.pete, at=LATER)

    def test_a_reply_that_leaves_afterwards_tells_them(self) -> None:
        with registered(FakeSource()):
            reply = sending(self.case, self.pete, priya())
        self.make()
        outbox.settle_sent(reply, Sent(external_id="1"), LATER)
        self.assertEqual((self.how(), self.events("told")), ("reply", 1))

    def test_a_reply_before_it_was_made_does_not(self) -> None:
        with registered(FakeSource()):
            outbox.settle_sent(sending(self.case, self.pete, priya()), Sent(external_id="1"), NOW)
        self.make()
        cases.close(self.case, outcome="online", note="", by=self.pete, at=LATER)
        self.assertEqual(self.how(), "")

    def test_so_does_an_outcome_in_which_somebody_spoke_to_them(self) -> None:
        self.make()
        cases.close(self.case, outcome="phone", note="", by=self.pete, at=LATER)
        self.assertEqual((self.how(), self.events("told")), ("phone", 1))

    def test_no_reply_needed_does_not(self) -> None:
        self.make()
        cases.close(self.case, outcome="none", note="Spam.", by=self.pete, at=LATER)
        self.assertEqual(self.how(), "")

    def test_a_person_says_how_or_why_not(self) -> None:
        with self.assertRaisesMessage(Refused, changes.SETTLED):
            self.settle("phone")
        self.make()
        for how, sentence in (("reply", changes.NO_HOW), ("", changes.NO_HOW), ("not", changes.NO_REASON)):
            with self.assertRaisesMessage(Refused, sentence):
                self.settle(how)
        self.settle("not", "The account is gone.")
        self.assertEqual((self.how(), self.asked.told_note), ("not", "The account is gone."))
        with self.assertRaisesMessage(Refused, changes.SETTLED):
            self.settle("phone")
