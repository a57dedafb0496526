import threading
from datetime import timedelta
from time import monotonic
from typing import Any
from unittest import mock

from django.db import OperationalError, connection, transaction
from django.test import TestCase, TransactionTestCase

from hospital.models import AuditEntry
from listening import readers, rereading, rereading_leases, tasks, wall_sequence
from listening.leases import LostLease
from listening.models import Mention, Rereading
from listening.reading.identifiers import Identifier
from listening.reading.lanes import Lane
from listening.reading.sentiment import Tone
from listening.reading.topics import TopicFound
from listening.rereading_leases import LEASE, RUNG_AGAIN_AFTER
from listening.signals import mentions_stored
from tests.base import NOW, ada, facility, mention
from tests.listening.rereading import FakeReader, in_force, reading, start, work
from tests.timing import PATIENCE

State = Rereading.State
DAY = timedelta(days=1)


def wait_until_somebody_waits() -> None:
    """Until another session of this database stands at a lock."""
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return


def versions() -> list[str]:
    return list(Mention.objects.order_by("pk").values_list("reader_version", flat=True))


class StartTests(TestCase):
    def test_it_counts_what_another_reader_read(self) -> None:
        main = facility()
        mention(facility=main)
        mention(facility=main, published_at=NOW - 10 * DAY)
        mention(facility=main, reader_version="new")
        mention(facility=main, is_gone=True)
        mention()
        with in_force(FakeReader()):
            self.assertEqual(rereading.older("new").count(), 3)
            self.assertEqual(start(since=NOW - DAY, facility=main, by=ada()).total, 1)
        self.assertEqual(AuditEntry.objects.get().action, "rereading.start")

    def test_there_is_one_at_a_time(self) -> None:
        first = start()
        with self.assertRaises(rereading.AlreadyRunning):
            start()
        rereading.cancel(first, by=None, at=NOW)
        self.assertEqual(start().state, State.RUNNING)


class WorkTests(TestCase):
    def test_each_mention_is_read_again_and_remembers_by_whom(self) -> None:
        for _ in range(5):
            mention()
        with in_force(FakeReader()), mock.patch.object(rereading, "CHUNK", 2):
            done = work(start())
        self.assertEqual((done.state, done.done, done.changed), (State.DONE, 5, 5))
        self.assertEqual(set(versions()), {"new"})
        self.assertEqual(done.tally["sentiment"], {"neutral>negative": 5})

    def test_what_reads_the_same_only_remembers_by_whom(self) -> None:
        made = mention(reasons=[], identifiers={"text": [], "title": []})
        same = FakeReader(reading(tone=Tone("neutral", 0.0), lane=Lane("other", 10, "P4")))
        with in_force(same):
            done = work(start())
        self.assertEqual((done.done, done.changed, done.tally), (1, 0, {}))
        self.assertEqual(versions(), ["new"])
        self.assertEqual(Mention.objects.get().wall_seq, made.wall_seq)

    def test_every_column_of_a_reading_is_written(self) -> None:
        mention("Call 555-0142")
        told = reading(
            tone=Tone("positive", 0.25, ("'kind' +1.0",)),
            lane=Lane("praise", 5, "P3", ("thanks",)),
            language="en",
            found=(TopicFound("staff", "words: 'nurse'", 0.9), TopicFound("billing", "words: 'bill'", 0.5)),
            identifiers=(Identifier("phone", 5, 13),),
        )
        with in_force(FakeReader(told)):
            work(start())
        read = Mention.objects.get()
        self.assertEqual((read.sentiment, read.score, read.language), ("positive", 0.25, "en"))
        self.assertEqual((read.lane, read.severity, read.level), ("praise", 5, "P3"))
        self.assertEqual((read.topics, read.reasons), (["staff", "billing"], told.reasons))
        self.assertEqual(read.identifiers, {"text": [["phone", 5, 13]], "title": []})

    def test_what_people_decided_stands(self) -> None:
        mention("a", set_by_people=["sentiment"], sentiment="positive", score=0.9)
        mention("b", set_by_people=["level", "topics"], topics=["food"])
        with in_force(FakeReader()):
            done = work(start())
        first, second = Mention.objects.order_by("pk")
        self.assertEqual((first.sentiment, first.score, first.lane), ("positive", 0.9, "complaint"))
        self.assertEqual((second.sentiment, second.lane, second.level), ("negative", "other", "P4"))
        self.assertEqual((second.topics, done.kept), (["food"], 2))

    def test_only_the_scope_is_read(self) -> None:
        main = facility()
        mention("in", facility=main)
        mention("elsewhere")
        mention("old", facility=main, published_at=NOW - 10 * DAY)
        mention("gone", facility=main, is_gone=True)
        with in_force(FakeReader()) as reader:
            work(start(since=NOW - DAY, facility=main))
        self.assertEqual([post.text for post in reader.asked], ["in"])

    def test_the_newest_come_first(self) -> None:
        for text in "abc":
            mention(text)
        with in_force(FakeReader()) as reader:
            work(start())
        self.assertEqual([post.text for post in reader.asked], ["c", "b", "a"])

    def test_one_that_cannot_be_read_holds_nobody_up(self) -> None:
        mention("fine")
        mention("odd")
        with in_force(FakeReader(answers={"odd": ValueError("what is this")})), self.assertLogs() as logs:
            done = work(start())
        self.assertEqual((done.state, done.done, done.unread, done.percent), (State.DONE, 1, 1, 100))
        self.assertNotIn("what is this", "".join(logs.output))

    def test_it_ends_when_the_word_lists_change(self) -> None:
        mention()
        with in_force(FakeReader()):
            owed = start()
        with in_force(FakeReader(version="newer")):
            self.assertEqual(work(owed).state, State.OVERTAKEN)
        self.assertEqual(versions(), ["test"])

    def test_a_chunk_ends_when_its_time_is_up(self) -> None:
        mention()
        mention()
        ticks = iter(range(0, 1000, 2))
        with in_force(FakeReader()):
            owed = start()
            self.assertTrue(rereading.work(owed.pk, clock=lambda: NOW, timer=lambda: next(ticks)))
        owed.refresh_from_db()
        self.assertEqual((owed.done, owed.total), (1, 2))
        self.assertEqual(owed.time_left(NOW + timedelta(minutes=3)), timedelta(minutes=3))

    def test_a_cancelled_one_stays_where_it_is(self) -> None:
        mention()
        mention()
        with in_force(FakeReader()), mock.patch.object(rereading, "CHUNK", 1):
            owed = start()
            rereading.work(owed.pk, clock=lambda: NOW)
            self.assertTrue(rereading.cancel(owed, by=ada(), at=NOW))
            self.assertFalse(rereading.work(owed.pk, clock=lambda: NOW))
        self.assertEqual(versions(), ["test", "new"])
        self.assertFalse(rereading.cancel(owed, by=None, at=NOW))

    def test_cancelled_while_a_chunk_is_read_it_writes_nothing(self) -> None:
        mention()
        with in_force(FakeReader()):
            owed = start()
            lease = rereading_leases.claim(owed.pk, NOW)
            assert lease
            rereading.cancel(owed, by=None, at=NOW)
            with self.assertRaises(LostLease):
                lease.renew(NOW)


