from datetime import date, datetime, timedelta
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.test import TestCase

from alerts import cases, clocks, defaults, holidays, outbox, queues, replies, tasks, triage, waiting
from alerts.models import Case, ClockRun, Queue, SLAPolicy
from alerts.queues import Values
from hospital.models import AuditEntry
from listening.models import Author, Mention
from listening.sources.contract import Sent
from tests.alerts.desk import approved, open_case, sending, submitted
from tests.base import NOW, FakeSource, ada, facility, mention, pete, priya, registered, source

NEW_YORK = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)
MONDAY_EIGHT = datetime(2026, 3, 2, 8, 0, tzinfo=NEW_YORK)


def office(slug: str = "complaints", hours: str = "Mon-Fri 08:00-17:00", **targets: timedelta) -> None:
    policy = SLAPolicy.objects.filter(queue__slug=slug)
    policy.update(hours=hours, **targets)


class Desk(TestCase):
    pete: User
    priya: User
    ada: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.priya, cls.ada = pete(), priya(), ada()

    def setUp(self) -> None:
        fake = registered(FakeSource())
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)

    def due(self, case: Case) -> datetime:
        return Case.objects.get(pk=case.pk).due_at

    def answered(self, case: Case, at: datetime = NOW + timedelta(minutes=3)) -> None:
        outbox.settle_sent(sending(case, self.pete, self.priya), Sent(external_id="ours"), at)


class FirstReplyTests(Desk):
    def test_it_is_owed_in_the_hours_of_its_queue(self) -> None:
        office(first_reply_within=2 * HOUR)
        self.assertEqual(open_case().due_at, MONDAY_EIGHT + 2 * HOUR)  # opened at seven

    def test_a_holiday_of_one_facility_is_none_elsewhere(self) -> None:
        office(first_reply_within=2 * HOUR)
        here, there = facility(), facility("Northfield North Hospital", "north")
        holidays.save({date(2026, 3, 2): "Founders' Day"}, facility=here, by=self.ada, at=NOW)
        self.assertEqual(open_case(facility=here).due_at, MONDAY_EIGHT + 26 * HOUR)
        self.assertEqual(open_case(facility=there).due_at, MONDAY_EIGHT + 2 * HOUR)

    def test_safety_runs_by_night_and_the_level_counts(self) -> None:
        night = datetime(2026, 3, 1, 3, 0, tzinfo=NEW_YORK)
        case = triage.route(mention(lane="emergency", level="P0").pk, night)
        assert case is not None
        self.assertEqual(case.due_at, night + timedelta(minutes=5))

    def test_hours_that_were_stored_wrong_make_nobody_wait_longer(self) -> None:
        office(hours="whenever")
        with self.assertLogs("alerts.clocks", "ERROR"):
            self.assertEqual(open_case().due_at, NOW + 2 * HOUR)

    def test_a_graver_post_is_owed_sooner_from_then(self) -> None:
        case = open_case()
        Mention.objects.filter(case=case).update(level=Mention.Level.P1, processed_at=None)
        triage.route(case.mention_id, NOW + HOUR)
        self.assertEqual(self.due(case), NOW + HOUR + timedelta(minutes=15))

    def test_moving_it_counts_by_the_other_queue(self) -> None:
        case = open_case()
        cases.move(case, queue=Queue.objects.get(slug="media"), by=self.pete, at=NOW)
        self.assertEqual(self.due(case), NOW + timedelta(minutes=30))


