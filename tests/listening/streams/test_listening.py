from datetime import timedelta
from unittest import mock

from django.db import OperationalError, connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from listening import leases, storing, sweep
from listening.care import STOPPED_THE_READER
from listening.models import Mention, Poll, Quarantined, Source
from listening.signals import mentions_stored
from listening.sources.contract import AuthFailed, RateLimited, SourceError, Unavailable
from listening.sources.push import Closed, TooLarge
from listening.streams import stretches
from tests import base
from tests.listening.polling import counts, texts
from tests.listening.streams.scripted import Script, follow, once, said, scripted, source

OURS = "Northfield was rude"


class StreamCase(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield")
        self.source = source()

    def stored(self) -> Source:
        self.source.refresh_from_db()
        return self.source


class StoringTests(StreamCase):
    def test_it_stores_what_a_query_finds_and_counts_the_rest(self) -> None:
        follow([said(1, OURS), said(2, "a cat"), said(3, "a dog")])
        poll = Poll.objects.get()
        assert (counts(poll), poll.state, poll.error) == ((1, 0, 0, 2, 0), Poll.State.DONE, "")
        assert (texts(), self.stored().cursor) == ([OURS], {"seq": 3})

    def test_what_nobody_wants_costs_no_query(self) -> None:
        follow([said(1, "a cat")])
        with CaptureQueriesContext(connection) as one:
            follow([said(2, "a cat")])
        with CaptureQueriesContext(connection) as many:
            follow([said(n, "a cat") for n in range(3, 1000)])
        assert len(many) == len(one)
        assert counts(Poll.objects.first() or Poll()) == (0, 0, 0, 997, 0)

    def test_the_cursor_moves_in_the_transaction_that_stores(self) -> None:
        with (
            mock.patch.object(storing, "_mentions", side_effect=OperationalError),
            self.assertRaises(OperationalError),
        ):
            follow([said(1, OURS)])
        assert (self.stored().cursor, Mention.objects.count()) == ({}, 0)
        assert Poll.objects.get().fetched == 0

    def test_it_resumes_where_it_stood_and_stores_nothing_twice(self) -> None:
        follow([said(1, OURS)])
        script = follow([said(1, OURS), said(2, f"{OURS} again")])
        assert script.openings == ["1"]
        assert texts() == [OURS, f"{OURS} again"]

    def test_an_edit_is_taken_over_and_kept_where_it_no_longer_matches(self) -> None:
        follow([said(1, OURS, id="at://ann/1")])
        follow([said(2, "Never mind", id="at://ann/1", edited=True), said(3, "a cat", edited=True)])
        assert texts() == ["Never mind"]
        assert counts(Poll.objects.first() or Poll()) == (0, 1, 0, 1, 0)

    def test_what_is_deleted_is_erased(self) -> None:
        follow([said(1, OURS, id="at://ann/1"), said(2, OURS, id="at://bob/1")])
        follow([said(3, id="at://ann/1", gone_post=True), said(4, id="at://eve/9", gone_post=True)])
        assert list(Mention.objects.order_by("external_id").values_list("text", "is_gone")) == [
            ("", True),
            (OURS, False),
        ]

    def test_what_is_deleted_before_it_was_stored_never_is(self) -> None:
        follow([said(1, OURS, id="at://ann/1"), said(2, id="at://ann/1", gone_post=True)])
        assert (texts(), counts(Poll.objects.get())) == ([], (0, 0, 1, 1, 0))

    def test_all_of_an_author_who_is_gone_is_erased(self) -> None:
        follow([said(n, OURS, id=f"at://{who}/{n}") for n, who in enumerate(("ann", "ann", "anna"), 1)])
        follow([said(4, gone="at://ann/")])
        assert sorted(texts()) == ["", "", OURS]
        assert not Mention.objects.filter(is_gone=True, author__isnull=False).exists()

    def test_what_cannot_be_read_is_set_aside(self) -> None:
        follow([said(1, odd="it is odd"), said(2, OURS)])
        assert counts(Poll.objects.get()) == (1, 0, 0, 0, 1)
        assert Quarantined.objects.get().reason == "it is odd"

    def test_a_network_of_which_nothing_can_be_read_is_left(self) -> None:
        follow([said(n, odd="it is odd") for n in range(1, 400)])
        assert self.stored().last_error_kind == "bad_payload"

    def test_urgent_posts_ring_as_they_do_from_polls(self) -> None:
        rung: list[list[int]] = []

        def hear(*, urgent_ids: list[int], **_: object) -> None:
            rung.append(urgent_ids)

        mentions_stored.connect(hear)
        self.addCleanup(mentions_stored.disconnect, hear)
        with self.captureOnCommitCallbacks(execute=True):
            follow([said(1, "I am in the Northfield ER and I can't breathe, nobody is coming")])
        assert rung == [[Mention.objects.get().pk]]

    def test_a_watchlist_that_changes_is_heeded_within_seconds(self) -> None:
        with scripted([said(1, "a cat")], *[None] * 6, [said(2, "another cat")]) as script:
            read = script.read

            def reading(seconds: float) -> list[bytes] | None:
                if len(script.answers) == 6:
                    base.watchlist("cat", name="Cats")
                return read(seconds)

            script.read = reading  # type: ignore[method-assign]
            once(script)
        assert texts() == ["another cat"]


class EndingTests(StreamCase):
    def ended(self, error: SourceError, *before: list[bytes] | None) -> Script:
        return follow(*before, error)

    def test_what_was_told_before_a_loss_is_stored(self) -> None:
        self.ended(Unavailable("Lost."), [said(1, OURS)])
        stored = self.stored()
        assert (texts(), stored.cursor, stored.failures) == ([OURS], {"seq": 1}, 1)
        poll = Poll.objects.get()
        assert (poll.state, poll.error, counts(poll)) == (Poll.State.FAILED, "Lost.", (1, 0, 0, 0, 0))

    def test_a_network_that_restarts_is_come_back_to(self) -> None:
        self.ended(Closed("Restarting."), *[[said(n)] for n in range(1, 9)])
        stored = self.stored()
        assert (stored.failures, stored.last_error, Poll.objects.get().state) == (0, "", Poll.State.DONE)
        assert stored.next_poll_at - base.NOW < timedelta(seconds=11)

    def test_one_that_closes_at_once_is_not_hurried_back_to(self) -> None:
        for failed in range(1, 4):
            Source.objects.update(next_poll_at=base.NOW)
            self.ended(Closed("Restarting."), [said(failed)])
            assert self.stored().failures == failed

    def test_a_connection_that_holds_clears_what_failed(self) -> None:
        Source.objects.update(failures=3, last_error="Lost.", last_error_kind="unavailable")
        follow(*[[said(n)] for n in range(1, 9)])
        stored = self.stored()
        assert (stored.failures, stored.last_error) == (0, "")
        assert stored.last_success_at is not None
        assert stored.liveness(stored.last_success_at + timedelta(seconds=20)) == "live"

    def test_silence_is_a_dead_connection(self) -> None:
        follow([said(1)], *[None] * 40)
        assert self.stored().last_error == "Pushing fell silent."

    def test_an_open_line_is_no_sign_of_life(self) -> None:
        Source.objects.update(failures=3, last_error="Lost.")
        follow(*[None] * 40)
        stored = self.stored()
        assert (stored.last_success_at, stored.failures) == (None, 4)

    def test_a_limit_a_key_and_a_crash_are_those_of_polls(self) -> None:
        until = base.NOW + timedelta(minutes=20)
        follow(refusals=[RateLimited("Slow.", retry_at=until)])
        assert self.stored().limited_until == until
        assert not stretches.may_begin(self.source, base.NOW + timedelta(minutes=19))
        assert stretches.may_begin(self.source, until)
        follow(refusals=[AuthFailed("No key.")])
        assert self.stored().paused_reason == "No key."

    def test_a_cursor_that_is_too_old_is_given_up_and_said(self) -> None:
        Source.objects.update(cursor={"seq": 5})
        with scripted([said(90, OURS)], refusals=[Unavailable("Old.", raw="TooOld")]) as script:
            once(script)
            assert (self.stored().cursor, self.stored().gap) == ({}, "Posts after 5 may be missing.")
            script.clock.move(seconds=1)
            once(script)
        assert (script.openings, texts()) == (["5", ""], [OURS])
        assert self.stored().gap == "Posts after 5 may be missing."

    def test_what_is_too_large_is_stepped_over_the_third_time(self) -> None:
        Source.objects.update(cursor={"seq": 5})
        for _ in range(3):
            Source.objects.update(next_poll_at=base.NOW)
            self.ended(TooLarge("Too large."))
        assert (self.stored().cursor, self.stored().gap) == ({}, "Posts after 5 may be missing.")

    def test_a_source_that_is_paused_is_let_go(self) -> None:
        with scripted(*[[said(n)] for n in range(1, 30)]) as script:
            read = script.read

            def reading(seconds: float) -> list[bytes] | None:
                Source.objects.update(paused_reason="Paused by Ada.")
                return read(seconds)

            script.read = reading  # type: ignore[method-assign]
            once(script)
            assert script.answers
            assert script.is_closed
        assert not Poll.objects.unfinished().exists()


class StretchTests(StreamCase):
    def test_a_row_lasts_a_minute_and_the_next_follows(self) -> None:
        follow([said(1, OURS)], *[[said(n, "a cat")] for n in range(2, 66)], [said(66, OURS)])
        rows = list(Poll.objects.order_by("slot"))
        assert [row.inserted for row in rows] == [1, 1]
        assert sum(row.fetched for row in rows) == 66
        assert {row.state for row in rows} == {Poll.State.DONE}

    def test_nobody_else_comes_in_while_it_is_held(self) -> None:
        with scripted() as script:
            held = stretches.take(self.source, script.clock())
            assert held
            assert stretches.take(self.source, script.clock()) is None
            leases.let_go(held.poll_id)
            assert stretches.take(self.source, script.clock() + timedelta(seconds=1))

    def test_no_worker_touches_it(self) -> None:
        with scripted() as script:
            held = stretches.take(self.source, script.clock())
            assert held
            leases.let_go(held.poll_id)
            later = script.clock() + timedelta(minutes=5)
            assert (sweep.forgotten(later), sweep.open_due(later)) == ([], [])

    def test_a_post_that_kills_its_reader_is_set_aside_the_third_time(self) -> None:
        """As after a kill: the row is still running, and says at what its last two readers died."""
        poison = said(2, "harmless to look at", id="at://eve/2")
        Poll.objects.create(
            source=self.source,
            slot=base.NOW,
            state=Poll.State.RUNNING,
            attempts=3,
            suspect="2 at://eve/2",
            lease_token="dead",
            lease_until=base.NOW + timedelta(seconds=9),
        )
        follow([said(1, OURS), poison, said(3, f"{OURS} again")])
        assert texts() == [OURS, f"{OURS} again"]
        assert Quarantined.objects.get().reason == STOPPED_THE_READER