class NewsTests(TestCase):
    """What open walls and the rules hear of it."""

    def news(self, answer: Any = None, **fields: Any) -> tuple[Mention, list[dict[str, Any]]]:
        mention(processed_at=NOW, **fields)
        heard: list[dict[str, Any]] = []
        with (
            in_force(FakeReader(answer or reading())),
            mock.patch.object(mentions_stored, "send_robust", lambda **said: heard.append(said)),
            self.captureOnCommitCallbacks(execute=True),
        ):
            work(start())
        return Mention.objects.get(), heard

    def test_a_recent_one_that_changed_gets_a_new_place_on_the_walls(self) -> None:
        before = mention().wall_seq
        Mention.objects.all().delete()
        read, heard = self.news()
        self.assertGreater(read.wall_seq, before)
        self.assertEqual((heard[0]["ids"], heard[0]["urgent_ids"]), ([read.pk], []))
        self.assertEqual(read.processed_at, NOW)

    def test_an_old_one_or_one_that_looks_the_same_keeps_its_place(self) -> None:
        _, heard = self.news(published_at=NOW - 4 * DAY)
        self.assertEqual(heard, [])
        Mention.objects.all().delete()
        looks = {"sentiment": "negative", "score": -0.4, "lane": "complaint", "level": "P2", "severity": 44}
        read, heard = self.news(identifiers={"text": [], "title": []}, **looks)
        self.assertEqual((heard, read.score), ([], -0.5))

    def test_one_that_newly_reads_as_danger_goes_to_the_rules_again(self) -> None:
        danger = reading(lane=Lane("threat", 95, "P0"))
        read, heard = self.news(danger)
        self.assertEqual((read.processed_at, heard[0]["urgent_ids"]), (None, [read.pk]))

    def test_of_history_no_case_is_made(self) -> None:
        danger = reading(lane=Lane("threat", 95, "P0"))
        read, heard = self.news(danger, published_at=NOW - timedelta(hours=25))
        self.assertEqual((read.lane, read.processed_at), ("threat", NOW))
        self.assertEqual(heard[0]["urgent_ids"], [])

    def test_danger_that_was_known_is_no_news(self) -> None:
        danger = reading(lane=Lane("threat", 95, "P0"))
        read, _ = self.news(danger, lane="threat", level="P0", severity=90)
        self.assertEqual(read.processed_at, NOW)

    def test_what_a_person_lowered_is_not_raised(self) -> None:
        danger = reading(lane=Lane("threat", 95, "P0"))
        read, _ = self.news(danger, set_by_people=["level"], level="P3")
        self.assertEqual((read.level, read.processed_at), ("P3", NOW))


