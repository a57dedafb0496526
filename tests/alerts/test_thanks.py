from datetime import UTC, datetime, timedelta
from smtplib import SMTPServerDisconnected
from typing import Any
from unittest import mock

from django.core import mail
from django.test import TestCase, TransactionTestCase

from alerts import defaults, thanks
from alerts.models import Case, CaseEvent, Thanks
from alerts.refusals import Refused
from hospital.models import FacilityName
from listening.models import Author
from tests.alerts.desk import open_case
from tests.base import NOW, carla, facility, pete

TEXT = "Nurse Kim on 4 West was so kind to my son Jacob. Love, Emma Featherstone"
DAY = timedelta(days=1)


def praised(text: str = TEXT, **fields: Any) -> Case:
    author, _ = Author.objects.get_or_create(
        network="fake", external_id="1", defaults={"handle": "quietriver884", "name": "Emma Featherstone"}
    )
    fields.setdefault("facility", facility())
    return open_case(text=text, lane="praise", sentiment="positive", severity=5, author=author, **fields)


def passed_on(case: Case, unit: str = "4 West", at: datetime = NOW, **fields: str) -> Thanks:
    said = {"first_name": "", "words": "So kind.", **fields}
    card = thanks.pass_on(case, unit=unit, **said, by=carla(), at=at)
    card.refresh_from_db()
    return card


