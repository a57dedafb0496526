"""When to come back: pure decisions, as tables."""

from datetime import UTC, datetime, timedelta

import pytest

from listening.sources.answers import rate, retry_at

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
EPOCH = NOW.timestamp()
QUARTER, DAY = timedelta(minutes=15), timedelta(hours=24)


class RetryTests:
    @pytest.mark.parametrize(
        ("headers", "wait"),
        [
            ({}, None),
            ({"retry-after": "30"}, timedelta(seconds=30)),
            ({"retry-after": "0"}, QUARTER),
            ({"retry-after": "-1"}, QUARTER),
            ({"retry-after": "1000000000"}, DAY),
            ({"retry-after": "1e400"}, None),
            ({"retry-after": "nan"}, None),
            ({"retry-after": "soon"}, None),
            ({"retry-after": "Fri, 20 Nov 2026 12:05:00 GMT"}, timedelta(minutes=5)),
            ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, QUARTER),
            ({"retry-after": "Wed, 99 Oct 2015 07:28:00 GMT"}, None),
            ({"x-rate-limit-reset": str(EPOCH + 90)}, timedelta(seconds=90)),
            ({"x-rate-limit-reset": "0"}, QUARTER),
            ({"x-rate-limit-reset": "1000000000"}, QUARTER),
            ({"x-rate-limit-reset": "9" * 30}, DAY),
            ({"x-ratelimit-reset": "100.5"}, timedelta(seconds=100.5)),
            ({"x-ratelimit-reset": "100000000"}, DAY),
            ({"x-ratelimit-reset": "2026-11-20T12:04:00.000Z"}, timedelta(minutes=4)),
            ({"x-ratelimit-reset": "2015-11-20T12:04:00.000Z"}, QUARTER),
            ({"x-ratelimit-reset": "9999-12-31T23:59:59Z"}, DAY),
            ({"ratelimit-reset": str(EPOCH + 120)}, timedelta(seconds=120)),
            ({"ratelimit-reset": "-1"}, QUARTER),
            ({"x-rate-limit-reset": "junk", "retry-after": "40"}, timedelta(seconds=40)),
        ],
    )
    def test_it_keeps_what_is_believable_and_bounds_the_rest(
        self, headers: dict[str, str], wait: timedelta | None
    ) -> None:
        assert retry_at(headers, NOW) == (None if wait is None else NOW + wait)


class RateTests:
    @pytest.mark.parametrize(
        ("headers", "remaining", "reset_at"),
        [
            ({}, None, None),
            (
                {"x-rate-limit-remaining": "4", "x-rate-limit-reset": str(EPOCH + 9)},
                4,
                NOW + timedelta(seconds=9),
            ),
            ({"x-ratelimit-remaining": "95.0", "x-ratelimit-reset": "300"}, 95, NOW + timedelta(minutes=5)),
            (
                {"x-ratelimit-remaining": "298", "x-ratelimit-reset": "2026-11-20T12:04:00Z"},
                298,
                NOW + timedelta(minutes=4),
            ),
            (
                {"ratelimit-remaining": "2998", "ratelimit-reset": str(EPOCH + 9)},
                2998,
                NOW + timedelta(seconds=9),
            ),
            ({"x-rate-limit-remaining": "many", "x-rate-limit-reset": "0"}, None, None),
        ],
    )
    def test_it_leaves_out_what_nobody_can_believe(
        self, headers: dict[str, str], remaining: int | None, reset_at: datetime | None
    ) -> None:
        found = rate(headers, NOW)
        assert (found.remaining, found.reset_at) == (remaining, reset_at)
