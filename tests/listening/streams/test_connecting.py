from datetime import timedelta

import pytest

from listening.models import Source
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Forbidden,
    RateLimited,
    SourceError,
    Unavailable,
)
from listening.sources.push import Closed, TooLarge
from listening.streams import connecting
from listening.streams.connecting import Step, Times, next_step
from tests.base import NOW

SILENCE = timedelta(seconds=30)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


class NextStepTests:
    @pytest.mark.parametrize(
        ("heard", "looked", "turned", "is_due", "is_stopping", "step"),
        [
            (0, 0, 0, False, False, Step.READ),
            (4.9, 4.9, 59, False, False, Step.READ),
            (0, 0, 0, True, False, Step.STORE),
            (0, 5, 0, False, False, Step.LOOK),
            (0, 5, 0, True, False, Step.STORE),
            (0, 9, 60, True, False, Step.TURN),
            (29, 1, 1, False, False, Step.READ),
            (30, 1, 1, False, False, Step.HANG_UP),
            (30, 6, 1, False, False, Step.LOOK),
            (40, 40, 70, True, True, Step.STOP),
        ],
    )
    def test_it_is_the_most_pressing(
        self, heard: float, looked: float, turned: float, is_due: bool, is_stopping: bool, step: Step
    ) -> None:
        times = Times(NOW, NOW - seconds(heard), NOW - seconds(looked), NOW - seconds(turned))
        assert next_step(times, NOW, silence=SILENCE, is_due=is_due, is_stopping=is_stopping) is step


class ComingBackTests:
    @pytest.mark.parametrize(
        ("failed", "jitter", "wait"), [(1, 0, 0.5), (1, 1, 1), (2, 1, 2), (5, 0, 8), (7, 1, 60), (500, 1, 60)]
    )
    def test_the_wait_doubles_to_a_minute(self, failed: int, jitter: float, wait: float) -> None:
        assert connecting.wait(failed, jitter) == seconds(wait)

    @pytest.mark.parametrize(
        ("error", "lived", "is_none"),
        [
            (Closed("1012"), 5, True),
            (Closed("1000"), 4, False),  # one that is closed at once, again and again, is not hurried back to
            (Unavailable("lost"), 500, False),
        ],
    )
    def test_a_network_that_restarts_has_not_failed(
        self, error: SourceError, lived: float, is_none: bool
    ) -> None:
        assert connecting.is_no_failure(error, seconds(lived)) is is_none

    @pytest.mark.parametrize(
        ("error", "failed", "gives_up"),
        [(TooLarge("x"), 1, False), (TooLarge("x"), 2, True), (BadPayload("x"), 9, False)],
    )
    def test_what_is_too_large_is_stepped_over_the_third_time(
        self, error: SourceError, failed: int, gives_up: bool
    ) -> None:
        assert connecting.begins_anew(error, failed) is gives_up


class ConsequencesTests:
    def test_a_loss_waits_by_our_own_rule(self) -> None:
        source = Source(kind="fake", next_poll_at=NOW - seconds(300), failures=2)
        fields = connecting.consequences(source, Unavailable("Lost."), NOW, jitter=1)
        assert fields == {
            "failures": 3,
            "last_error": "Lost.",
            "last_error_kind": "unavailable",
            "next_poll_at": NOW + seconds(4),
        }

    @pytest.mark.parametrize(
        ("asked", "given"),
        [(seconds(120), seconds(120)), (None, timedelta(minutes=15)), (timedelta(days=9), timedelta(days=1))],
    )
    def test_a_limit_is_obeyed(self, asked: timedelta | None, given: timedelta) -> None:
        source = Source(kind="fake", next_poll_at=NOW)
        error = RateLimited("Slow down.", retry_at=NOW + asked if asked else None)
        fields = connecting.consequences(source, error, NOW, jitter=0)
        assert fields["limited_until"] == fields["next_poll_at"] == NOW + given

    def test_a_network_that_says_when_it_is_back_is_believed_for_a_day(self) -> None:
        source = Source(kind="fake", next_poll_at=NOW)
        error = Unavailable("Down.", retry_at=NOW + timedelta(days=40))
        fields = connecting.consequences(source, error, NOW, jitter=0)
        assert fields["next_poll_at"] == NOW + timedelta(days=1)

    @pytest.mark.parametrize("error", [AuthFailed("No key."), Forbidden("Not yours.")])
    def test_what_needs_a_person_stops_it(self, error: SourceError) -> None:
        source = Source(kind="fake", next_poll_at=NOW)
        assert connecting.consequences(source, error, NOW, jitter=0)["paused_reason"] == error.message