class AfterTheReplyTests(Desk):
    def test_then_it_is_owed_to_be_closed(self) -> None:
        office(hours="", resolve_within=30 * HOUR)
        case = open_case()
        self.answered(case)
        self.assertEqual(self.due(case), NOW + 30 * HOUR)

    def test_an_author_who_writes_again_is_owed_the_next_reply(self) -> None:
        office(hours="", next_reply_within=3 * HOUR)
        author = Author.objects.create(network="fake", external_id="sam")
        case = open_case(author=author)
        self.answered(case)
        later = mention(author=author, published_at=NOW + 5 * HOUR)
        self.assertEqual(waiting.hear([later.pk], NOW + 6 * HOUR), 1)
        case.refresh_from_db()
        self.assertEqual((case.state, case.due_at), ("claimed", NOW + 9 * HOUR))
        self.assertEqual(waiting.hear([later.pk], NOW + 7 * HOUR), 0)

    def test_what_was_written_before_our_reply_is_no_answer_to_it(self) -> None:
        author = Author.objects.create(network="fake", external_id="sam")
        case = open_case(author=author)
        self.answered(case, NOW + 2 * HOUR)
        before = mention(author=author, published_at=NOW + HOUR)
        of_another = mention(published_at=NOW + 5 * HOUR)
        elsewhere = mention(author=author, source=source("other"), published_at=NOW + 5 * HOUR)
        found = waiting.hear([before.pk, of_another.pk, elsewhere.pk], NOW + 6 * HOUR)
        self.assertEqual((found, Case.objects.get(pk=case.pk).state), (0, "sent"))

    def test_reopened_it_begins_anew(self) -> None:
        office(hours="", resolve_within=30 * HOUR)
        case = open_case()
        self.answered(case)
        cases.close(case, outcome="online", note="", by=self.pete, at=NOW)
        cases.reopen(case, by=self.pete, at=NOW + 90 * HOUR)
        self.assertEqual(self.due(case), NOW + 120 * HOUR)


class WaitingTests(Desk):
    def setUp(self) -> None:
        super().setUp()
        office(hours="", resolve_within=30 * HOUR)
        self.author = Author.objects.create(network="fake", external_id="sam")
        self.case = open_case(author=self.author)
        self.answered(self.case)
        waiting.wait(self.case, days=3, by=self.pete, at=NOW + HOUR)
        self.case.refresh_from_db()

    def test_no_clock_runs(self) -> None:
        self.assertEqual(self.case.state, "waiting")
        self.assertIs(clocks.running(self.case), clocks.Clock.PAUSED)
        self.assertFalse(Case.objects.running().exists())

    def test_what_was_waited_does_not_count(self) -> None:
        waiting.resume(self.case, by=self.pete, at=NOW + 11 * HOUR)
        self.assertEqual(self.due(self.case), NOW + 40 * HOUR)

    def test_it_ends_when_the_author_writes(self) -> None:
        later = mention(author=self.author, published_at=NOW + 5 * HOUR)
        tasks.note_edits([later.pk])
        self.case.refresh_from_db()
        self.assertEqual((self.case.state, self.case.waiting_since), ("claimed", None))
        self.assertIsNotNone(self.case.asked_again_at)

    def test_it_ends_when_the_author_edits_the_post(self) -> None:
        Mention.objects.filter(pk=self.case.mention_id).update(edited_at=NOW + 5 * HOUR)
        self.assertEqual(waiting.hear([self.case.mention_id], NOW + 6 * HOUR), 1)
        self.assertEqual(waiting.hear([self.case.mention_id], NOW + 7 * HOUR), 0)

    def test_it_ends_on_its_day(self) -> None:
        self.assertEqual(waiting.sweep(NOW + 72 * HOUR), 0)
        self.assertEqual(waiting.sweep(NOW + 74 * HOUR), 1)
        self.case.refresh_from_db()
        self.assertEqual((self.case.state, self.case.due_at), ("sent", NOW + 103 * HOUR))

    def test_it_can_be_closed(self) -> None:
        cases.close(self.case, outcome="online", note="", by=self.pete, at=NOW + 2 * HOUR)


