from datetime import timedelta
from typing import Any
from unittest import mock

from celery import Celery
from django.test import SimpleTestCase, TestCase
from django.utils import timezone

from alerts import defaults, paging, tasks, triage
from alerts.models import Case, Duty, Notification
from alerts.schedule import BEAT
from alerts.signals import cases_changed
from listening.models import Mention
from listening.signals import mentions_stored
from tests.alerts.desk import approved, fresh, open_case
from tests.alerts.safety.base import duty
from tests.base import FakeSource, mention, pete, priya, registered

NOWHERE = "redis://127.0.0.1:1/0"


class RingTests(SimpleTestCase):
    def test_a_broker_that_is_away_costs_nothing(self) -> None:
        away = Celery("away", broker=NOWHERE, set_as_current=False)

        @away.task  # type: ignore[misc]
        def look(number: int) -> None: ...

        with self.assertLogs("alerts.tasks", "WARNING") as logged:
            tasks.ring(look, 7, queue="urgent")
        self.assertIn("waits for the sweep", logged.output[0])

    def test_the_schedule_names_tasks_that_exist(self) -> None:
        for entry in BEAT.values():
            module, _, name = entry["task"].rpartition(".")
            self.assertEqual(module, "alerts.tasks")
            self.assertEqual(getattr(tasks, name).name, entry["task"])


class BellTests(TestCase):
    def rung(self) -> Any:
        return mock.patch.object(
            tasks, "ring", side_effect=lambda task, *args, queue: self.heard.append((task, *args, queue))
        )

    def setUp(self) -> None:
        self.heard: list[Any] = []
        defaults.ensure()

    def test_urgent_mentions_have_their_own_bell(self) -> None:
        with self.rung():
            mentions_stored.send(sender=Mention, ids=[4, 5], urgent_ids=[5])
        self.assertEqual(
            self.heard,
            [(tasks.route_urgent, "urgent"), (tasks.route_due, "bulk"), (tasks.note_edits, [4, 5], "bulk")],
        )

    def test_a_worker_decides_on_the_backlog_it_stored_and_leaves_what_is_urgent(self) -> None:
        app = Celery("here", broker=NOWHERE, set_as_current=False)
        plain = [mention(lane="complaint") for _ in range(30)]
        pressing = mention(lane="threat", level="P0", severity=95)

        @app.task  # type: ignore[misc]
        def store() -> None:
            ids = [each.pk for each in (*plain, pressing)]
            with self.captureOnCommitCallbacks(execute=True):
                mentions_stored.send(sender=Mention, ids=ids, urgent_ids=[pressing.pk])

        with self.rung():
            store.apply(throw=True)
        self.assertEqual(set(Case.objects.values_list("mention", flat=True)), {each.pk for each in plain})
        self.assertFalse(Case.objects.filter(shown="").exists(), "the walls are told of their cases")
        self.assertEqual([task for task, *_ in self.heard], [tasks.route_urgent, tasks.note_edits])

    def test_whoever_is_on_duty_is_paged_as_soon_as_it_is_decided(self) -> None:
        now = timezone.now()
        duty(pete(), Duty.Role.SECURITY, starts_at=now, ends_at=now + timedelta(hours=1))
        mention(lane="threat", level="P0", severity=95, published_at=now)
        with self.rung():
            tasks.route_urgent()
        page = Notification.objects.get()
        self.assertEqual((page.person, page.case.queue.slug if page.case else ""), (pete(), "safety"))
        self.assertEqual(self.heard, [(tasks.deliver, page.pk, "urgent")])

    def test_cards_of_a_backlog_wait_behind_what_is_urgent(self) -> None:
        for ids, queue in (([7], "urgent"), (list(range(100)), "bulk")):
            self.heard.clear()
            with self.rung():
                cases_changed.send(sender=Case, ids=ids)
            self.assertEqual(self.heard, [(tasks.show_cases, ids, queue)])

    def test_a_page_is_told_by_the_cards_of_the_building_alone(self) -> None:
        for lane, shown in (("threat", []), ("in_building", [tasks.show_cases])):
            post = mention(lane=lane, level="P0", severity=95)
            triage.route_urgent(timezone.now())
            self.heard.clear()
            with self.rung(), self.captureOnCommitCallbacks(execute=True):
                paging.page(Case.objects.get(mention=post).pk, at=timezone.now())
            self.assertEqual([task for task, *_ in self.heard], shown)

    def test_the_sweep_rings_for_replies_whose_hold_has_passed(self) -> None:
        with registered(FakeSource()):
            reply = approved(open_case(), pete(), priya())
            with self.rung():
                tasks.sweep_replies()
            self.assertEqual(self.heard, [(tasks.publish, reply.pk, "urgent")])
            tasks.publish(reply.pk)
            self.assertEqual(fresh(reply).state, "sent")

    def test_the_sweep_finds_mentions_that_no_bell_told_of(self) -> None:
        post = mention(lane="complaint", collected_at=timezone.now())
        tasks.route_due()
        self.assertTrue(Case.objects.filter(mention=post).exists())
