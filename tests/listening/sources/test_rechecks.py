"""What became of stored posts, asked of X and Reddit through their real clients."""

from contextlib import suppress
from typing import Any

import pytest

from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Fate,
    QuotaExhausted,
    RateLimited,
    Rechecks,
    SourceError,
    Unavailable,
)
from tests.listening.sources.cases import REDDIT, Case, X
from tests.recorded import Exchange, answering, exchange, serving

X_PATH, REDDIT_PATH = "/2/tweets", "/api/info/"
FIRST, SECOND, GONE, CLOSED, ODD = "1790000000000000100", "1790000000000000200", "3", "4", "5"


def looked_up(case: Case, ids: list[str], *exchanges: Exchange) -> dict[str, Fate]:
    assert isinstance(case.adapter, Rechecks)
    with serving(exchanges) as server:
        found = case.adapter.recheck(case.connection(server), ids)
        assert len(server.calls()) == 1
        (name,) = {"ids", "id"} & server.calls()[0].query.keys()
        assert server.calls()[0].query[name] == ",".join(ids)
    return found


def tweet(id: str, text: str, *chain: str) -> dict[str, Any]:
    return {"id": id, "text": text, "author_id": "11", "edit_history_tweet_ids": [*chain, id]}


def problem(id: str, kind: str) -> dict[str, str]:
    return {"value": id, "title": "No", "type": f"https://api.twitter.com/2/problems/{kind}"}


def thing(name: str, **data: Any) -> dict[str, Any]:
    kind = name[:2]
    words = {"body": "said"} if kind == "t1" else {"title": "Title", "selftext": "said"}
    return {"kind": kind, "data": {"name": name, "author": "rosa_wren", "edited": False, **words, **data}}


def listing(*things: Any) -> Exchange:
    return exchange(REDDIT_PATH, {"kind": "Listing", "data": {"children": list(things), "after": None}})


class XTests:
    def test_each_fate_is_told(self) -> None:
        body = {
            "data": [tweet(FIRST, "Still here"), tweet(SECOND, "Newer words", "1790000000000000150")],
            "errors": [
                problem(GONE, "resource-not-found"),
                problem(CLOSED, "not-authorized-for-resource"),
                problem(ODD, "something-new"),
                "no object",
            ],
        }
        ids = [FIRST, "1790000000000000150", GONE, CLOSED, ODD]
        found = looked_up(X, ids, exchange(X_PATH, body))
        names = {key: fate.name for key, fate in found.items()}
        assert names == {
            FIRST: "live",
            "1790000000000000150": "edited",
            GONE: "deleted",
            CLOSED: "protected",
            ODD: "unknown",
        }
        edited = found["1790000000000000150"].post
        assert edited is not None
        assert (edited.external_id, edited.text) == ("1790000000000000150", "Newer words")

    def test_all_may_be_gone(self) -> None:
        body = {"errors": [problem(GONE, "resource-not-found")]}
        assert looked_up(X, [GONE], exchange(X_PATH, body)) == {GONE: Fate("deleted")}

    def test_what_is_shown_is_there_whatever_else_is_said(self) -> None:
        body = {"data": [tweet(FIRST, "Here")], "errors": [problem(FIRST, "resource-not-found")]}
        assert looked_up(X, [FIRST], exchange(X_PATH, body))[FIRST].name == "live"

    @pytest.mark.parametrize("body", [[], {}, {"data": None}, {"data": "x"}, {"errors": 3}, 7, None])
    def test_an_answer_that_is_none_deletes_nothing(self, body: Any) -> None:
        with pytest.raises(BadPayload):
            looked_up(X, [FIRST], exchange(X_PATH, body))

    @pytest.mark.parametrize("item", [None, 3, "x", [], {}, {"id": FIRST}, {"id": FIRST, "text": 4}])
    def test_an_odd_item_is_unknown(self, item: Any) -> None:
        found = looked_up(X, [FIRST], exchange(X_PATH, {"data": [item]}))
        assert {fate.name for fate in found.values()} <= {"unknown"}


class RedditTests:
    def test_each_fate_is_told(self) -> None:
        things = [
            thing("t1_a"),
            thing("t1_b", body="[deleted]", author="[deleted]"),
            thing("t3_c", selftext="[removed]"),
            thing("t3_d", selftext="", removed_by_category="moderator"),
            thing("t1_e", edited=1790000000.0, body="newer words"),
            thing("t1_other", body="[deleted]"),
        ]
        found = looked_up(REDDIT, ["t1_a", "t1_b", "t3_c", "t3_d", "t1_e", "t1_f"], listing(*things))
        names = {key: fate.name for key, fate in found.items()}
        assert names == {
            "t1_a": "live",
            "t1_b": "deleted",
            "t3_c": "deleted",
            "t3_d": "deleted",
            "t1_e": "edited",
        }
        assert found["t1_e"].post is not None
        assert found["t1_e"].post.text == "newer words"

    @pytest.mark.parametrize("body", [{}, [], {"kind": "Listing"}, {"data": {"children": None}}, 3])
    def test_an_answer_that_is_none_deletes_nothing(self, body: Any) -> None:
        with suppress(BadPayload):
            assert looked_up(REDDIT, ["t1_a"], exchange(REDDIT_PATH, body)) == {}

    @pytest.mark.parametrize("item", [None, 3, {}, {"kind": "t1"}, {"kind": "t1", "data": {"name": "t1_a"}}])
    def test_an_odd_item_is_unknown(self, item: Any) -> None:
        found = looked_up(REDDIT, ["t1_a"], listing(item))
        assert {fate.name for fate in found.values()} <= {"unknown"}


@pytest.mark.parametrize("case", [X, REDDIT], ids=lambda case: case.kind)
@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AuthFailed), (402, QuotaExhausted), (429, RateLimited), (503, Unavailable), (400, BadPayload)],
)
def test_a_refusal_is_told_apart(case: Case, status: int, kind: type[SourceError]) -> None:
    assert isinstance(case.adapter, Rechecks)
    with serving([]) as server:
        server.fault = answering(status)
        with pytest.raises(kind):
            case.adapter.recheck(case.connection(server), ["t1_1"])
        assert len(server.calls()) == 1
