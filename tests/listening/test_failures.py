from datetime import timedelta

from django.test import SimpleTestCase, TestCase, override_settings

from listening import ingest, vault
from listening.failures import backoff, limit
from listening.models import Poll, Source
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Forbidden,
    QuotaExhausted,
    RateLimited,
    SourceError,
    Unavailable,
)
from tests import base
from tests.base import NOW, post
from tests.listening.polling import HandClock, counts, owe, page, poll_once, texts


class WaitTests(SimpleTestCase):
    def test_it_waits_longer_each_time_and_never_over_15_minutes(self) -> None:
        waits = [backoff(failures, 0.0).total_seconds() for failures in range(1, 9)]
        self.assertEqual(waits, [30, 60, 120, 240, 480, 900, 900, 900])
        self.assertEqual(backoff(10_000, 1.0), timedelta(minutes=15))
        self.assertEqual(backoff(1, 1.0), timedelta(seconds=37.5))

    def test_a_limit_is_obeyed_within_reason(self) -> None:
        cases = [
            (None, timedelta(minutes=15)),
            (NOW - timedelta(hours=1), timedelta(minutes=15)),
            (NOW + timedelta(seconds=40), timedelta(seconds=40)),
            (NOW + timedelta(days=4000), timedelta(hours=24)),
        ]
        for retry_at, expected in cases:
            self.assertEqual(limit(retry_at, NOW), NOW + expected)


class FailedPollTests(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield")
        base.source(cursor={"at": 5})

    def failed(self, error: Exception) -> Source:
        done = poll_once(error)
        self.assertEqual(
            (done.state, done.finished_at, counts(done)), (Poll.State.FAILED, NOW, (0, 0, 0, 0, 0))
        )
        source = Source.objects.get()
        self.assertEqual((source.cursor, source.failures, source.last_success_at), ({"at": 5}, 1, None))
        self.assertEqual(source.last_error_kind, done.error_kind)
        return source

    def test_a_limit_keeps_the_source_quiet_until_its_end(self) -> None:
        until = NOW + timedelta(minutes=3)
        source = self.failed(RateLimited("Too many requests.", retry_at=until))
        self.assertEqual((source.limited_until, source.next_poll_at), (until, until))

    def test_refusal_pauses_the_source_with_the_reason(self) -> None:
        for error in (
            AuthFailed("The key is refused."),
            Forbidden("Not allowed."),
            QuotaExhausted("Used up."),
        ):
            Source.objects.update(failures=0, paused_reason="")
            source = self.failed(error)
            self.assertEqual(source.paused_reason, error.message)
            self.assertFalse(Source.objects.due(NOW + timedelta(days=9)).exists())

    def test_a_quota_that_says_when_it_is_filled_is_waited_for(self) -> None:
        source = self.failed(QuotaExhausted("Used up.", retry_at=NOW + timedelta(hours=2)))
        self.assertEqual((source.paused_reason, source.limited_until), ("", NOW + timedelta(hours=2)))

    def test_an_outage_is_tried_again_later_and_later(self) -> None:
        for error in (Unavailable("503"), BadPayload("HTML")):
            Source.objects.update(failures=0, next_poll_at=NOW)
            source = self.failed(error)
            wait = source.next_poll_at - NOW
            self.assertTrue(timedelta(seconds=30) <= wait <= timedelta(seconds=37.5), wait)

    def test_pages_stored_before_it_failed_stay(self) -> None:
        done = poll_once(page(post("Northfield, a"), cursor={"at": 6}, has_more=True), Unavailable("503"))
        self.assertEqual(
            (done.state, counts(done), texts()), (Poll.State.FAILED, (1, 0, 0, 0, 0), ["Northfield, a"])
        )
        self.assertEqual(Source.objects.get().cursor, {"at": 6})

    def test_the_unexpected_is_recorded_without_its_text_and_raised_again(self) -> None:
        owed = owe()
        with (
            base.registered(base.FakeSource(RuntimeError("Lark said: secret"))),
            self.assertRaises(RuntimeError),
        ):
            ingest.poll(owed.pk, clock=HandClock())
        owed.refresh_from_db()
        self.assertEqual((owed.state, owed.error_kind), (Poll.State.FAILED, "error"))
        self.assertNotIn("Lark", owed.error)
        self.assertGreater(Source.objects.get().next_poll_at, NOW)

    def test_secrets_of_another_key_pause_the_source(self) -> None:
        with override_settings(SECRET_KEY="the key before"):
            Source.objects.update(sealed_secrets=vault.seal({"key": "x"}))
        self.assertIn("SECRET_KEY", self.failed(SourceError("never asked")).paused_reason)
