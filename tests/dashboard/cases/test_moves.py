from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse

from alerts import cases, defaults, replies
from alerts.models import Case, Reply
from listening.models import Mention
from tests.alerts.desk import ANSWER, approved, fresh, open_case, submitted
from tests.base import NOW, FakeSource, carla, mallory, pete, priya, registered


class Desk(TestCase):
    pete: User
    carla: User
    priya: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.carla, cls.priya = pete(), carla(), priya()

    def setUp(self) -> None:
        fake = registered(FakeSource())
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)
        self.case = open_case()
        self.client.force_login(self.pete)

    def press(self, route: str, pk: int | None = None, **fields: Any) -> HttpResponse:
        address = reverse(route, args=[self.case.pk if pk is None else pk])
        answer = self.client.post(address, {"queue": "complaints", **fields})
        self.case.refresh_from_db()
        return answer  # type: ignore[return-value]

    def page(self) -> str:
        return self.client.get(reverse("case-detail", args=[self.case.pk])).content.decode()


class ClaimTests(Desk):
    def test_it_shows_the_case_in_the_queue_it_was_opened_from(self) -> None:
        answer = self.press("case-claim")
        self.assertEqual(self.case.owner, self.pete)
        self.assertEqual(answer.status_code, 302)
        self.assertIn(f"/cases/{self.case.pk}/?queue=complaints&since=", answer.headers["Location"])

    def test_whoever_comes_second_reads_who_was_first(self) -> None:
        cases.claim(self.case, by=self.carla, at=NOW)
        answer = self.press("case-claim")
        self.assertContains(answer, "carla was first and has this case.", status_code=409)

    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(mallory())
        self.assertEqual(self.press("case-claim").status_code, 403)
        self.assertIsNone(self.case.owner)

    def test_what_a_form_may_not_say_is_ignored(self) -> None:
        self.press("case-claim", owner=self.carla.pk, state="closed", outcome="phone", facility=1)
        self.assertEqual((self.case.owner, self.case.state, self.case.outcome), (self.pete, "claimed", ""))


class WriteTests(Desk):
    def write(self, route: str, text: str = ANSWER, **fields: Any) -> HttpResponse:
        return self.press(route, text=text, post_seen=self.case.mention.content_hash, **fields)

    def setUp(self) -> None:
        super().setUp()
        cases.claim(self.case, by=self.pete, at=NOW)

    def test_a_draft_is_kept_and_shown_again(self) -> None:
        self.write("reply-save", "Half a sentence")
        self.assertIn("Half a sentence", self.page())

    def test_autosave_answers_one_line(self) -> None:
        answer = self.write("reply-autosave", "Half")
        self.assertTrue(answer.content.decode().startswith('<p class="saved"'))
        self.assertEqual(Reply.objects.get().text, "Half")

    def test_autosave_says_so_when_another_has_the_case(self) -> None:
        cases.take_over(self.case, by=self.carla, seen_owner_id=self.pete.pk, at=NOW)
        answer = self.write("reply-autosave", "Half")
        self.assertContains(answer, "carla has this case now", status_code=409)

    def test_a_refused_text_is_still_on_the_page(self) -> None:
        cases.take_over(self.case, by=self.carla, seen_owner_id=self.pete.pk, at=NOW)
        answer = self.write("reply-submit", "An hour of work")
        self.assertContains(answer, "An hour of work", status_code=409)

    def test_what_is_too_long_is_refused_and_kept_as_a_draft(self) -> None:
        answer = self.write("reply-submit", "a" * 300)
        self.assertContains(answer, "20 characters too long", status_code=409)
        self.assertEqual(len(Reply.objects.get().text), 300)

    def test_after_an_edit_the_post_is_read_again_first(self) -> None:
        self.write("reply-save")
        Mention.objects.update(content_hash="1" * 64)
        self.assertIn("The author changed the post", self.page())
        answer = self.press("reply-submit", text=ANSWER, post_seen="0" * 64)
        self.assertContains(answer, replies.POST_CHANGED, status_code=409)
        self.assertEqual(self.press("reply-submit", text=ANSWER, post_seen="1" * 64).status_code, 302)

    def test_a_forged_author_or_approver_is_ignored(self) -> None:
        self.write("reply-submit", author=self.carla.pk, approved_by=self.carla.pk, state="sent")
        reply = Reply.objects.get()
        self.assertEqual((reply.author, reply.approved_by, reply.state), (self.pete, None, "awaiting"))


