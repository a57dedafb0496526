import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

from django.db import OperationalError, connection
from django.test import TestCase, TransactionTestCase

from listening import (
    authors,
    bulk,
    editing,
    ingest,
    intake,
    leases,
    quarantine,
    sorting,
    storing,
    wall_sequence,
)
from listening.care import STOPPED_THE_READER
from listening.leases import LEASE, LostLease
from listening.models import Author, Match, Mention, Poll, Quarantined, Source
from listening.sources.contract import Page, Unreadable
from tests import base
from tests.base import NOW, post
from tests.listening.polling import HandClock, counts, owe, page, texts


class Killed(BaseException):
    """Stands for a process that ends: nothing of ours catches it."""


class LeaseTests(TestCase):
    def test_one_claim_holds_until_its_lease_runs_out(self) -> None:
        owed = owe()
        self.assertTrue(leases.claim(owed.pk, NOW))
        self.assertIsNone(leases.claim(owed.pk, NOW + LEASE - timedelta(seconds=1)))
        self.assertTrue(leases.claim(owed.pk, NOW + LEASE))
        owed.refresh_from_db()
        self.assertEqual((owed.attempts, owed.started_at), (2, NOW))

    def test_a_finished_poll_is_not_claimed(self) -> None:
        for state in (Poll.State.DONE, Poll.State.FAILED):
            self.assertIsNone(leases.claim(owe(state=state).pk, NOW))

    def test_whoever_lost_it_writes_nothing(self) -> None:
        base.watchlist("northfield")
        owed, clock = owe(), HandClock()
        taker = _TakenOver(owed, clock, page(post("Northfield"), cursor={"at": 9}))
        with base.registered(taker):
            self.assertIsNone(ingest.poll(owed.pk, clock=clock))
        owed.refresh_from_db()
        self.assertEqual((texts(), Source.objects.get().cursor, owed.pages), ([], {}, 0))
        self.assertEqual((owed.state, owed.lease_token), (Poll.State.RUNNING, taker.token))

    def test_a_lost_lease_is_not_renewed(self) -> None:
        owed = owe()
        lease = leases.claim(owed.pk, NOW)
        assert lease
        leases.claim(owed.pk, NOW + LEASE)
        with self.assertRaises(LostLease):
            lease.renew(NOW)
        with self.assertRaises(LostLease):
            lease.close(NOW, Poll.State.DONE)


class _TakenOver(base.FakeSource):
    """Answers so late that another worker has taken the poll over meanwhile."""

    token = ""

    def __init__(self, owed: Poll, clock: HandClock, *answers: Page) -> None:
        super().__init__(*answers)
        self.owed, self.clock = owed, clock

    def fetch(self, *args: Any) -> Page:
        self.clock.now += LEASE
        taken = leases.claim(self.owed.pk, self.clock.now)
        assert taken
        self.token = taken.token
        return super().fetch(*args)


class CrashTests(TransactionTestCase):
    """The process ends in the middle of a page; another takes the poll over."""

    STEPS: tuple[tuple[Any, str], ...] = (
        (quarantine, "put"),
        (authors, "store"),
        (wall_sequence, "take"),
        (storing, "_insert"),
        (editing, "update"),
        (storing, "_matches"),
        (storing, "_living"),
        (quarantine, "release"),
        (storing.Counts, "as_changes"),
        (storing, "_ring"),
        (bulk, "adapted"),
        (ingest, "_close"),
    )

    def setUp(self) -> None:
        base.watchlist("northfield")

    def answer(self) -> Page:
        sent = [post(f"Northfield, no. {n}", str(n), author_id=str(n)) for n in range(5)]
        edited = post("Northfield, edited", "old")
        return page(*sent, edited, cursor={"at": 1}, unreadable=[Unreadable("no", "{}", "bad")])

    def test_nothing_is_half_stored_at_any_step(self) -> None:
        for place, name in self.STEPS:
            for is_after in (False, True):
                with self.subTest(step=name, after=is_after):
                    self.crash_and_recover(place, name, is_after=is_after)

    def crash_and_recover(self, place: Any, name: str, *, is_after: bool) -> None:
        for model in (Poll, Quarantined, Match, Mention, Author, Source):
            model.objects.all().delete()
        base.mention("Northfield, before", external_id="old")
        owed, clock = owe(), HandClock()
        with (
            mock.patch.object(place, name, self.deadly(getattr(place, name), is_after)),
            base.registered(base.FakeSource(self.answer())),
            self.assertRaises(Killed),
        ):
            ingest.poll(owed.pk, clock=clock)
        is_stored = Mention.objects.count() == 6
        self.assert_all_or_nothing(owed, is_stored)
        clock.now += LEASE
        owed.refresh_from_db()
        is_closed = owed.state == Poll.State.DONE
        with base.registered(base.FakeSource(self.answer())):
            done = ingest.poll(owed.pk, clock=clock)
        self.assertEqual(done is None, is_closed)
        done = done or owed
        self.assertEqual(
            (done.state, Mention.objects.count(), Match.objects.count()), (Poll.State.DONE, 6, 6)
        )
        self.assertEqual((done.inserted, done.updated), (5, 1))
        self.assertEqual(done.fetched, 14 if is_stored and not is_closed else 7)

    def deadly(self, real: Callable[..., Any], is_after: bool) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            if is_after:
                real(*args, **options)
            raise Killed

        return call

    def assert_all_or_nothing(self, owed: Poll, is_stored: bool) -> None:
        owed.refresh_from_db()
        source = Source.objects.get()
        self.assertEqual(source.cursor, {"at": 1} if is_stored else {})
        self.assertEqual(counts(owed), (5, 1, 0, 0, 1) if is_stored else (0, 0, 0, 0, 0))
        self.assertEqual(Mention.objects.count(), 6 if is_stored else 1)
        self.assertEqual(Quarantined.objects.count(), 1 if is_stored else 0)
        self.assertEqual(Match.objects.count(), 6 if is_stored else 0)


