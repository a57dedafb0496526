from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from django.test import SimpleTestCase, TestCase

from listening import ahead, ingest, sweep, terms
from listening.models import Mention, PageAhead, Poll, Quarantined, Source
from listening.models.source import Liveness
from listening.reading import lanes
from listening.reading.analysis import SHIPPED, ToRead
from listening.sources.contract import (
    AuthFailed,
    Connection,
    Cursor,
    Listening,
    Page,
    Unavailable,
    Unreadable,
)
from listening.sources.sheet import Terms
from sandbox.app import build_town
from tests import base
from tests.base import NOW, post
from tests.listening.polling import HandClock, counts, owe, page, texts

CHEST = "Northfield, I have crushing chest pain and nobody answers the phone"


class SlowSource(base.FakeSource):
    """Three seconds a page. `stored`: how many mentions there were whenever it was asked."""

    def __init__(self, clock: HandClock, *answers: Page | Exception) -> None:
        super().__init__(*answers)
        self.clock, self.stored = clock, list[int]()

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        self.stored.append(Mention.objects.count())
        self.clock.move(seconds=3)
        return super().fetch(connection, queries, cursor)


class Case(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield")
        self.clock, self.source = HandClock(), base.source()

    def poll(self, *answers: Page | Exception, **fields: Any) -> Poll:
        fields.setdefault("slot", self.clock.now)
        self.network = SlowSource(self.clock, *answers)
        with base.registered(self.network):
            done = ingest.poll(owe(self.source, **fields).pk, clock=self.clock)
        assert done
        self.source.refresh_from_db()
        return done

    def be_behind(self, *pages: Page, **fields: Any) -> None:
        for each in pages:
            ahead.put(each, self.source, self.clock.now)
        self.source.refresh_from_db()


def backlog(number: int, text: str = "Northfield") -> list[Page]:
    return [page(post(f"{text} {at}"), cursor={"at": at}, has_more=True) for at in range(number)]


class BehindTests(Case):
    def test_a_turns_worth_is_stored_as_it_comes_and_the_rest_put_by(self) -> None:
        with mock.patch.object(ingest, "_work_off"):
            done = self.poll(*backlog(12))
        self.assertEqual(self.network.stored, [0, 1, 2, 2, 2])
        self.assertEqual((done.pages, counts(done)), (5, (2, 0, 0, 0, 0)))
        self.assertEqual((self.source.cursor, PageAhead.objects.count()), ({"at": 4}, 3))

    def test_what_was_put_by_is_stored_in_turn_and_counted_once(self) -> None:
        with mock.patch.object(ingest, "_work_off"):
            self.poll(*backlog(12))
        done = self.poll(page(cursor={"at": 9}))
        self.assertEqual((counts(done), PageAhead.objects.count()), ((3, 0, 0, 0, 0), 0))
        self.assertEqual(texts(), [f"Northfield {at}" for at in range(5)])
        self.assertEqual((self.source.behind_since, self.source.cursor), (None, {"at": 9}))

    def test_what_must_not_wait_is_stored_before_what_was_read_earlier(self) -> None:
        self.be_behind(page(post("Northfield, early")))
        with mock.patch.object(ingest, "_work_off"):
            done = self.poll(page(post("Northfield, late"), post(CHEST), cursor={"at": 1}))
        self.assertEqual((texts(), counts(done)), ([CHEST], (1, 0, 0, 0, 0)))
        self.assertEqual([kept.posts for kept in PageAhead.objects.all()], [1, 1])

    def test_nothing_is_read_into_a_full_store(self) -> None:
        self.be_behind(*backlog(3))
        with mock.patch.object(ahead, "MOST", 4), mock.patch.object(ingest, "_work_off"):
            self.poll(*backlog(9, "Northfield, later"))
        self.assertEqual(len(self.network.stored), 1)

    def test_words_that_may_not_be_kept_are_not_put_by(self) -> None:
        with mock.patch.object(terms, "_of", return_value=Terms(may_store_text=False)):
            self.poll(*backlog(12))
        self.assertEqual((self.network.stored, PageAhead.objects.count()), ([0, 1, 2], 0))
        self.assertEqual(self.source.cursor, {"at": 2})

    def test_a_turn_has_an_end(self) -> None:
        self.be_behind(*backlog(5))
        take_off = ingest.Store.take_off

        def slowly(store: ingest.Store, kept: PageAhead) -> None:
            self.clock.move(seconds=3)
            take_off(store, kept)

        with mock.patch.object(ingest.Store, "take_off", slowly):
            self.poll(page())
        self.assertEqual((Mention.objects.count(), PageAhead.objects.count()), (2, 3))
        self.assertEqual(self.source.behind_since, NOW)

    def test_a_page_is_stored_though_reading_took_the_whole_turn(self) -> None:
        self.be_behind(page(post("Northfield, early")))
        self.poll(*backlog(12))
        self.assertEqual((texts(), PageAhead.objects.count()), (["Northfield, early"], 5))

    def test_what_was_read_is_kept_though_the_next_page_fails(self) -> None:
        self.be_behind(page(post("Northfield, a")))
        done = self.poll(page(post("Northfield, b"), cursor={"at": 6}, has_more=True), Unavailable("503"))
        self.assertEqual((done.state, texts()), (Poll.State.FAILED, []))
        self.assertEqual((self.source.cursor, PageAhead.objects.count()), ({"at": 6}, 2))

    def test_where_it_is_stopped_all_of_a_page_comes_again(self) -> None:
        self.be_behind(page(post("Northfield, early")))
        sent = page(post("Northfield, late"), post(CHEST), cursor={"at": 1})
        with (
            mock.patch.object(ahead, "put", side_effect=[ValueError]),
            self.assertRaises(ValueError),
        ):
            self.poll(sent)
        self.assertEqual((texts(), self.source.cursor, PageAhead.objects.count()), ([], {}, 1))
        for _ in range(2):
            self.poll(sent)
        self.assertEqual(sorted(texts()), sorted(["Northfield, early", "Northfield, late", CHEST]))

    def test_a_page_that_cannot_be_stored_stays(self) -> None:
        self.be_behind(page(post("Northfield, a")))
        with (
            mock.patch.object(ahead, "done", side_effect=ValueError),
            self.assertRaises(ValueError),
        ):
            self.poll(page(), asks=False)
        self.assertEqual((texts(), PageAhead.objects.count()), ([], 1))


class SweepTests(Case):
    def test_it_is_stored_though_the_network_refuses_us(self) -> None:
        self.be_behind(page(post("Northfield, a")))
        self.poll(AuthFailed("401"))
        (poll_id,) = sweep.open_due(self.clock.now)
        before = Source.objects.values().get()
        with base.registered(base.FakeSource(AssertionError("asked"))):
            done = ingest.poll(poll_id, clock=self.clock)
        assert done
        self.assertEqual((done.state, counts(done)), (Poll.State.DONE, (1, 0, 0, 0, 0)))
        after = Source.objects.values().get()
        changed = {name for name, value in after.items() if value != before.get(name)}
        self.assertEqual(changed, {"behind_since", "last_item_at"})

    def test_a_source_that_is_behind_for_nothing_is_swept_once(self) -> None:
        Source.objects.update(behind_since=NOW)
        self.poll(page(), asks=False)
        self.assertIsNone(self.source.behind_since)

    def test_a_due_source_is_asked_and_owes_one_poll(self) -> None:
        self.be_behind(page(post("Northfield, a")))
        self.assertEqual(len(sweep.open_due(NOW)), 1)
        self.assertTrue(Poll.objects.get().asks)

    def test_what_is_urgent_at_the_network_does_not_wait_for_it(self) -> None:
        self.be_behind(page(post("Northfield, a")))
        opened = []
        for later in (20, 5):
            Source.objects.update(next_poll_at=NOW + timedelta(seconds=later))
            opened.append(len(sweep.open_due(NOW)))
            Poll.objects.all().delete()
        self.assertEqual(opened, [1, 0])

    def test_what_could_not_be_stored_is_tried_again_after_a_while(self) -> None:
        self.source.next_poll_at = NOW + timedelta(hours=1)
        self.source.save()
        self.be_behind(page(post("Northfield, a")))
        owe(self.source, state=Poll.State.FAILED, asks=False, finished_at=NOW)
        opened = [len(sweep.open_due(NOW + timedelta(seconds=after))) for after in (10, 31)]
        self.assertEqual(opened, [0, 1])


class KeptTests(Case):
    def test_a_page_comes_back_as_it_was_put_by(self) -> None:
        none: Any = None
        odd = [
            post("a\x00b \ud83d", "1", edited_at=datetime(2026, 3, 1, 7, 5, 9, 120, tzinfo=UTC), rating=3),
            post(none, "2", published_at=None, replied=True),
        ]
        kept = page(*odd, unreadable=[Unreadable("no id", "{}\x00", "3")], passed=4, gone=["did:x/"])
        self.be_behind(kept)
        found = ahead.first(self.source)
        assert found
        self.assertEqual(ahead.opened(found), replace(kept, posts=odd, cursor={}))

    def test_an_empty_page_is_not_kept(self) -> None:
        self.be_behind(page())
        self.assertEqual((ahead.first(self.source), self.source.behind_since), (None, None))

    def test_what_cannot_be_read_is_set_aside_when_it_is_stored(self) -> None:
        self.be_behind(page(post("Northfield")))
        done = self.poll(page(post("Northfield, I cannot breathe", "7", rating=9)))
        self.assertEqual((counts(done), Quarantined.objects.get().external_id), ((1, 0, 0, 0, 1), "7"))

    def test_a_removed_post_waits_for_its_turn(self) -> None:
        """It would be erased after its page, whatever it says."""
        self.be_behind(page(post("Northfield")))
        with mock.patch.object(ingest, "_work_off"):
            self.poll(page(post(CHEST, is_removed=True)))
        self.assertEqual((texts(), PageAhead.objects.count()), ([], 2))


class LivenessTests(SimpleTestCase):
    def test_a_source_whose_posts_are_stored_late_is_late(self) -> None:
        minute = timedelta(minutes=1)
        source = Source(poll_every=minute, last_success_at=NOW, created_at=NOW)
        for behind, state in (
            (0, Liveness.LIVE),
            (2, Liveness.LIVE),
            (3, Liveness.LATE),
            (90, Liveness.LATE),
        ):
            source.behind_since = NOW - behind * minute
            self.assertEqual((source.liveness(NOW), source.current_at), (state, NOW - behind * minute))


class PressingTests(SimpleTestCase):
    def test_it_is_true_of_all_that_must_not_wait(self) -> None:
        words = build_town(quiet=True).stream.words
        for text in map(words, range(2_000)):
            lane = SHIPPED.read(ToRead(text)).lane
            if lane.name in lanes.SAFETY or lane.level in lanes.URGENT_LEVELS:
                self.assertTrue(SHIPPED.is_pressing(ToRead(text)), text)

    def test_most_posts_may_wait(self) -> None:
        words = build_town(quiet=True).stream.words
        pressing = sum(SHIPPED.is_pressing(ToRead(words(number))) for number in range(1_000))
        self.assertLess(pressing, 150)
