from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from alerts.models import Case, Knower, Question
from tests.alerts.desk import open_case
from tests.base import cora, mallory
from tests.dashboard.cases.test_pages import Desk


class KnowsDesk(Desk):
    def setUp(self) -> None:
        super().setUp()
        review_by = timezone.localdate() + timedelta(days=30)
        desk = {"desk": "Billing desk", "email": "billing@northfield.example"}
        self.entry = Knower.objects.create(topic="billing", owner=self.pete, review_by=review_by, **desk)
        self.case = open_case(topics=["billing"], text="charged twice")

    def press(self, route: str, pk: int, **said: str) -> int:
        return self.client.post(reverse(route, args=[pk]), said).status_code


class KnowsTests(KnowsDesk):
    def test_a_key_in_the_case_leads_to_three_who_may_know(self) -> None:
        page = self.get(reverse("case-detail", args=[self.case.pk]))
        self.assertIn('data-key="w"', page)
        page = self.get(reverse("case-knows", args=[self.case.pk]))
        self.assertIn("Billing desk", page)
        self.assertIn("owns “billing”", page)
        self.assertIn("autofocus", page)

    def test_asking_is_one_press_and_the_answer_is_ready_to_copy(self) -> None:
        who = f"desk-{self.entry.pk}"
        self.assertEqual(self.press("case-ask", self.case.pk, who=who), 302)
        question = Question.objects.get()
        self.assertEqual(self.press("question-answer", question.pk, answer="Bills are checked in May."), 302)
        page = self.get(reverse("case-detail", args=[self.case.pk]))
        self.assertIn(f'id="fact-{question.pk}"', page)
        self.assertIn("pete answered: Bills are checked in May.", page)

    def test_somebody_who_is_not_offered_is_not_asked(self) -> None:
        for who in ("", "desk-0", "person-1", "x"):
            self.assertEqual(self.press("case-ask", self.case.pk, who=who), 409)
        self.assertFalse(Question.objects.exists())

    def test_who_only_reads_cases_answers_when_asked_and_not_else(self) -> None:
        asked = {"case": self.case, "text": "Who?", "asked_by": self.pete, "asked_at": timezone.now()}
        mine = Question.objects.create(person=cora(), name="cora", **asked)
        other = Question.objects.create(name="Billing desk", **asked)
        self.client.force_login(cora())
        self.assertEqual(self.press("question-answer", mine.pk, answer="By letter."), 302)
        self.assertEqual(self.press("question-answer", other.pk, answer="By letter."), 409)

    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(mallory())
        self.assertEqual(self.client.get(reverse("case-knows", args=[self.case.pk])).status_code, 403)
        self.assertEqual(Case.objects.count(), 1)


class DirectoryTests(KnowsDesk):
    def add(self, **fields: str) -> int:
        said = {"topic": "parking", "desk": "Parking desk", **fields}
        said.setdefault("review_by", str(timezone.localdate() + timedelta(days=30)))
        return self.client.post(reverse("knower-list"), said).status_code

    def test_an_entry_is_added_owned_reviewed_and_taken_away(self) -> None:
        self.assertEqual(self.add(), 302)
        made = Knower.objects.get(topic="parking")
        self.assertEqual(made.owner, self.pete)
        self.assertEqual(self.press("knower-review", made.pk), 302)
        self.assertEqual(self.press("knower-remove", made.pk), 302)
        self.assertFalse(Knower.objects.filter(topic="parking").exists())

    def test_a_stale_one_is_flagged(self) -> None:
        Knower.objects.update(review_by=timezone.localdate() - timedelta(days=1))
        page = self.get(reverse("knower-list"))
        self.assertIn("1 entry was", page)
        self.assertIn("review was due", page)

    def test_what_cannot_be_kept_is_said_in_the_form(self) -> None:
        for fields in ({"desk": ""}, {"topic": ""}, {"review_by": "soon"}, {"facility": "nowhere"}):
            self.assertEqual(self.add(**fields), 409)

    def test_who_only_reads_may_not_add(self) -> None:
        self.client.force_login(cora())
        self.assertEqual(self.add(), 409)
