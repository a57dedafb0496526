from unittest import mock

from django.contrib.auth.models import User
from django.test import TestCase
from django.urls import reverse

from alerts import cases, defaults, replies
from alerts.gate import GateDown
from alerts.models import Case, Reply
from tests.alerts.desk import drafted, fresh, open_case, submitted
from tests.base import NOW, FakeSource, carla, cora, mallory, pete, priya, registered

BAD = "We are sorry about your visit."
DOUBTFUL = "Merci pour votre message. Nous lisons chaque commentaire avec attention."


class Desk(TestCase):
    pete: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete = pete()

    def setUp(self) -> None:
        fake = registered(FakeSource())
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)
        self.case = open_case()
        cases.claim(self.case, by=self.pete, at=NOW)
        self.case.refresh_from_db()
        self.client.force_login(self.pete)

    def post(self, route: str, pk: int, **values: object) -> str:
        answer = self.client.post(reverse(route, args=[pk]), values, follow=True)
        self.status = answer.status_code
        return answer.content.decode()

    def waiting(self) -> Reply:
        reply = drafted(self.case, self.pete, BAD)
        replies.submit(reply, by=self.pete, at=NOW, asks_override=True)
        return fresh(reply)


class VerdictTests(Desk):
    def test_it_underlines_and_says_why_and_what_instead(self) -> None:
        page = self.post("reply-verdict", self.case.pk, text=BAD)
        self.assertIn("Cannot be sent.", page)
        self.assertIn('data-look="block" title="It says that somebody was', page)
        self.assertIn(">your visit</u>", page)
        self.assertIn("Instead:", page)

    def test_a_harmless_text_is_green_and_a_doubtful_one_amber(self) -> None:
        self.assertIn(
            "Nothing found.", self.post("reply-verdict", self.case.pk, text="Thank you for telling us.")
        )
        self.assertIn("Needs an approver.", self.post("reply-verdict", self.case.pk, text=DOUBTFUL))

    def test_nothing_is_kept(self) -> None:
        self.post("reply-verdict", self.case.pk, text=BAD)
        self.assertFalse(Reply.objects.exists())

    def test_hostile_text_is_only_text(self) -> None:
        page = self.post(
            "reply-verdict", self.case.pk, text="<script>alert(1)</script> your visit \u202e\x00 " * 300
        )
        self.assertNotIn("<script>alert", page)
        self.assertIn("U+202E", page)

    def test_a_gate_that_is_down_says_so_and_the_case_is_read_on(self) -> None:
        with mock.patch("alerts.gate.data.shipped", side_effect=GateDown("Broken.")):
            self.assertIn("The check is not working.", self.post("reply-verdict", self.case.pk, text=BAD))
            drafted(self.case, self.pete, BAD)
            page = self.client.get(reverse("case-detail", args=[self.case.pk]))
        self.assertContains(page, "Nothing can be published now.")

    def test_mallory_and_who_only_reads_are_turned_away(self) -> None:
        for person in (mallory(), cora()):
            for route in ("reply-verdict", "reply-check"):
                with self.subTest(route, who=person.username):
                    self.client.force_login(person)
                    self.post(route, self.case.pk, text=BAD)
                    self.assertEqual(self.status, 403)


class CheckTests(Desk):
    def test_the_page_answers_with_what_was_typed(self) -> None:
        page = self.post("reply-check", self.case.pk, text=BAD)
        self.assertIn(f">{BAD}</textarea>", page)
        self.assertIn("Cannot be sent.", page)
        self.assertIn("Not saved yet", page)


class SubmitTests(Desk):
    def test_a_stopped_text_stays_with_its_writer(self) -> None:
        seen = self.case.mention.content_hash
        page = self.post("reply-submit", self.case.pk, text=BAD, post_seen=seen)
        self.assertEqual(self.status, 409)
        self.assertIn("The check stops this text.", page)
        self.assertEqual(Reply.objects.get().state, "draft")

    def test_asked_for_it_waits_for_the_privacy_officer(self) -> None:
        seen = self.case.mention.content_hash
        self.post("reply-submit", self.case.pk, text=BAD, post_seen=seen, override="ask")
        self.assertEqual(Case.objects.get().state, "awaiting")


class ApprovalTests(Desk):
    def page(self, person: User) -> str:
        self.client.force_login(person)
        return self.client.get(reverse("case-detail", args=[self.case.pk])).content.decode()

    def test_an_approver_ticks_what_is_in_doubt(self) -> None:
        reply = submitted(self.case, self.pete, DOUBTFUL)
        self.assertIn('name="ticked" value="not-checked" required', self.page(priya()))
        self.post("reply-approve", reply.pk, text_seen=DOUBTFUL)
        self.assertEqual(self.status, 409)
        self.post("reply-approve", reply.pk, text_seen=DOUBTFUL, ticked="not-checked")
        self.assertEqual(fresh(reply).state, "queued")

    def test_what_is_stopped_cannot_be_approved_before_it_is_let_through(self) -> None:
        reply = self.waiting()
        page = self.page(priya())
        self.assertNotIn("Approve this text", page)
        self.assertNotIn("Let it through", page)
        self.post("reply-approve", reply.pk, text_seen=BAD)
        self.assertEqual((self.status, fresh(reply).state), (409, "awaiting"))

    def test_the_privacy_officer_lets_it_through_with_a_reason(self) -> None:
        reply = self.waiting()
        self.assertIn("Let it through", self.page(cora()))
        self.post("reply-override", reply.pk, text_seen=BAD, reason="The author asked for it in writing.")
        page = self.page(priya())
        self.assertIn("cora let this text through:", page)
        self.assertIn("Approve this text", page)
        self.assertIn("cora let the stopped reply through: The author asked", page)

    def test_nobody_else_lets_it_through(self) -> None:
        reply = self.waiting()
        for person in (mallory(), self.pete, carla(), priya()):
            with self.subTest(person.username):
                self.client.force_login(person)
                self.post("reply-override", reply.pk, text_seen=BAD, reason="Fine.")
                self.assertEqual((self.status, fresh(reply).override_by), (403, None))
