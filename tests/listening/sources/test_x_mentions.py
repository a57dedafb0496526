"""What mentions our account at X, through the real tweepy."""

from typing import Any

import pytest

from listening.queries.parsing import parse
from listening.sources.contract import AuthFailed, Listening, Page
from tests.listening.sources.cases import QUERIES, X_MENTIONS
from tests.recorded import Exchange, Recorded, exchange, serving

PATH, SEARCH = "/2/users/42/mentions", "/2/tweets/search/recent"


def listing(*numbers: int, token: str = "", path: str = PATH) -> Exchange:
    meta: dict[str, Any] = {"result_count": len(numbers)} | ({"next_token": token} if token else {})
    posts = [{"id": str(number), "text": f"@northfieldcare {number}"} for number in numbers]
    return exchange(path, {"data": posts, "meta": meta})


def fetch(server: Recorded, cursor: dict[str, Any] | None = None, **options: Any) -> Page:
    return X_MENTIONS.fetch(server, cursor, **options)


class ReadingTests:
    def test_it_asks_in_the_name_of_the_account_and_needs_no_watchlist(self) -> None:
        with serving(X_MENTIONS.recording) as server:
            page = X_MENTIONS.adapter.fetch(X_MENTIONS.connection(server), (), {})
        asked = server.calls()[0]
        assert 'oauth_token="42-value"' in asked.headers["authorization"]
        assert [post.author_handle for post in page.posts] == ["ines_vale", "tomharrow", ""]
        assert {post.facility_hint for post in page.posts} == {"@northfieldcare"}

    def test_a_token_that_names_no_account_is_asked_whose_it_is(self) -> None:
        me = exchange("/2/users/me", {"data": {"id": "42", "username": "NorthfieldCare"}})
        with serving([me, listing(5)]) as server:
            connection = X_MENTIONS.connection(server)
            connection.secrets["access_token"] = "of-a-test"
            assert X_MENTIONS.adapter.fetch(connection, (), {}).posts
        assert [call.path for call in server.calls()] == ["/2/users/me", PATH]

    def test_a_key_that_only_reads_is_not_enough(self) -> None:
        with serving([listing(5)]) as server:
            connection = X_MENTIONS.connection(server)
            connection.secrets["consumer_key"] = ""
            with pytest.raises(AuthFailed, match="consumer key"):
                X_MENTIONS.adapter.fetch(connection, (), {})
        assert server.asked == []


class WalkTests:
    def test_it_reads_every_page_and_goes_on_from_the_newest(self) -> None:
        with serving([listing(9, 8, token="t2"), listing(7), listing()]) as server:
            first = fetch(server)
            second = fetch(server, first.cursor)
            third = fetch(server, second.cursor)
        asked = [call.query for call in server.calls()]
        assert [page.has_more for page in (first, second, third)] == [True, False, False]
        assert asked[1]["pagination_token"] == "t2"
        assert asked[1]["start_time"] == asked[0]["start_time"]
        assert (asked[2]["since_id"], "start_time" in asked[2]) == ("9", False)
        assert third.cursor == second.cursor

    def test_more_than_x_lists_is_said(self) -> None:
        pages = [listing(*range(900 - n * 100, 800 - n * 100, -1), token=f"t{n}") for n in range(7)]
        with serving([*pages, listing(*range(200, 110, -1))]) as server:
            cursor, gaps = dict[str, Any](), list[str]()
            for _ in range(8):
                page = fetch(server, cursor)
                cursor, gaps = dict(page.cursor), [*gaps, page.gap]
        assert gaps[:-1] == [""] * 7
        assert "800" in gaps[-1]
        assert not page.has_more

    def test_both_ways_are_read_in_one_round_each_from_its_own_newest(self) -> None:
        queries = (*QUERIES, Listening(2, parse("unit")))
        with serving([listing(9), listing(5, path=SEARCH)]) as server:
            connection = X_MENTIONS.connection(server, reads="both")
            connection.secrets["bearer_token"] = "bearer"
            first = X_MENTIONS.adapter.fetch(connection, queries, {})
            second = X_MENTIONS.adapter.fetch(connection, queries, first.cursor)
        assert [call.path for call in server.calls()] == [PATH, SEARCH]
        assert [first.has_more, second.has_more] == [True, False]
        assert [part["since_id"] for part in second.cursor["parts"].values()] == ["9", "5"]
        assert [page.posts[0].facility_hint for page in (first, second)] == ["@northfieldcare", ""]
