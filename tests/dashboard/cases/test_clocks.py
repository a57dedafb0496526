"""Clocks, holds and approvals as the desk shows them."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts import approvals, cases, defaults, outbox, redlines, replies, waiting
from alerts.models import Case, Queue, Reply, SLAPolicy
from listening.sources.contract import Sent
from tests.alerts.desk import ANSWER, approved, fresh, open_case, sending, submitted
from tests.base import NOW, FakeSource, cora, pete, priya, registered

MINUTE = timedelta(minutes=1)
SHORTER = "We take comments like this to heart. Please call our patient line."


class Desk(TestCase):
    pete: User
    priya: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        SLAPolicy.objects.update(hours="")
        cls.pete, cls.priya = pete(), priya()

    def setUp(self) -> None:
        fake = registered(FakeSource())
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)
        self.client.force_login(self.pete)

    def rows(self, queue: str = "team") -> str:
        return self.client.get(reverse("case-rows"), {"queue": queue}).content.decode()

    def page(self, case: Case, who: User | None = None) -> str:
        if who:
            self.client.force_login(who)
        return self.client.get(reverse("case-detail", args=[case.pk])).content.decode()

    def due_in(self, length: timedelta, **fields: object) -> Case:
        case = open_case()
        Case.objects.filter(pk=case.pk).update(due_at=timezone.now() + length, **fields)
        return case


class ListTests(Desk):
    def test_it_says_how_much_is_left_and_until_when(self) -> None:
        self.due_in(timedelta(hours=5, seconds=30))
        self.due_in(timedelta(minutes=-20, seconds=-30))
        page = self.rows()
        self.assertIn(">5h left<", page)
        self.assertIn(">late 20m<", page)
        self.assertIn("counted in hours around the clock", page)

    def test_what_waits_on_its_author_is_paused(self) -> None:
        until = timezone.now() + timedelta(days=3)
        waits = {"waiting_since": timezone.now(), "waiting_until": until, "owner": self.pete}
        self.due_in(MINUTE, state="waiting", first_replied_at=NOW, **waits)
        page = self.rows()
        self.assertIn(">paused<", page)
        self.assertIn("waiting on author", page)

    def test_the_forecast_opens_exactly_those(self) -> None:
        late = self.due_in(40 * MINUTE)
        for elsewhere in (-5 * MINUTE, 90 * MINUTE):
            self.due_in(elsewhere)
        self.due_in(30 * MINUTE, state="held", owner=self.pete)
        pane = self.client.get(reverse("case-queues")).content.decode()
        self.assertIn('<b class="num">1</b> will be late within the hour', pane)
        page = self.rows("late-soon")
        self.assertEqual(page.count('class="row-link"'), 1)
        self.assertIn(f'id="row-{late.pk}"', page)

    def test_with_nothing_to_fear_there_is_no_line(self) -> None:
        self.assertNotContains(self.client.get(reverse("case-queues")), "within the hour</span>")


class GoingOutTests(Desk):
    def test_it_shows_each_held_reply_and_takes_it_back(self) -> None:
        reply = approved(open_case(), self.pete, self.priya)
        Reply.objects.filter(pk=reply.pk).update(send_after=timezone.now() + timedelta(seconds=100))
        open_case()
        page = self.rows("going-out")
        self.assertEqual(page.count("Take it back"), 1)
        self.assertIn(f"Our reply: {ANSWER[:40]}", page)
        self.assertRegex(page, r'in <b class="num">1m \d\ds</b>')
        self.client.post(reverse("reply-cancel", args=[reply.pk]), {"queue": "going-out"})
        self.assertEqual(fresh(reply).state, "draft")
        self.assertNotIn("Take it back", self.rows("going-out"))

    def test_who_only_reads_sees_it_and_cannot(self) -> None:
        approved(open_case(), self.pete, self.priya)
        self.client.force_login(cora())
        page = self.rows("going-out")
        self.assertIn("Leaves at", page)
        self.assertNotIn("Take it back", page)


class ApprovalTests(Desk):
    def setUp(self) -> None:
        super().setUp()
        self.case = open_case()
        self.reply = submitted(self.case, self.pete)

    def test_an_approver_changes_a_word_and_its_writer_accepts(self) -> None:
        self.assertIn("Change the text", self.page(self.case, self.priya))
        said = {"text": SHORTER, "text_seen": ANSWER, "queue": "team"}
        self.client.post(reverse("reply-change", args=[self.reply.pk]), said)
        page = self.page(self.case)
        self.assertIn("priya changed the text", page)
        self.assertIn('<del><span class="hidden">[taken out: </span>', page)
        self.assertNotIn("Approve this text", page)
        page = self.page(self.case, self.pete)
        self.assertIn("Accept the change", page)
        self.client.post(reverse("reply-accept", args=[self.reply.pk]), {"text_seen": SHORTER})
        self.assertEqual(fresh(self.reply).state, "queued")
        self.assertIn("with the change that its writer accepted", self.page(self.case))

    def test_a_refused_change_is_not_lost(self) -> None:
        self.client.force_login(self.priya)
        said = {"text": "Merci <b>pour</b> votre message.", "text_seen": ANSWER}
        page = self.client.post(reverse("reply-change", args=[self.reply.pk]), said)
        self.assertContains(page, "Merci &lt;b&gt;pour&lt;/b&gt; votre message.", status_code=409)
        self.assertContains(page, 'value="not-checked" required', status_code=409)
        self.assertContains(page, f'name="text_seen" value="{ANSWER}"', status_code=409)

    def test_an_approver_reads_whose_turn_it_is(self) -> None:
        self.case.queue.approvers.set([self.priya])
        other = pete()
        page = self.page(self.case, other)
        self.assertIn("priya approves here.", page)
        approvals.sweep(NOW + timedelta(hours=1))
        self.assertIn("It has waited too long.", self.page(self.case))
        self.assertIn('<b class="passed-on">too long</b>', self.rows())

    def test_two_approve_where_the_queue_says_so(self) -> None:
        Queue.objects.update(approvals_needed=2)
        replies.approve(self.reply, by=self.priya, text_seen=ANSWER, at=NOW)
        page = self.page(self.case, self.priya)
        self.assertIn("priya approved this text.", page)
        self.assertIn("You approved it. Another approver has to read it too.", page)
        self.assertIn("priya approved the reply, 1 of 2", page)

    def test_only_an_emergency_offers_to_skip_the_hold(self) -> None:
        self.assertNotIn("send at once", self.page(self.case, self.priya))
        urgent = open_case(lane="emergency")
        reply = submitted(urgent, self.pete)
        self.assertIn("send at once", self.page(urgent))
        said = {"text_seen": ANSWER, "at_once": "yes"}
        self.client.post(reverse("reply-approve", args=[reply.pk]), said)
        self.assertLess(fresh(reply).send_after, timezone.now())  # type: ignore[arg-type]

    def test_the_case_links_to_the_policy_that_applied(self) -> None:
        Reply.objects.update(gate={"policy": "7"})
        self.assertIn("v7, what a reply may say", self.page(self.case))

    def test_a_change_is_in_the_story_word_for_word_nowhere(self) -> None:
        redlines.change(self.reply, by=self.priya, text_seen=ANSWER, text=SHORTER, at=NOW)
        event = self.case.events.get(kind="redlined")
        self.assertNotIn("patient line", str(event.detail))


class WaitingTests(Desk):
    def test_a_person_waits_and_takes_it_up_again(self) -> None:
        case = open_case()
        outbox.settle_sent(sending(case, self.pete, self.priya), Sent(external_id="ours"), NOW)
        self.assertIn("Wait on the author", self.page(case))
        self.client.post(reverse("case-wait", args=[case.pk]), {"days": "3"})
        page = self.page(case)
        self.assertIn("Waits on the author until", page)
        self.assertIn("pete waits on the author until", page)
        self.client.post(reverse("case-resume", args=[case.pk]))
        case.refresh_from_db()
        self.assertEqual(case.state, "claimed")
        self.assertIn("Reply on", self.page(case))

    def test_nobody_waits_who_has_not_answered(self) -> None:
        case = open_case()
        cases.claim(case, by=self.pete, at=NOW)
        page = self.client.post(reverse("case-wait", args=[case.pk]), {"days": "3"})
        self.assertContains(page, waiting.NOT_ANSWERED, status_code=409)
