"""X's filtered stream: its rules, what it tells, how it ends; also against the sandbox."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from listening.queries.parsing import parse
from listening.sources import adapter_for, listened, pushing, x_rules
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Connection,
    Forbidden,
    Listening,
    Post,
    QuotaExhausted,
    RateLimited,
    SourceError,
    Unavailable,
)
from listening.sources.push import Closed, Told
from listening.sources.x_stream import OVERLAP, XStream
from sandbox.serving import running_sandbox
from tests.recorded import Exchange, exchange, serving
from tests.sandbox.base import control, inject

adapter = XStream()
QUERIES = (Listening(1, parse("Northfield")), Listening(2, parse('"waiting room" NOT paint')))
CONNECTION = Connection({"own_handle": "@northfieldcare"}, {"bearer_token": "key"})
RULES, STREAM = "/2/tweets/search/stream/rules", "/2/tweets/search/stream"
NOW = 1_900_000_000_000_000_000
WANTED = [f"(Northfield){x_rules.NO_REPOSTS}"]


def told(item: dict[str, Any] | bytes, cursor: dict[str, Any] | None = None) -> Told:
    message = item if isinstance(item, bytes) else json.dumps(item).encode()
    found = adapter.tell(CONNECTION, message, cursor or {})
    assert found is not None
    return found


def tweet(id: int = NOW, **fields: Any) -> dict[str, Any]:
    users = [
        {"id": "11", "username": "ines_vale", "name": "Ines"},
        {"id": "13", "username": "NorthfieldCare"},
    ]
    data = {"id": str(id), "text": "Northfield is slow", "author_id": "11", **fields}
    return {"data": data, "includes": {"users": users}, "matching_rules": [{"id": "1", "tag": "murmur"}]}


def since(**parts: int) -> dict[str, Any]:
    return {"parts": {key: {"since_id": str(id)} for key, id in parts.items()}}


class TellingTests:
    def test_a_post(self) -> None:
        post = told(tweet()).post
        assert isinstance(post, Post)
        assert (post.external_id, post.text, post.network) == (str(NOW), "Northfield is slow", "x")
        assert post.author_handle == "ines_vale"

    def test_an_edit_belongs_to_its_first_version(self) -> None:
        chain = [str(NOW - 9), str(NOW)]
        post = told(tweet(edit_history_tweet_ids=chain, created_at="2026-11-20T10:00:00Z")).post
        assert post
        assert (post.external_id, post.edited_at is not None) == (str(NOW - 9), True)

    def test_our_own_post_only_moves_the_cursor(self) -> None:
        found = told(tweet(author_id="13"), since(a=1))
        assert (found.post, found.cursor) == (None, since(a=NOW - OVERLAP))

    def test_each_search_follows_two_minutes_behind_and_never_goes_back(self) -> None:
        assert told(tweet(), since(a=5, b=NOW)).cursor == since(a=NOW - OVERLAP, b=NOW)
        begun = {"parts": {"a": {"asked_at": "2026-11-20T10:00:00Z"}}}
        assert told(tweet(), begun).cursor == since(a=NOW - OVERLAP)
        for odd in ("x", "9" * 400, "\u0663"):
            assert told({"data": {"id": odd, "text": "a"}}, since(a=5)).cursor == since(a=5)

    @pytest.mark.parametrize(
        "message",
        [
            *(b"null", b"17", b"[]", b"{", b"<html>", b"[" * 100_000, b"{}", b'{"data": null}'),
            *(b'{"data": {}}', b'{"data": {"id": "1", "text": 3}}', b'{"errors": 3}'),
            b'{"data": [], "includes": 3}',
        ],
        ids=lambda message: message[:20].decode(),
    )
    def test_what_is_no_post_is_set_aside(self, message: bytes) -> None:
        found = told(message, since(a=5))
        assert found.unreadable
        assert (found.post, found.cursor) == (None, since(a=5))

    def test_a_post_beside_an_error_is_a_post(self) -> None:
        assert told({**tweet(), "errors": [{"title": "Not Found Error"}]}).post

    @pytest.mark.parametrize(
        ("error", "kind"),
        [
            ({"title": "operational-disconnect", "disconnect_type": "UpstreamOperationalDisconnect"}, Closed),
            ({"type": "https://api.twitter.com/2/problems/operational-disconnect"}, Closed),
            ({"title": "UsageCapExceeded"}, QuotaExhausted),
            ({"title": "ConnectionException", "connection_issue": "TooManyConnections"}, Unavailable),
            ({"title": "Something new"}, Unavailable),
            ("odd", Unavailable),
        ],
    )
    def test_a_message_may_end_it(self, error: Any, kind: type[SourceError]) -> None:
        with pytest.raises(SourceError) as met:
            told({"errors": [error]})
        assert type(met.value) is kind


class RuleTests:
    def opening(self, *exchanges: Exchange, queries: Any = QUERIES[:1]) -> list[Any]:
        with serving(exchanges) as server:
            connection = Connection({"api_url": server.url}, {"bearer_token": "key"}, may_reach_private=True)
            opening = adapter.opening(connection, queries, {})
            assert opening.address.startswith(f"{server.url}{STREAM}?tweet.fields=created_at")
        return [json.loads(call.body) for call in server.calls() if call.method == "POST"]

    def standing(self, *rules: dict[str, str]) -> Exchange:
        return exchange(RULES, {"data": list(rules), "meta": {}} if rules else {"meta": {}})

    def changed(self, **answer: Any) -> Exchange:
        return exchange(RULES, {"meta": {}, **answer}, status=201, method="POST")

    def test_rules_are_made_of_the_watchlists_within_their_length(self) -> None:
        queries = [Listening(n, parse(f'"facility{n:03} {"word " * 20}"')) for n in range(30)]
        rules = x_rules.written(queries)
        assert 2 < len(rules) < 6
        assert all(len(rule) <= 1024 and rule.endswith(") -is:retweet") for rule in rules)
        assert x_rules.written(QUERIES[:1]) == WANTED

    def test_only_what_is_missing_is_added_and_only_ours_is_taken_away(self) -> None:
        ours = {"id": "1", "value": "(Southfield) -is:retweet", "tag": "murmur"}
        others = {"id": "2", "value": "cats", "tag": "another program"}
        asked = self.opening(self.standing(ours, others), self.changed())
        assert asked == [
            {"delete": {"ids": ["1"]}},
            {"add": [{"value": WANTED[0], "tag": "murmur"}]},
        ]

    def test_rules_that_stand_are_left_alone(self) -> None:
        assert self.opening(self.standing({"id": "1", "value": WANTED[0], "tag": "murmur"})) == []

    def test_a_rule_that_is_there_already_is_as_good(self) -> None:
        double = [{"title": "DuplicateRule", "value": WANTED[0]}]
        assert self.opening(self.standing(), self.changed(errors=double))

    @pytest.mark.parametrize("errors", [[{"title": "UnprocessableEntity"}], [None], "no"])
    def test_a_rule_that_is_not_taken_is_said(self, errors: Any) -> None:
        with pytest.raises(BadPayload):
            self.opening(self.standing(), self.changed(errors=errors))

    @pytest.mark.parametrize("body", [[], 17, {"data": 3}, {"data": [None]}, {"data": [{"value": "a"}]}])
    def test_a_list_of_rules_that_is_none_is_told_apart(self, body: Any) -> None:
        with pytest.raises(BadPayload):
            self.opening(exchange(RULES, body))

    def test_without_a_watchlist_nothing_is_asked(self) -> None:
        with pytest.raises(Unavailable, match="No watchlist"):
            self.opening(queries=())

    def test_what_the_plan_has_no_room_for_is_said(self) -> None:
        queries = [Listening(n, parse(f'"facility{n:03} {"word " * 20}"')) for n in range(30)]
        few = Connection({"most_rules": 1}, {"bearer_token": "key"})
        assert len(adapter.asked(few, queries)) == 1
        with serving([exchange("/2/tweets/search/recent", {"data": [], "meta": {}})]) as server:
            there = Connection({"most_rules": 1, "api_url": server.url}, few.secrets, may_reach_private=True)
            assert "more rules" in adapter.fill(there, queries, {}).gap


# -- Against the sandbox -----------------------------------------------------------------------


class There:
    def __init__(self, url: str) -> None:
        self.url = url
        options = {"api_url": url, "own_handle": "NorthfieldHlth", "backfill_hours": 2}
        self.connection = Connection(options, {"bearer_token": "key"}, may_reach_private=True, seconds=3)

    def opened(self, queries: Any = QUERIES) -> listened.OpenStream:
        self.at_rest()
        return listened.opened(adapter, self.connection, queries, {})

    def at_rest(self) -> None:
        """X tells one at a time, and notices late that one is gone."""
        ends = time.monotonic() + 5
        while httpx.get(f"{self.url}/_sandbox/streams").json()["open"]["x"] and time.monotonic() < ends:
            time.sleep(0.05)

    def told(self, stream: listened.OpenStream, count: int, *, within: float = 8) -> list[str]:
        ends, found = time.monotonic() + within, list[str]()
        while len(found) < count and time.monotonic() < ends:
            for message in stream.read(0.05) or ():
                said = adapter.tell(self.connection, message, {})
                found += [said.post.external_id] if said and said.post else []
        return found


@pytest.fixture(scope="module")
def there() -> Iterator[There]:
    with running_sandbox(quiet=True) as url:
        yield There(url)


class StreamTests:
    def test_it_hears_what_the_rules_find(self, there: There) -> None:
        stream = there.opened()
        inject(there.url, "x", "nothing about it")
        one = inject(there.url, "x", "Northfield is slow")
        two = inject(there.url, "x", "paint the waiting room")
        three = inject(there.url, "x", "a full waiting room")
        found = there.told(stream, 2)
        stream.close()
        assert found == [one, three]
        assert two not in found

    def test_what_was_said_before_is_found_by_search(self, there: There) -> None:
        made = {inject(there.url, "x", f"Northfield before {n}") for n in range(5)}
        page = adapter.fill(there.connection, QUERIES, {})
        assert made <= {post.external_id for post in page.posts}
        assert {post.network for post in page.posts} == {"x"}

    @pytest.mark.parametrize(
        ("order", "kind"),
        [
            ({"do": "close"}, Closed),
            ({"do": "drop"}, Unavailable),
            ({"do": "raw", "text": '{"errors": [{"title": "operational-disconnect"}]}\r\n'}, Closed),
        ],
    )
    def test_its_end_says_why(self, there: There, order: dict[str, str], kind: type[SourceError]) -> None:
        stream = there.opened()
        control(there.url, "streams", {"network": "x", **order})
        with pytest.raises(SourceError) as met:
            there.told(stream, 1)
        stream.close()
        assert type(met.value) is kind

    def test_a_second_listener_is_told_that_there_is_one(self, there: There) -> None:
        stream = there.opened()
        with pytest.raises(Unavailable, match="one listener"):
            listened.opened(adapter, there.connection, QUERIES, {})
        stream.close()

    @pytest.mark.parametrize(
        ("route", "fault", "kind"),
        [
            ("x.stream", "429", RateLimited),
            ("x.rules", "429-no-reset", RateLimited),
            ("x.stream", "401", AuthFailed),
            ("x.rules", "402", QuotaExhausted),
            ("x.stream", "403", Forbidden),
            ("x.stream", "503", Unavailable),
            ("x.stream", "html", BadPayload),
            ("x.rules", "html", BadPayload),
            ("x.rules", "truncated", BadPayload),
        ],
    )
    def test_a_refusal_at_the_door_is_told_apart(
        self, there: There, route: str, fault: str, kind: type[SourceError]
    ) -> None:
        there.at_rest()
        control(there.url, "faults", {"route": route, "fault": fault, "times": 1})
        with pytest.raises(kind):
            there.opened()

    def test_it_is_listened_to_and_not_polled(self) -> None:
        assert isinstance(adapter_for("x_stream"), XStream)
        assert "x_stream" in pushing()