class DatabaseAwayTests(TestCase):
    def test_the_poll_is_left_for_the_sweep(self) -> None:
        owed = owe()
        with base.registered(base.FakeSource(OperationalError("gone"))), self.assertRaises(OperationalError):
            ingest.poll(owed.pk, clock=HandClock())
        owed.refresh_from_db()
        self.assertEqual((owed.state, Source.objects.get().failures), (Poll.State.RUNNING, 0))


class PoisonTests(TestCase):
    """A post that ends the process that reads it."""

    def setUp(self) -> None:
        base.watchlist("northfield")
        self.clock = HandClock()
        self.owed = owe()
        self.reads: list[str] = []

    def attempt(self, *poisons: str) -> Poll | None:
        self.clock.now += LEASE
        sent = [post(f"Northfield {name}", name) for name in ("a", "b", "c", "d")]
        real = intake.accept

        def deadly(sent_post: Any, *args: Any) -> Any:
            self.reads.append(sent_post.external_id)
            if sent_post.external_id in poisons:
                raise Killed
            return real(sent_post, *args)

        fake = base.FakeSource(page(*sent))
        with mock.patch.object(sorting, "accept", deadly), base.registered(fake):
            try:
                return ingest.poll(self.owed.pk, clock=self.clock)
            except Killed:
                return None

    def test_it_is_set_aside_after_three_attempts_and_the_rest_goes_on(self) -> None:
        for _ in range(3):
            self.assertIsNone(self.attempt("b"))
        done = self.attempt("b")
        assert done
        self.assertEqual((counts(done), self.reads.count("b")), ((3, 0, 0, 0, 1), 3))
        aside = Quarantined.objects.get()
        self.assertEqual((aside.external_id, aside.reason, aside.times), ("b", STOPPED_THE_READER, 1))
        self.assertIn("Northfield b", aside.raw)

    def test_the_next_poll_steps_around_it_at_once(self) -> None:
        for _ in range(4):
            self.attempt("b")
        self.owed = owe()
        done = self.attempt("b")
        assert done
        self.assertEqual((counts(done), self.reads.count("b")), ((0, 0, 3, 0, 1), 3))

    def test_two_of_them_are_both_found(self) -> None:
        for _ in range(5):
            self.assertIsNone(self.attempt("b", "c"))
        done = self.attempt("b", "c")
        assert done
        self.assertEqual(counts(done), (2, 0, 0, 0, 2))

    def test_a_post_that_was_only_near_a_death_is_stored(self) -> None:
        self.attempt("a")
        self.attempt("a")
        self.attempt("c")
        done = self.attempt()
        assert done
        self.assertEqual(counts(done), (4, 0, 0, 0, 0))

    def test_one_that_was_released_is_read_again(self) -> None:
        for _ in range(4):
            self.attempt("b")
        Quarantined.objects.update(released_at=self.clock.now)
        self.owed = owe()
        done = self.attempt()
        assert done
        self.assertEqual(counts(done), (1, 0, 3, 0, 0))

    def test_a_poll_that_dies_without_a_suspect_is_given_up(self) -> None:
        Poll.objects.update(attempts=6)
        done = self.attempt()
        assert done
        self.assertEqual((done.state, done.suspect), (Poll.State.FAILED, ""))
        self.assertIn("stopped 6 times", done.error)


class TogetherTests(TransactionTestCase):
    def test_workers_at_once_do_a_poll_once(self) -> None:
        base.watchlist("northfield")
        fake = base.FakeSource(*[page(post("Northfield", "same")) for _ in range(8)])
        with base.registered(fake):
            for _ in range(20):
                owed = owe()
                results = in_threads(8, lambda pk=owed.pk: ingest.poll(pk, clock=HandClock()))  # type: ignore[misc]
                self.assertEqual(len([done for done in results if done]), 1)
        self.assertEqual((len(fake.calls), Mention.objects.count()), (20, 1))
        self.assertEqual(set(Poll.objects.values_list("attempts", flat=True)), {1})


def in_threads(count: int, act: Callable[[], Any]) -> list[Any]:
    """What each of several threads answered that began together."""
    results: list[Any] = []
    gate = threading.Barrier(count)

    def run() -> None:
        try:
            gate.wait(10)
            results.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results
