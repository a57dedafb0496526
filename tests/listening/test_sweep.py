from datetime import timedelta
from unittest import mock

from django.test import TestCase, TransactionTestCase
from django.utils import timezone
from kombu.exceptions import OperationalError

from listening import doorbell, ingest, leases, sweep, tasks
from listening.leases import LEASE
from listening.models import Poll, Source
from tests import base
from tests.base import NOW
from tests.listening.polling import owe, page
from tests.listening.test_leases import in_threads

SECOND = timedelta(seconds=1)


class OpenDueTests(TestCase):
    def test_each_due_source_owes_one_poll(self) -> None:
        base.source("due", poll_every=timedelta(seconds=10))
        base.source("later", next_poll_at=NOW + SECOND)
        base.source("paused", paused_reason="The key is refused.")
        base.source("off", is_active=False)
        base.source("file", kind=Source.IMPORT)
        base.source("limited", limited_until=NOW + SECOND)
        opened = sweep.open_due(NOW)
        self.assertEqual([poll.source.slug for poll in Poll.objects.all()], ["due"])
        self.assertEqual(opened, [Poll.objects.get().pk])
        self.assertEqual(Source.objects.get(slug="due").next_poll_at, NOW + 10 * SECOND)

    def test_slots_are_the_same_for_everyone(self) -> None:
        for seconds in (0.0, 0.3, 9.9):
            self.assertEqual(sweep.next_slot(NOW + seconds * SECOND, 10 * SECOND), NOW + 10 * SECOND)
        self.assertGreater(sweep.next_slot(NOW, SECOND), NOW)

    def test_after_a_pause_one_poll_is_owed_and_not_all_that_were_missed(self) -> None:
        base.source(next_poll_at=NOW - timedelta(hours=3), poll_every=SECOND)
        self.assertEqual((len(sweep.open_due(NOW)), len(sweep.open_due(NOW))), (1, 0))

    def test_polls_of_a_slow_source_do_not_pile_up(self) -> None:
        source = base.source(poll_every=SECOND)
        owe(source, state=Poll.State.RUNNING, slot=NOW - SECOND)
        self.assertEqual(sweep.open_due(NOW), [])
        self.assertEqual(Source.objects.get().next_poll_at, NOW + SECOND)

    def test_what_was_seen_before_another_moved_it_opens_nothing(self) -> None:
        seen = base.source()
        sweep.open_due(NOW)
        self.assertIsNone(sweep.open_slot(seen, NOW))

    def test_a_slot_is_polled_once(self) -> None:
        source = base.source()
        owe(source, slot=NOW, state=Poll.State.DONE)
        self.assertIsNone(sweep.open_poll(source, NOW))


class ForgottenTests(TestCase):
    def test_it_finds_lost_bells_and_dead_workers(self) -> None:
        lost, dead, young, alive, done = (
            owe(base.source(slug)) for slug in ("lost", "dead", "young", "alive", "done")
        )
        Poll.objects.update(created_at=NOW - 11 * SECOND)
        Poll.objects.filter(pk=young.pk).update(created_at=NOW - SECOND)
        running = Poll.State.RUNNING
        Poll.objects.filter(pk=dead.pk).update(state=running, lease_until=NOW)
        Poll.objects.filter(pk=alive.pk).update(state=running, lease_until=NOW + LEASE)
        leases.show_life(alive.pk)
        Poll.objects.filter(pk=done.pk).update(state=Poll.State.DONE)
        self.assertEqual(set(sweep.forgotten(NOW)), {lost.pk, dead.pk})

    def test_an_import_that_was_stopped_is_closed(self) -> None:
        owed = owe(base.source("file", kind=Source.IMPORT), state=Poll.State.RUNNING, lease_until=NOW)
        self.assertEqual(sweep.forgotten(NOW), [])
        owed.refresh_from_db()
        self.assertEqual((owed.state, owed.finished_at), (Poll.State.FAILED, NOW))


class DoorbellTests(TestCase):
    def test_without_redis_the_poll_is_owed_and_the_log_says_so_once(self) -> None:
        self.addCleanup(setattr, doorbell, "_is_silent", False)
        base.source("one")
        base.source("two")
        with (
            mock.patch.object(tasks.poll, "delay", side_effect=OperationalError),
            self.assertLogs("listening.doorbell") as logs,
        ):
            tasks.poll_due.run()
        self.assertEqual((Poll.objects.unfinished().count(), len(logs.output)), (2, 1))

    def test_it_rings_with_the_id(self) -> None:
        base.source("one")
        with mock.patch.object(tasks.poll, "delay") as delay:
            tasks.poll_due.run()
        delay.assert_called_once_with(Poll.objects.get().pk)

    def test_a_source_that_has_more_is_asked_again_at_once(self) -> None:
        now = timezone.now()
        source = base.source(next_poll_at=now + 30 * SECOND)
        answers = [page(base.post(published_at=now), has_more=True), page()]
        with (
            base.registered(base.FakeSource(*answers)),
            mock.patch.object(ingest, "MAX_PAGES", 1),
            mock.patch.object(tasks.poll, "delay") as delay,
        ):
            for _ in answers:
                tasks.poll.run(owe(source, slot=timezone.now()).pk)
                Poll.objects.filter(state=Poll.State.QUEUED).update(state=Poll.State.DONE)
        self.assertEqual(delay.call_count, 1)


class TwoBeatsTests(TransactionTestCase):
    def test_each_slot_is_opened_once(self) -> None:
        base.source(poll_every=SECOND)
        for slot in range(20):
            now = NOW + slot * SECOND
            opened = in_threads(4, lambda now=now: sweep.open_due(now))  # type: ignore[misc]
            self.assertEqual(sum(map(len, opened)), 1)
            Poll.objects.update(state=Poll.State.DONE)
        self.assertEqual(Poll.objects.count(), 20)