class Base(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.pete, self.carla, self.case = pete(), carla(), praised()

    def refused(self, sentence: str, case: Case | None = None, **fields: str) -> None:
        said = {"unit": "4 West", "first_name": "", "words": "So kind.", **fields}
        with self.assertRaisesMessage(Refused, sentence):
            thanks.propose(case or self.case, **said, by=self.pete, at=NOW)


class SuggestTests(Base):
    def test_it_offers_the_unit_the_name_and_words_without_the_author(self) -> None:
        FacilityName.objects.create(facility=facility(), kind="service", name="Love")
        said = thanks.suggest(self.case)
        self.assertEqual((said.units, said.first_names), (["4 West", "Love"], ["Kim"]))
        self.assertIn("Nurse Kim on 4 West was so kind to my son [name].", said.words)
        self.assertNotIn("Emma", said.words)


class ProposeTests(Base):
    def test_a_manager_confirms_what_was_proposed(self) -> None:
        said = {"unit": "4 West", "first_name": "Kim", "words": "Nurse Kim was kind."}
        card = thanks.propose(self.case, **said, by=self.pete, at=NOW)
        self.assertEqual(thanks.passed_on_since(None, NOW - DAY), 0)
        thanks.confirm(card, **{**said, "words": "Nurse Kim was so kind."}, by=self.carla, at=NOW)
        card.refresh_from_db()
        self.assertEqual(
            (card.state, card.words, card.decided_by), ("passed_on", "Nurse Kim was so kind.", self.carla)
        )
        self.assertEqual(CaseEvent.objects.get(kind="thanked").detail["unit"], "4 West")
        self.assertEqual(thanks.passed_on_since(None, NOW - DAY), 1)
        with self.assertRaisesMessage(Refused, thanks.DECIDED):
            thanks.decline(card, why="No.", by=self.carla, at=NOW)

    def test_no_form_brings_the_author_or_a_surname_onto_a_card(self) -> None:
        self.refused(thanks.LEADS_TO_AUTHOR, words="Thanks, Emma")
        self.refused(thanks.LEADS_TO_AUTHOR, words="from ｑｕｉｅｔriver884")
        self.refused(thanks.UNIT_NAMES, unit="Emma's team")
        self.refused(thanks.UNIT_NAMES, unit="Call 555-0143")
        for name in ("Alvarez", "Emma", "Jacob", "Kim Lopez"):
            self.refused(thanks.NOT_A_NAME, first_name=name)
        card = thanks.propose(
            self.case, unit="4 West", first_name="", words="Write to me at a@b.example", by=self.pete, at=NOW
        )
        self.assertEqual(card.words, "Write to me at [email]")

    def test_it_says_what_is_missing(self) -> None:
        self.refused(thanks.NO_UNIT, unit=" ")
        self.refused(thanks.NO_WORDS, words=" ")
        self.refused(thanks.NOT_PRAISE, case=open_case())
        passed_on(self.case)
        self.refused(thanks.ONCE)

    def test_a_removed_post_is_passed_on_no_more(self) -> None:
        self.case.mention.is_gone = True
        self.case.mention.save(update_fields=["is_gone"])
        self.refused(thanks.GONE)

    def test_what_staff_say_stays_where_it_is(self) -> None:
        self.refused(thanks.NOT_PRAISE, case=open_case(lane="staff_voice"))

    def test_one_declined_can_be_proposed_again(self) -> None:
        said = {"unit": "4 West", "first_name": "", "words": "So kind."}
        card = thanks.propose(self.case, **said, by=self.pete, at=NOW)
        with self.assertRaisesMessage(Refused, thanks.NO_REASON):
            thanks.decline(card, why=" ", by=self.carla, at=NOW)
        thanks.decline(card, why="Irony.", by=self.carla, at=NOW)
        thanks.propose(self.case, **said, by=self.pete, at=NOW)


class CountTests(Base):
    def test_today_begins_at_midnight_in_the_hospitals_zone(self) -> None:
        midnight = datetime(2026, 3, 2, 5, tzinfo=UTC)  # in New York
        passed_on(self.case, "4 West", midnight - timedelta(seconds=1))
        passed_on(self.case, "5 West", midnight)
        self.assertEqual(thanks.passed_on_today(None, NOW), 1)
        self.assertEqual(thanks.passed_on_today(frozenset({0}), NOW), 0)

    def test_a_unit_is_shown_from_five_on(self) -> None:
        for unit, number in (("4 West", 5), ("5 West", 4), ("Imaging", 7)):
            for _ in range(number):
                passed_on(praised(), unit)
        passed_on(praised(), "5 West", NOW - 40 * DAY)
        self.assertEqual(thanks.digest(None, NOW - DAY, NOW + DAY), [("Imaging", 7), ("4 West", 5)])
        self.assertEqual(thanks.digest(frozenset({0}), NOW - DAY, NOW + DAY), [])


class MailTests(TransactionTestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.card = passed_on(praised(), first_name="Kim", words="Nurse Kim was so kind.")

    def queue(self, to: str = "4west@northfield.example") -> None:
        thanks.mail(self.card, to=to, by=carla(), at=NOW)

    def test_it_leaves_once_with_nothing_of_the_author(self) -> None:
        self.queue()
        with self.assertRaisesMessage(Refused, thanks.ON_ITS_WAY):
            self.queue()
        self.assertEqual([thanks.sweep(NOW), thanks.sweep(NOW)], [1, 0])
        sent = mail.outbox[0]
        self.assertEqual((sent.to, sent.subject), (["4west@northfield.example"], "Thanks for 4 West"))
        whole = sent.message().as_string()
        self.assertIn("Kim, 4 West", whole)
        for word in ("Emma", "Featherstone", "quietriver884", "fake.example", "Jacob"):
            self.assertNotIn(word, whole)
        self.card.refresh_from_db()
        self.assertEqual((self.card.mail, self.card.mail_to), ("sent", ""))

    def test_a_server_that_says_no_can_be_tried_again(self) -> None:
        self.queue()
        with mock.patch("django.core.mail.EmailMessage.send", side_effect=SMTPServerDisconnected):
            self.assertEqual(thanks.sweep(NOW), 0)
        self.card.refresh_from_db()
        self.assertEqual((self.card.mail, self.card.mail_to), ("failed", ""))
        self.queue()

    def test_what_was_leaving_when_its_worker_died_is_not_sent_again(self) -> None:
        self.queue()
        Thanks.objects.update(mail="sending")
        thanks.sweep(NOW + thanks.LEASE)
        self.card.refresh_from_db()
        self.assertEqual((self.card.mail, mail.outbox), ("failed", []))

    def test_an_address_is_one(self) -> None:
        for to in ("", "4west", "a@b.example\nBcc: all@northfield.example"):
            with self.assertRaisesMessage(Refused, thanks.NO_ADDRESS):
                self.queue(to)