class ApproveTests(Desk):
    def setUp(self) -> None:
        super().setUp()
        self.reply = submitted(self.case, self.pete)
        self.client.force_login(self.priya)

    def test_it_approves_the_text_that_the_page_showed(self) -> None:
        self.press("reply-approve", self.reply.pk, text_seen=ANSWER)
        self.assertEqual(fresh(self.reply).approved_by, self.priya)

    def test_another_text_is_refused(self) -> None:
        Reply.objects.update(text="Changed since")
        answer = self.press("reply-approve", self.reply.pk, text_seen=ANSWER)
        self.assertContains(answer, replies.TEXT_CHANGED, status_code=409)

    def test_a_responder_may_not(self) -> None:
        self.client.force_login(self.carla)
        answer = self.press("reply-approve", self.reply.pk, text_seen=ANSWER)
        self.assertEqual((answer.status_code, fresh(self.reply).state), (403, "awaiting"))

    def test_the_writer_has_no_button_for_it(self) -> None:
        self.assertIn("Approve this text", self.page())
        self.client.force_login(self.pete)
        self.assertNotIn("Approve this text", self.page())

    def test_sent_back_without_a_reason_is_refused(self) -> None:
        answer = self.press("reply-return", self.reply.pk, reason="")
        self.assertContains(answer, "Say what should change", status_code=409)

    def test_the_writer_reads_the_reason(self) -> None:
        self.press("reply-return", self.reply.pk, reason="Name no ward.")
        self.client.force_login(self.pete)
        self.assertIn("Name no ward.", self.page())


class ResolveTests(Desk):
    def test_both_answers(self) -> None:
        for found, state in (("public", "sent"), ("absent", "queued")):
            with self.subTest(found):
                self.case = open_case()
                reply = approved(self.case, self.pete, self.priya)
                Reply.objects.filter(pk=reply.pk).update(state="unknown")
                Case.objects.filter(pk=self.case.pk).update(state="check")
                self.assertIn("This reply may be public", self.page())
                self.press("reply-resolve", reply.pk, found=found)
                self.assertEqual(fresh(reply).state, state)

    def test_no_answer_is_no_answer(self) -> None:
        reply = approved(self.case, self.pete, self.priya)
        self.assertEqual(self.press("reply-resolve", reply.pk).status_code, 400)


class CloseTests(Desk):
    def test_a_refused_close_keeps_the_note(self) -> None:
        answer = self.press("case-close", outcome="", note="Spoke to her twice")
        self.assertContains(answer, "Spoke to her twice", status_code=409)
        self.assertEqual(self.case.state, "new")

    def test_it_leaves_a_line_in_its_place(self) -> None:
        open_case(text="Another one")
        answer = self.press("case-close", outcome="phone", note="", since="")
        page = self.client.get(answer.headers["Location"]).content.decode()
        self.assertIn("is-gone", page)


class ByHandTests(Desk):
    def test_a_network_without_a_way_offers_to_copy_what_was_approved(self) -> None:
        fake = FakeSource()
        fake.reply_way = "link_out"
        with registered(fake):
            reply = submitted(self.case, self.pete)
            self.assertNotIn("Copy and open the post", self.page())
            replies.approve(reply, by=self.priya, text_seen=ANSWER, at=NOW)
            self.assertIn("Copy and open the post", self.page())
            self.assertEqual(self.press("reply-posted", reply.pk, public_seen="0").status_code, 302)
            self.assertIn("posted by hand by pete", self.page())
            self.assertEqual((fresh(reply).posted_by, self.case.state), (self.pete, "sent"))

    def test_x_answers_only_where_it_was_named(self) -> None:
        fake = FakeSource()
        fake.reply_way = "summoned_only"
        with registered(fake):
            self.assertEqual(approved(self.case, self.pete, self.priya).state, "to_post")
            self.assertIn("only when a post names our account", self.page())
