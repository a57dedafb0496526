"""Yelp, over httpx: three excerpts, what it counts beyond them, and its two limits."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.sources import yelp
from listening.sources.contract import (
    BadPayload,
    Forbidden,
    Page,
    QuotaExhausted,
    Rate,
    RateLimited,
    Target,
)
from tests.listening.sources.cases import YELP
from tests.recorded import Exchange, answering, exchange, serving

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def listing(*ids: str, total: Any = None, business: str = "northfield-main") -> Exchange:
    reviews = [{"id": id, "text": id, "rating": 2, "time_created": "2026-11-20 00:41:13"} for id in ids]
    told = {} if total is None else {"total": total}
    return exchange(f"/v3/businesses/{business}/reviews", {"reviews": reviews, **told})


def gaps(*pages: Exchange) -> list[str]:
    with serving(pages) as server:
        read: list[Page] = []
        for _ in pages:
            read.append(YELP.fetch(server, read[-1].cursor if read else {}))
    return [page.gap for page in read]


class ReviewTests:
    def test_it_reads_stars_words_author_and_pacific_time(self) -> None:
        with serving(YELP.recording) as server:
            page = YELP.fetch(server)
        found = page.posts[0]
        assert (found.rating, found.kind, found.author_name) == (1, "review", "Ines V.")
        assert found.published_at == datetime(2026, 11, 20, 8, 41, 13, tzinfo=UTC)
        assert found.facility_hint == "northfield-main"
        assert page.posts[2].published_at is None

    @pytest.mark.parametrize(
        ("value", "at"),
        [
            ("2026-07-19 10:00:00", datetime(2026, 7, 19, 17, tzinfo=UTC)),
            ("2026-07-19T10:00:00Z", datetime(2026, 7, 19, 10, tzinfo=UTC)),
            ("0001-01-01 00:00:00", datetime(1, 1, 1, 7, 52, 58, tzinfo=UTC)),
            ("9999-12-31 23:59:59", None),
            ("soon", None),
            (1700000000, None),
            (None, None),
        ],
    )
    def test_a_time_without_a_zone_is_pacific(self, value: object, at: datetime | None) -> None:
        assert yelp.pacific(value) == at

    def test_a_business_is_no_way_to_another_address(self) -> None:
        with serving([]) as server, pytest.raises(Forbidden):
            YELP.fetch(server, businesses="../../x?y=")
        assert server.asked[0].path == "/v3/businesses/..%2F..%2Fx%3Fy%3D/reviews"

    def test_every_business_gets_its_turn(self) -> None:
        script = [listing("a", total=1), listing("b", total=1, business="northfield-west")]
        both = "northfield-main\nnorthfield-west"
        with serving(script) as server:
            first = YELP.fetch(server, businesses=both)
            second = YELP.fetch(server, first.cursor, businesses=both)
        assert [(page.posts[0].external_id, page.has_more) for page in (first, second)] == [
            ("a", True),
            ("b", False),
        ]
        assert set(second.cursor["parts"]) == {"northfield-main", "northfield-west"}

    def test_one_that_is_not_there_does_not_silence_the_others(self) -> None:
        with serving([listing("a", total=1)]) as server:
            first = YELP.fetch(server, businesses="closed\nnorthfield-main")
            second = YELP.fetch(server, first.cursor, businesses="closed\nnorthfield-main")
        assert first.gap.startswith("closed: ")
        assert second.posts[0].external_id == "a"

    @pytest.mark.parametrize("body", [[], {"reviews": {}}, {"error": {"code": "X"}}, {"total": 3}])
    def test_something_else_is_a_bad_payload(self, body: object) -> None:
        with serving([exchange(YELP.read, body)]) as server, pytest.raises(BadPayload):
            YELP.fetch(server)

    def test_it_takes_no_reply(self) -> None:
        with serving([]) as server, pytest.raises(Forbidden, match="Open the review"):
            YELP.adapter.reply(YELP.connection(server), Target("a"), "Sorry.")
        assert server.asked == []


class UnseenTests:
    def test_what_the_first_reading_does_not_show_is_said(self) -> None:
        (gap,) = gaps(listing("a", "b", "c", total=41))
        assert gap == (
            "Yelp shows 3 of 41 reviews of northfield-main. The other 38 are not seen here; look at its page."
        )

    @pytest.mark.parametrize(
        ("then", "said"),
        [
            (listing("a", "b", "c", total=41), ""),
            (listing("d", "a", "b", total=42), ""),
            (listing("a", "b", "c", total=42), "1 new one is not among them"),
            (listing("d", "a", "b", total=45), "3 new ones are not among them"),
            (listing("a", "b", "c", total=40), ""),
            (listing("a", "b", "c"), ""),
            (listing("a", "b", "c", total="many"), ""),
        ],
    )
    def test_growth_without_a_new_review_is_said(self, then: Exchange, said: str) -> None:
        _, gap = gaps(listing("a", "b", "c", total=41), then)
        assert said in gap
        assert bool(gap) == bool(said)

    def test_one_that_comes_back_is_not_new(self) -> None:
        told = gaps(listing("a", total=1), listing("b", total=2), listing("a", total=3))
        assert [bool(gap) for gap in told] == [False, False, True]


class LimitTests:
    def limited(self, code: str, **headers: str) -> Any:
        body = json.dumps({"error": {"code": code, "description": "no"}}).encode()
        with serving([]) as server:
            server.fault = answering(429, body, **headers)
            with pytest.raises((RateLimited, QuotaExhausted)) as caught:
                YELP.fetch(server)
        assert len(server.asked) == 1
        return caught.value

    def test_too_fast_is_over_soon(self) -> None:
        error = self.limited("TOO_MANY_REQUESTS_PER_SECOND")
        assert error.kind == "rate_limited"
        assert error.retry_at - datetime.now(UTC) < timedelta(minutes=2)

    def test_a_day_used_up_ends_when_yelp_says(self) -> None:
        ends_at = (datetime.now(UTC) + timedelta(hours=5)).replace(microsecond=0)
        error = self.limited("ACCESS_LIMIT_REACHED", ratelimit_resettime=ends_at.isoformat())
        assert (error.kind, error.retry_at) == ("quota_exhausted", ends_at)

    @pytest.mark.parametrize("said", ["", "soon", "2001-01-01T00:00:00Z", "9999-01-01T00:00:00Z"])
    def test_a_day_used_up_ends_within_a_day_whatever_it_says(self, said: str) -> None:
        error = self.limited("ACCESS_LIMIT_REACHED", ratelimit_resettime=said)
        assert timedelta(0) < error.retry_at - datetime.now(UTC) <= timedelta(hours=24)

    @pytest.mark.parametrize(
        ("headers", "rate"),
        [
            ({}, Rate()),
            (
                {"ratelimit-remaining": "288", "ratelimit-resettime": "2026-11-22T00:00:00+00:00"},
                Rate(288, datetime(2026, 11, 22, tzinfo=UTC)),
            ),
            ({"ratelimit-remaining": "-3", "ratelimit-resettime": "1999-11-22T00:00:00+00:00"}, Rate(0)),
            ({"ratelimit-remaining": "nan", "ratelimit-resettime": "soon"}, Rate()),
        ],
    )
    def test_what_is_left_is_read_from_the_headers(self, headers: dict[str, str], rate: Rate) -> None:
        assert yelp.rate(headers, NOW) == rate