class CountingAnewTests(Desk):
    def values(self, **changed: Any) -> Values:
        kept = Values.of(Queue.objects.select_related("policy").get(slug="complaints"))
        return Values(**{**kept.__dict__, **changed})

    def save(self, **changed: Any) -> dict[str, list[str]]:
        queue = Queue.objects.get(slug="complaints")
        return queues.save(queue, self.values(**changed), by=self.ada, at=NOW)

    def test_every_open_case_follows_a_change_of_hours(self) -> None:
        changing, other = open_case(), open_case(lane="emergency")
        closed = open_case()
        cases.close(closed, outcome="phone", note="", by=self.pete, at=NOW)
        changed = self.save(week=((), (), ((540, 1020),), (), (), (), ()))
        self.assertEqual(list(changed), ["hours"])
        self.assertFalse(clocks.work(NOW))
        run = ClockRun.objects.get()
        self.assertEqual((run.done, run.changed, run.total, run.finished_at), (2, 1, 2, NOW))
        self.assertEqual(self.due(changing), datetime(2026, 3, 4, 11, 0, tzinfo=NEW_YORK))
        self.assertEqual((self.due(other), self.due(closed)), (other.due_at, closed.due_at))

    def test_many_cases_take_several_chunks(self) -> None:
        for _ in range(3):
            open_case()
        self.save(week=None, hold=timedelta(0))
        run = ClockRun.objects.get()
        with self.chunks_of(2):
            self.assertTrue(clocks.work(NOW))
            run.refresh_from_db()
            self.assertEqual((run.done, run.percent), (2, 66))
            self.assertFalse(clocks.work(NOW))
        run.refresh_from_db()
        self.assertEqual((run.done, run.percent), (3, 100))

    def chunks_of(self, size: int) -> Any:
        return mock.patch.object(clocks, "CHUNK", size)

    def test_a_later_change_overtakes_an_unfinished_run(self) -> None:
        open_case()
        self.save(week=None)
        holidays.save({date(2026, 3, 2): "Founders' Day"}, facility=None, by=self.ada, at=NOW)
        clocks.work(NOW)
        states = list(ClockRun.objects.order_by("pk").values_list("is_overtaken", "done"))
        self.assertEqual(states, [(True, 0), (False, 1)])

    def test_what_changes_no_clock_counts_nothing_anew(self) -> None:
        self.assertEqual(list(self.save(hold=timedelta(minutes=5), name="Grievances")), ["name", "hold"])
        self.assertFalse(ClockRun.objects.exists())
        self.assertEqual(self.save(), {})

    def test_who_changed_what_is_on_the_trail(self) -> None:
        self.save(approvals_needed=2)
        entry = AuditEntry.objects.get(action="queue.save")
        self.assertEqual((entry.actor, entry.detail["changes"]), (self.ada, {"approvals": ["1", "2"]}))

    def test_a_policy_that_others_share_is_left_to_them(self) -> None:
        shared = SLAPolicy.objects.get(queue__slug="complaints")
        Queue.objects.filter(slug="billing").update(policy=shared)
        self.save(week=None)
        self.assertEqual(SLAPolicy.objects.get(queue__slug="billing").hours, defaults.HOURS)
        self.assertEqual(SLAPolicy.objects.get(queue__slug="complaints").hours, "")


class HoldTests(Desk):
    def test_it_is_as_long_as_its_queue_says(self) -> None:
        Queue.objects.filter(slug="complaints").update(hold=timedelta(minutes=7))
        reply = approved(open_case(), self.pete, self.priya)
        self.assertEqual(reply.send_after, NOW + timedelta(minutes=7))

    def test_without_a_hold_it_leaves_at_the_next_sweep(self) -> None:
        Queue.objects.filter(slug="complaints").update(hold=timedelta(0))
        reply = approved(open_case(), self.pete, self.priya)
        self.assertEqual(outbox.sweep(NOW), [reply.pk])

    def test_only_an_emergency_leaves_at_once(self) -> None:
        reply = submitted(open_case(lane="emergency"), self.pete)
        self.assertTrue(replies.may_send_at_once(reply, self.priya))
        self.assertFalse(replies.may_send_at_once(reply, self.pete))
        replies.approve(reply, by=self.priya, text_seen=reply.text, at=NOW, at_once=True)
        reply.refresh_from_db()
        self.assertEqual(reply.send_after, NOW)
        self.assertFalse(replies.may_send_at_once(submitted(open_case(), self.pete), self.priya))
