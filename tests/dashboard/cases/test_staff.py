from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from alerts import staffvoice
from alerts.models import Case
from listening.models import Mention
from tests.alerts.desk import drafted, open_case
from tests.base import NOW, cora, mallory, mention
from tests.dashboard.cases.test_pages import HOSTILE, Desk

WORDS = "I work at Northfield and nobody checks the crash cart on the fourth floor at night."
NOTE = "Emergency equipment may go unchecked on the fourth floor."


class StaffDesk(Desk):
    cora: User

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.cora = cora()

    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.cora)
        self.case = open_case(text=WORDS, lane="staff_voice")

    def answer(self, answer: str, note: str = "") -> int:
        address = reverse("case-answer", args=[self.case.pk])
        asked = {"answer": answer, "note": note, "queue": "staff-voice"}
        return self.client.post(address, asked).status_code

    def opened(self) -> str:
        return self.get(reverse("case-detail", args=[self.case.pk]), queue="staff-voice")


class CardTests(StaffDesk):
    def test_it_asks_what_the_post_speaks_of_and_shows_the_law(self) -> None:
        page = self.opened()
        for choice in ("Patient privacy at risk", "A safety concern", "Working conditions", "Praise"):
            self.assertIn(choice, page)
        self.assertIn("with a union or without", page)
        self.assertIn("do not look into who wrote it", page)

    def test_no_reply_claim_or_severity_is_offered(self) -> None:
        page = self.opened()
        for door in ("claim", "reply/submit", "severity", "move", "restrict", "close"):
            self.assertNotIn(f"/cases/{self.case.pk}/{door}/", page)

    def test_its_address_is_shown_only_to_have_it_taken_down(self) -> None:
        self.assertNotIn("fake.example", self.opened())
        staffvoice.answer(self.case, answer="privacy", note="", by=self.cora, at=NOW)
        self.assertIn("fake.example", self.opened())

    def test_hostile_words_stay_words(self) -> None:
        for text in HOSTILE:
            self.case = open_case(text=text, title=text[:500], lane="staff_voice")
            page = self.opened()
            self.assertNotIn("<script>alert", page)
            self.assertNotIn("<img src=x", page)


class AnswerTests(StaffDesk):
    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(mallory())
        self.assertEqual(self.answer("conditions"), 403)

    def test_working_conditions_close_it_and_it_can_be_asked_again(self) -> None:
        self.assertEqual(self.answer("conditions"), 302)
        self.assertIn("no action, counted as a theme only", self.opened())
        self.assertEqual(self.answer("again"), 302)
        self.assertIn("What does it speak of?", self.opened())

    def test_privacy_shows_its_path_and_ends_with_a_note(self) -> None:
        self.assertEqual(self.answer("privacy"), 302)
        self.assertIn("Assess it as a possible breach", self.opened())
        self.assertEqual(self.answer("settled"), 409)
        self.assertEqual(self.answer("settled", "Taken down."), 302)
        self.assertIn("dealt with by the privacy officer", self.opened())

    def test_a_refused_note_is_still_there_to_mend(self) -> None:
        address = reverse("case-answer", args=[self.case.pk])
        note = "see @nightnurse_rae about the cart"
        answer = self.client.post(address, {"answer": "safety", "note": note, "queue": "staff-voice"})
        self.assertEqual(answer.status_code, 409)
        self.assertIn(note, answer.content.decode())
        self.assertIn("Leave out the handle", answer.content.decode())

    def test_a_safety_concern_reaches_the_safety_queue_as_a_note(self) -> None:
        self.assertEqual(self.answer("safety", NOTE), 302)
        self.client.force_login(self.pete)
        rows = self.rows(queue="safety-events")
        self.assertIn(NOTE, rows)
        self.assertIn("Speak-up signal", rows)
        self.assertNotIn("crash cart", rows)

    def test_a_passed_on_case_is_worked_on_inside(self) -> None:
        staffvoice.answer(self.case, answer="safety", note=NOTE, by=self.cora, at=NOW)
        self.client.force_login(self.pete)
        self.client.post(reverse("case-claim", args=[self.case.pk]))
        page = self.get(reverse("case-detail", args=[self.case.pk]))
        self.assertIn("Close it when it has been dealt with inside", page)
        self.assertNotIn('id="composer"', page)
        closed = {"outcome": "relations", "note": "Checked."}
        self.client.post(reverse("case-close", args=[self.case.pk]), closed)
        self.assertEqual(Case.objects.get(pk=self.case.pk).state, "closed")

    def test_an_unknown_answer_is_no_answer(self) -> None:
        for answer in ("", "fire", "\x00", "a" * 5000):
            self.assertEqual(self.answer(answer), 400)

    def test_what_is_no_voice_of_staff_cannot_be_answered(self) -> None:
        self.case = open_case()
        self.assertEqual(self.answer("conditions"), 409)
        self.assertEqual(self.answer("again"), 409)
        self.assertEqual(self.answer("not-staff"), 409)

    def test_a_false_alarm_becomes_a_post_like_any_other(self) -> None:
        self.assertEqual(self.answer("not-staff"), 302)
        self.client.force_login(self.pete)
        self.assertIn("crash cart", self.rows(queue="unsorted"))


class RestrictTests(StaffDesk):
    def test_whoever_restricts_it_sees_it_no_more(self) -> None:
        self.client.force_login(self.pete)
        case = open_case(text="I work here too")
        answer = self.client.post(reverse("case-restrict", args=[case.pk]), {"queue": "team"}, follow=True)
        self.assertEqual(answer.status_code, 200)
        self.assertNotIn("I work here too", answer.content.decode())
        self.assertEqual(self.client.get(reverse("case-detail", args=[case.pk])).status_code, 404)
        self.assertEqual(Mention.objects.get(case=case).lane, "staff_voice")

    def test_a_closed_case_is_reopened_first(self) -> None:
        self.client.force_login(self.pete)
        case = open_case()
        Case.objects.filter(pk=case.pk).update(
            state="closed", outcome="phone", closed_at=NOW, owner=self.pete
        )
        self.assertEqual(self.client.post(reverse("case-restrict", args=[case.pk])).status_code, 409)

    def test_a_draft_stays_out_of_what_is_passed_on(self) -> None:
        case = open_case(text=WORDS)
        drafted(case, self.pete, "We are sorry, nightnurse")
        staffvoice.restrict(case, by=self.pete, at=NOW)
        staffvoice.answer(case, answer="praise", note=NOTE, by=self.cora, at=NOW)
        self.client.force_login(self.pete)
        self.assertNotIn("nightnurse", self.get(reverse("case-detail", args=[case.pk])))


class ThemeTests(StaffDesk):
    def test_the_queue_says_what_five_speak_of_and_nothing_of_fewer(self) -> None:
        for topics in (["staffing", "pay_and_benefits"],) * 4 + (["staffing"],):
            mention(lane="staff_voice", topics=topics, published_at=timezone.now())
        page = self.get(reverse("case-list"), queue="staff-voice")
        self.assertIn("<dt>Staffing</dt>", page)
        self.assertNotIn("Pay and benefits", page)
