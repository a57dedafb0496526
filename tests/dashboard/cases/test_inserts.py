"""What is put into a draft: nothing typed is lost, nothing stopped gets further, nobody else's facts."""

from datetime import date

from django.urls import reverse

from alerts import cases, contacts, facts, replies, savedreplies
from alerts.models import ApprovedFact, Reply, SavedReply
from alerts.refusals import Refused
from alerts.savedreplies import Draft
from tests.alerts.desk import fresh
from tests.base import NOW, cora, facility, mallory, priya
from tests.dashboard.cases.test_checks import BAD, Desk

SAVED = "Thank you for telling us. [A sentence of your own.] Please call {phone}."
FACT = "Visiting hours are 9 a.m. to 8 p.m."
FAR = date(2199, 1, 31)


class Inserting(Desk):
    def setUp(self) -> None:
        super().setUp()
        contacts.add("555-0142", "", by=None, at=NOW)
        self.saved = savedreplies.save(None, Draft("Thanks", SAVED), by=None, at=NOW)
        self.fact = self.a_fact()

    def a_fact(self, **fields: object) -> ApprovedFact:
        values = {"text": FACT, "topic": "Visits", "owner": "Front desk", "valid_until": FAR, **fields}
        return facts.save(None, facts.Draft(**values), by=priya(), at=NOW)  # type: ignore[arg-type]

    def insert(self, **values: object) -> str:
        return self.post(
            "reply-insert", self.case.pk, **{"post_seen": self.case.mention.content_hash, **values}
        )

    @property
    def kept(self) -> str:
        return Reply.objects.get().text


class InsertTests(Inserting):
    def test_a_saved_reply_begins_a_draft_with_our_number(self) -> None:
        page = self.insert(saved=self.saved.pk, text="")
        self.assertEqual(self.kept, SAVED.replace("{phone}", "555-0142"))
        self.assertIn("A part of the saved reply is still to be written.", page)

    def test_what_was_typed_stays_before_it(self) -> None:
        self.insert(saved=self.saved.pk, text="We hear you. ")
        self.assertTrue(self.kept.startswith("We hear you.\n\nThank you for telling us."))
        self.insert(fact=self.fact.pk, text="We hear you.")
        self.assertEqual(self.kept, f"We hear you. {FACT}")

    def test_a_fact_that_ended_is_refused_and_nothing_is_lost(self) -> None:
        ApprovedFact.objects.update(valid_until=date(2020, 1, 31))
        page = self.insert(fact=self.fact.pk, text="My own words.")
        self.assertEqual(self.status, 409)
        self.assertIn("This fact ended on 31 January 2020.", page)
        self.assertIn("My own words.</textarea>", page)
        self.assertFalse(Reply.objects.exists())

    def test_one_of_another_facility_is_not_there(self) -> None:
        there = self.a_fact(text="Parking is free.", facility=facility("Northfield North Hospital", "north"))
        for values in (
            {"fact": there.pk},
            {"fact": 10**17},
            {"saved": "x"},
            {"saved": 0},
            {"fact": "9" * 30},
            {},
        ):
            with self.subTest(values):
                self.insert(**values)
                self.assertEqual(self.status, 404)

    def test_whoever_lost_the_case_keeps_the_text_before_them(self) -> None:
        cases.release(self.case, by=self.pete, at=NOW)
        page = self.insert(saved=self.saved.pk, text="My own words.")
        self.assertEqual(self.status, 409)
        self.assertIn("My own words.", page)

    def test_the_pickers_stand_in_the_page_without_scripts(self) -> None:
        page = self.client.get(reverse("case-detail", args=[self.case.pk])).content.decode()
        self.assertIn(
            f'name="saved" value="{self.saved.pk}" formaction="/cases/{self.case.pk}/reply/insert/"', page
        )
        self.assertIn(f'name="fact" value="{self.fact.pk}"', page)
        self.assertIn('data-key="Ctrl+."', page)


class SwapTests(Inserting):
    text = "Thank you. Our physicians utilize the portal."

    def swap(self, term: str, text: str = text) -> str:
        return self.post("reply-swap", self.case.pk, text=text, term=term)

    def test_one_word_is_swapped_or_all_of_them(self) -> None:
        self.swap("utilize")
        self.assertEqual(self.kept, "Thank you. Our physicians use the portal.")
        self.swap("")
        self.assertEqual(self.kept, "Thank you. Our doctors use the portal.")

    def test_our_own_names_and_numbers_stay(self) -> None:
        facility("Northfield Pediatric Center", "kids")
        text = "Come to northfield pediatric center, or call 555-0142 for additional help."
        self.swap("", text)
        self.assertEqual(self.kept, text.replace("additional", "more"))


class NoWayOutTests(Inserting):
    """By none of these doors does a stopped text get further than a draft."""

    def check(self) -> None:
        reply = Reply.objects.get()
        self.assertEqual((reply.state, reply.approved_by), ("draft", None))
        with self.assertRaises(Refused):
            replies.submit(fresh(reply), by=self.pete, at=NOW)

    def test_behind_a_stopped_text(self) -> None:
        self.insert(fact=self.fact.pk, text=BAD)
        self.check()

    def test_a_saved_reply_changed_past_the_desk(self) -> None:
        SavedReply.objects.update(text=BAD)
        self.insert(saved=self.saved.pk, text="")
        self.check()

    def test_a_fact_changed_past_the_desk(self) -> None:
        ApprovedFact.objects.update(text=BAD)
        self.insert(fact=self.fact.pk, text="Thank you.")
        self.check()

    def test_a_swap(self) -> None:
        self.post("reply-swap", self.case.pk, text=f"{BAD} We utilize it.", term="")
        self.check()

    def test_fields_that_ask_for_more(self) -> None:
        self.insert(fact=self.fact.pk, text=BAD, override="ask", state="queued", approved_by=self.pete.pk)
        self.check()


class TurnedAwayTests(Inserting):
    def test_who_does_not_work_on_cases_inserts_nothing(self) -> None:
        for person in (mallory(), cora()):
            self.client.force_login(person)
            for route in ("reply-insert", "reply-swap"):
                self.post(route, self.case.pk, saved=self.saved.pk)
                self.assertEqual(self.status, 403)
        self.assertFalse(Reply.objects.exists())
