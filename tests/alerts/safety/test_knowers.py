from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core import mail
from django.test import TestCase
from django.utils import timezone

from alerts import cases, defaults, knowers, paging
from alerts.knowers import Suggestion
from alerts.models import Case, Duty, Knower, Notification, Question
from alerts.refusals import Refused
from tests.alerts.desk import open_case
from tests.alerts.safety.base import duty
from tests.base import NOW, carla, facility, pete, priya

TODAY = timezone.localdate(NOW)


class Knowers(TestCase):
    pete: User
    priya: User
    carla: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.priya, cls.carla = pete(), priya(), carla()

    def case(self, *topics: str, **fields: Any) -> Case:
        return open_case(topics=list(topics), text="charged twice by @zebrafish", **fields)

    def closed(self, by: User, *topics: str) -> Case:
        case = self.case(*topics)
        cases.close(case, outcome="phone", note="Done.", by=by, at=NOW)
        return case

    def offered(self, case: Case) -> list[Suggestion]:
        return knowers.suggestions(case, Case.objects.within(None), by=self.pete, now=NOW)

    def entry(self, **fields: Any) -> Knower:
        values: dict[str, Any] = {"topic": "billing appeals", "desk": "Billing desk", "owner": self.pete}
        return Knower.objects.create(**{**values, "review_by": TODAY + timedelta(days=9), **fields})


class SuggestionTests(Knowers):
    def test_who_closed_the_like_is_offered_with_why(self) -> None:
        for _ in range(3):
            self.closed(self.priya, "billing")
        duty(self.priya, ends_at=NOW + timedelta(hours=2))
        (found,) = self.offered(self.case("billing"))
        until = timezone.localtime(NOW + timedelta(hours=2))
        self.assertEqual(
            (found.name, found.why), ("priya", ("answered 3 similar", f"on duty till {until:%H:%M}"))
        )

    def test_whoever_asks_is_not_offered(self) -> None:
        self.closed(self.pete, "billing")
        self.assertEqual(self.offered(self.case("billing")), [])

    def test_a_hand_off_counts_for_who_took_it(self) -> None:
        case = self.case("billing")
        cases.claim(case, by=self.pete, at=NOW)
        cases.take_over(case, by=self.carla, seen_owner_id=self.pete.pk, at=NOW)
        cases.take_over(case, by=self.priya, seen_owner_id=self.carla.pk, at=NOW)
        names = [found.name for found in self.offered(self.case("billing"))]
        self.assertEqual(names, ["carla"])

    def test_the_directory_says_who_owns_it_and_when_that_is_stale(self) -> None:
        self.entry()
        self.entry(desk="Old desk", review_by=TODAY - timedelta(days=1))
        found = self.offered(self.case("billing"))
        self.assertEqual([each.name for each in found], ["Billing desk", "Old desk"])
        self.assertEqual(found[1].why, ("owns “billing appeals”, review overdue",))

    def test_what_one_may_not_see_teaches_nothing(self) -> None:
        self.closed(self.priya, "billing")
        reachable = Case.objects.within(frozenset({facility().pk}))
        found = knowers.suggestions(self.case("billing"), reachable, by=self.pete, now=NOW)
        self.assertEqual(found, [])

    def test_of_a_voice_of_staff_nobody_is_asked(self) -> None:
        self.entry()
        case = open_case(lane="staff_voice", text="I work at Northfield.", topics=["billing"])
        self.assertEqual(self.offered(case), [])


class AskTests(Knowers):
    def setUp(self) -> None:
        self.entry(email="billing@northfield.example")
        self.open = self.case("billing", facility=facility())
        (self.desk,) = self.offered(self.open)

    def ask(self) -> Question:
        return knowers.ask(self.open, self.desk, by=self.pete, at=NOW)

    def answer(self, text: str, question: Question) -> None:
        knowers.answer(question, text=text, by=self.priya, at=NOW)

    def test_the_question_is_written_beforehand_and_holds_no_word_of_the_post(self) -> None:
        question = self.ask()
        self.assertIn("is about billing", question.text)
        self.assertNotIn("zebrafish", question.text)
        self.assertNotIn("charged", question.text)

    def test_it_is_an_event_and_a_notification_that_is_sent(self) -> None:
        self.ask()
        row = Notification.objects.get(kind="question")
        self.assertEqual(paging.sweep(NOW), [row.pk])
        paging.deliver(row.pk, NOW)
        self.assertNotIn("zebrafish", mail.outbox[0].subject + str(mail.outbox[0].body))
        self.assertEqual(self.open.events.get(kind="asked").detail, {"whom": "Billing desk"})

    def test_it_is_no_page_and_is_not_passed_on(self) -> None:
        self.ask()
        paging.sweep(NOW + timedelta(hours=1))
        self.assertEqual(Notification.objects.count(), 1)

    def test_the_same_desk_is_asked_once(self) -> None:
        self.ask()
        with self.assertRaisesMessage(Refused, "Billing desk was asked already"):
            self.ask()

    def test_the_answer_becomes_a_note_and_teaches_who_knows(self) -> None:
        self.answer("Any bill can be checked again within 90 days.", self.ask())
        told = self.open.events.get(kind="helped")
        self.assertEqual(told.detail["answer"], "Any bill can be checked again within 90 days.")

    def test_an_answer_that_names_somebody_or_quotes_the_post_is_refused(self) -> None:
        question = self.ask()
        for text in (
            "",
            "Ask Robert Ellis on 555-0187.",
            "See https://x.example/1",
            "MRN 00482913 was fixed.",
        ):
            with self.subTest(text), self.assertRaises(Refused):
                self.answer(text, question)
        self.assertIsNone(Question.objects.get().answered_at)

    def test_a_closed_case_asks_nothing(self) -> None:
        cases.close(self.open, outcome="phone", note="Done.", by=self.pete, at=NOW)
        with self.assertRaises(Refused):
            self.ask()


class DirectoryTests(Knowers):
    def save(self, **fields: Any) -> Knower:
        values: dict[str, Any] = {
            "topic": "parking",
            "facility": None,
            "person": None,
            "desk": "Parking desk",
        }
        values |= {"email": "", "owner": self.pete, "review_by": TODAY + timedelta(days=30), "by": self.pete}
        return knowers.save(None, **{**values, **fields}, at=NOW)

    def test_an_entry_has_an_owner_and_a_day_to_look_again(self) -> None:
        row = self.save()
        self.assertEqual((row.owner, row.review_by), (self.pete, TODAY + timedelta(days=30)))

    def test_what_names_nobody_or_is_never_looked_at_again_is_refused(self) -> None:
        for fields in (
            {"desk": " "},
            {"review_by": TODAY},
            {"review_by": TODAY + timedelta(days=800)},
            {"desk": "Robert Ellis, 555-0187"},
        ):
            with self.subTest(fields), self.assertRaises(Refused):
                self.save(**fields)

    def test_looking_at_it_gives_it_half_a_year(self) -> None:
        row = self.save()
        knowers.reviewed(row, by=self.pete, at=NOW)
        row.refresh_from_db()
        self.assertEqual(row.review_by, TODAY + knowers.REVIEWED_EVERY)

    def test_duties_do_not_make_an_expert(self) -> None:
        duty(self.priya, Duty.Role.DESK)
        self.assertEqual(self.offered(self.case("parking")), [])