class LeaseTests(TestCase):
    def test_one_worker_has_it_until_its_lease_runs_out(self) -> None:
        owed = start()
        self.assertTrue(rereading_leases.claim(owed.pk, NOW))
        self.assertIsNone(rereading_leases.claim(owed.pk, NOW + LEASE - timedelta(seconds=1)))
        self.assertTrue(rereading_leases.claim(owed.pk, NOW + LEASE))

    def test_the_sweep_finds_a_dead_worker_and_a_lost_bell(self) -> None:
        owed = start()
        self.assertEqual(rereading_leases.forgotten(NOW + RUNG_AGAIN_AFTER), [owed.pk])
        self.assertEqual(rereading_leases.forgotten(NOW), [])
        rereading_leases.claim(owed.pk, NOW)
        self.assertEqual(rereading_leases.forgotten(NOW + RUNG_AGAIN_AFTER), [])
        self.assertEqual(rereading_leases.forgotten(NOW + LEASE), [owed.pk])

    def test_after_a_kill_it_goes_on_where_it_was(self) -> None:
        for text in "abc":
            mention(text)
        killed = FakeReader(answers={"b": KeyboardInterrupt()})
        with in_force(killed), mock.patch.object(rereading, "CHUNK", 1):
            owed = start()
            with self.assertRaises(KeyboardInterrupt):
                work(owed)
            killed.answers.clear()
            done = work(owed, now=NOW + LEASE)
        self.assertEqual((done.state, done.done), (State.DONE, 3))
        self.assertEqual([post.text for post in killed.asked], ["c", "b", "b", "a"])

    def test_a_mention_that_kills_is_passed_over(self) -> None:
        for text in "abc":
            mention(text)
        killer = FakeReader(answers={"b": KeyboardInterrupt()})
        now = NOW
        with in_force(killer), self.assertLogs("listening.rereading"):
            owed = start()
            for _ in range(2):
                with self.assertRaises(KeyboardInterrupt):
                    work(owed, now=now)
                now += LEASE
            done = work(owed, now=now)
        self.assertEqual((done.state, done.done, done.unread), (State.DONE, 2, 1))
        self.assertEqual(versions(), ["new", "test", "new"])

    def test_one_that_never_gets_on_is_given_up(self) -> None:
        mention()
        owed = start()
        Rereading.objects.update(attempts=rereading.GIVE_UP_AFTER)
        with in_force(FakeReader(version=readers.current().version)), self.assertLogs("listening.rereading"):
            self.assertEqual(work(owed).state, State.FAILED)


class TaskTests(TestCase):
    def test_it_rings_for_the_next_chunk_until_there_is_none(self) -> None:
        mention()
        owed = start()
        with mock.patch.object(tasks.reread, "delay") as delay:
            tasks.reread.run(owed.pk)
            delay.assert_called_once_with(owed.pk)
            tasks.reread.run(owed.pk)
            delay.assert_called_once()

    def test_the_sweep_rings_again(self) -> None:
        owed = start()
        with mock.patch.object(tasks.reread, "delay") as delay:
            tasks.sweep_rereadings.run()
        delay.assert_called_once_with(owed.pk)


class BesideOthersTests(TransactionTestCase):
    def test_it_waits_for_nobody_while_it_holds_a_mention(self) -> None:
        # As a poll does that stores an edit: first the order of the wall, then the mention.
        held = mention("held")
        has_the_wall, failed = threading.Event(), []

        def write() -> None:
            try:
                with transaction.atomic():
                    wall_sequence.take(1)
                    has_the_wall.set()
                    wait_until_somebody_waits()
                    Mention.objects.filter(pk=held.pk).update(text="changed")
            except OperationalError as error:
                failed.append(error)
            connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        has_the_wall.wait(10)
        with in_force(FakeReader()):
            done = work(start())
        writer.join(10)
        self.assertEqual((failed, done.state, versions()), ([], State.DONE, ["new"]))

    def test_a_mention_that_is_being_written_is_not_waited_for_but_comes_last(self) -> None:
        mention("free")
        held = mention("held")
        writing, written = threading.Event(), threading.Event()

        def write() -> None:
            with transaction.atomic():
                Mention.objects.filter(pk=held.pk).update(text="held and changed")
                writing.set()
                written.wait(10)
            connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        writing.wait(10)
        with in_force(FakeReader()):
            owed = start()
            self.assertTrue(rereading.work(owed.pk, clock=lambda: NOW))
            self.assertEqual(versions(), ["new", "test"])
            written.set()
            writer.join(10)
            done = work(owed)
        self.assertEqual((versions(), done.state, done.done), (["new", "new"], State.DONE, 2))
