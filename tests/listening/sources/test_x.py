"""X, through the real tweepy."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.queries.parsing import parse
from listening.sources import search, x
from listening.sources.contract import AuthFailed, BadPayload, Forbidden, Listening, Page, Target
from tests.listening.sources.cases import X
from tests.recorded import Exchange, Recorded, answering, exchange, serving

PATH = "/2/tweets/search/recent"


def post(number: int) -> dict[str, Any]:
    return {"id": str(number), "text": f"post {number}", "edit_history_tweet_ids": [str(number)]}


def listing(*numbers: int, token: str = "", **headers: Any) -> Exchange:
    meta: dict[str, Any] = (
        {"result_count": len(numbers), "newest_id": str(numbers[0])} if numbers else {"result_count": 0}
    )
    data: dict[str, Any] = {"data": [post(number) for number in numbers]} if numbers else {}
    return exchange(PATH, {**data, "meta": {**meta, **({"next_token": token} if token else {})}}, **headers)


def ids(page: Page) -> list[str]:
    return [found.external_id for found in page.posts]


def many(count: int) -> tuple[Listening, ...]:
    """Queries too long together for one search."""
    return tuple(Listening(number, parse(f'"facility{number:03} {"word " * 20}"')) for number in range(count))


class PostTests:
    @pytest.fixture
    def page(self) -> Page:
        with serving(X.recording) as server:
            return X.fetch(server, own_handle="@northfieldcare")

    def test_it_says_what_is_left_of_the_budget(self) -> None:
        resets_at = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=9)
        reset = str(int(resets_at.timestamp()))
        with serving([listing(5, x_rate_limit_remaining="449", x_rate_limit_reset=reset)]) as server:
            rate = X.fetch(server).rate
        assert rate.remaining == 449
        assert rate.reset_at
        assert abs(rate.reset_at - resets_at) < timedelta(seconds=1)

    def test_it_reads_id_text_author_time_and_link(self, page: Page) -> None:
        found = page.posts[0]
        assert found.external_id == "1790000000000000300"
        assert found.text == "Three hours in the Northfield waiting room & counting"
        assert (found.author_id, found.author_handle, found.author_name) == ("11", "ines_vale", "Ines Vale")
        assert found.published_at == datetime(2026, 11, 20, 10, 15, 30, tzinfo=UTC)
        assert found.url == "https://x.com/ines_vale/status/1790000000000000300"
        assert (found.language, found.parent_id, found.kind) == ("en", "1790000000000000001", "post")

    def test_it_takes_the_whole_of_a_long_post_with_whatever_is_in_it(self, page: Page) -> None:
        assert page.posts[1].text == "A long story about Northfield, told to its end \x00 \ud83d"

    def test_it_names_an_edited_post_by_its_first_version(self, page: Page) -> None:
        edited = page.posts[2]
        assert edited.external_id == "1790000000000000270"
        assert edited.edited_at == datetime(2026, 11, 20, 10, 5, tzinfo=UTC)
        assert edited.url == "https://x.com/tomharrow/status/1790000000000000280"
        assert (edited.language, edited.parent_id) == ("", "1790000000000000002")

    def test_it_skips_our_own_posts(self, page: Page) -> None:
        assert "NorthfieldCare" not in {found.author_handle for found in page.posts}

    def test_a_post_without_its_author_still_has_a_link_that_works(self, page: Page) -> None:
        assert page.posts[-1].url == "https://x.com/i/web/status/1790000000000000240"

    def test_a_bad_post_costs_only_itself(self, page: Page) -> None:
        assert len(page.posts) == 4
        assert [bad.external_id for bad in page.unreadable] == ["1790000000000000250", ""]


class SnowflakeTests:
    def test_the_first_version_of_an_edited_post_gives_its_time(self) -> None:
        posted_at = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
        first = (
            int((posted_at - datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)).total_seconds() * 1000)
            << 22
        )
        item = {
            "id": str(first + 5),
            "text": "now edited",
            "edit_history_tweet_ids": [str(first), str(first + 5)],
            "created_at": "2026-11-20T10:20:00Z",
        }
        with serving([exchange(PATH, {"data": [item], "meta": {}})]) as server:
            found = X.fetch(server).posts[0]
        assert (found.published_at, found.edited_at) == (posted_at, posted_at + timedelta(minutes=20))

    def test_where_x_says_no_time_the_id_does(self) -> None:
        items = [{"id": "1578419580000000000", "text": "long ago"}, {"id": "7", "text": "before that"}]
        with serving([exchange(PATH, {"data": items, "meta": {}})]) as server:
            found = [post.published_at for post in X.fetch(server).posts]
        assert found == [datetime(2022, 10, 7, 16, 18, 48, 146000, tzinfo=UTC), None]


class SearchTests:
    def test_a_first_search_goes_back_as_far_as_the_option_says(self) -> None:
        with serving([listing(5)]) as server:
            X.fetch(server, backfill_hours=2)
        asked = server.calls()[0].query
        started = datetime.fromisoformat(asked["start_time"])
        assert abs(datetime.now(UTC) - timedelta(hours=2) - started) < timedelta(seconds=10)
        assert (asked["query"], asked["max_results"], "since_id" in asked) == ("Northfield", "100", False)
        assert "note_tweet" in asked["tweet.fields"]
        assert asked["expansions"] == "author_id"

    def test_the_bearer_token_goes_to_the_address_of_the_options(self) -> None:
        with serving([listing(5)]) as server:
            X.fetch(server)
        assert server.calls()[0].headers["authorization"] == "Bearer bearer_token-value"

    def test_the_next_round_begins_at_the_newest_post(self) -> None:
        with serving([listing(9, 8), listing()]) as server:
            first = X.fetch(server)
            second = X.fetch(server, first.cursor)
        assert server.calls()[1].query["since_id"] == "9"
        assert second.cursor == first.cursor
        assert not second.has_more

    def test_the_new_id_takes_over_only_with_the_last_page(self) -> None:
        pages = [listing(5), listing(9, 8, token="t2"), listing(7, token="t3"), listing(6)]
        with serving(pages) as server:
            start = X.fetch(server).cursor
            one = X.fetch(server, start)
            two = X.fetch(server, one.cursor)
            three = X.fetch(server, two.cursor)
        assert [page.has_more for page in (one, two, three)] == [True, True, False]
        assert one.cursor["parts"] == two.cursor["parts"] == start["parts"]
        assert [part["since_id"] for part in three.cursor["parts"].values()] == ["9"]
        assert [call.query.get("since_id") for call in server.calls()[1:]] == ["5", "5", "5"]
        assert [call.query.get("next_token") for call in server.calls()[1:]] == [None, "t2", "t3"]

    def test_a_first_search_keeps_its_beginning_on_every_page(self) -> None:
        with serving([listing(9, token="t2"), listing(8)]) as server:
            X.fetch(server, X.fetch(server).cursor)
        first, second = server.calls()
        assert first.query["start_time"] == second.query["start_time"]

    def test_a_token_that_leads_to_itself_ends_the_listing(self) -> None:
        with serving([listing(9, token="t2"), listing(8, token="t2")]) as server:
            assert not X.fetch(server, X.fetch(server).cursor).has_more

    def test_after_an_empty_first_round_the_next_looks_back_to_it(self) -> None:
        asked_at = datetime.now(UTC) - timedelta(hours=30)
        key = search.key("Northfield")
        with serving([listing()]) as server:
            X.fetch(server, {"parts": {key: {"asked_at": asked_at.isoformat()}}}, backfill_hours=1)
        started = datetime.fromisoformat(server.calls()[0].query["start_time"])
        assert abs(started - (asked_at - x.OVERLAP)) < timedelta(seconds=2)

    def test_another_watchlist_begins_anew(self) -> None:
        with serving([listing(9), listing(8)]) as server:
            cursor = X.fetch(server).cursor
            connection = X.connection(server)
            page = X.adapter.fetch(connection, (Listening(1, parse("Southfield")),), cursor)
        assert "since_id" not in server.calls()[1].query
        assert len(page.cursor["parts"]) == 1

    def test_a_watchlist_changed_half_way_loses_no_search_that_is_left(self) -> None:
        with serving([listing(9, token="t2"), listing(8)]) as server:
            half_way = X.fetch(server).cursor
            X.adapter.fetch(X.connection(server), (Listening(1, parse("Southfield")),), half_way)
        assert "next_token" not in server.calls()[1].query

    def test_a_long_watchlist_becomes_several_searches_each_with_its_own_newest(self) -> None:
        queries = many(9)
        with serving([listing(9), listing(7), listing(8)]) as server:
            connection = X.connection(server)
            cursor: dict[str, Any] = {}
            pages: list[Page] = []
            while not pages or pages[-1].has_more:
                pages.append(X.adapter.fetch(connection, queries, cursor))
                cursor = pages[-1].cursor
        texts = [call.query["query"] for call in server.calls()]
        assert len(texts) == 3
        assert all(len(text) <= 512 for text in texts)
        assert sorted(re.findall(r"facility\d+", " ".join(texts))) == [f"facility{n:03}" for n in range(9)]
        assert [part["since_id"] for part in cursor["parts"].values()] == ["9", "7", "8"]

    def test_nothing_to_listen_for_asks_nothing(self) -> None:
        with serving([listing(9)]) as server:
            page = X.adapter.fetch(X.connection(server), (), {"kept": 1})
        assert (server.calls(), page.cursor, page.has_more) == ([], {"kept": 1}, False)

    def test_an_id_too_old_widens_the_search_and_says_what_may_be_missing(self) -> None:
        refused = exchange(PATH, {"errors": [{"message": "'since_id' must be recent"}]}, status=400)
        with serving([listing(5), refused, listing(9)]) as server:
            widened = X.fetch(server, X.fetch(server).cursor)
            found = X.fetch(server, widened.cursor)
        assert widened.has_more
        assert "missing" in widened.gap
        assert ids(found) == ["9"]
        started = datetime.fromisoformat(server.calls()[2].query["start_time"])
        assert timedelta(days=6, hours=23) < datetime.now(UTC) - started < timedelta(days=7)

    def test_a_page_token_no_longer_taken_begins_the_listing_again(self) -> None:
        refused = exchange(PATH, {"errors": [{"message": "next_token is unknown"}]}, status=400)
        with serving([listing(9, token="t2"), refused, listing(9), listing(8)]) as server:
            half_way = X.fetch(server)
            again = X.fetch(server, half_way.cursor)
            page = X.fetch(server, again.cursor)
        first, _, last = server.calls()
        assert (again.has_more, ids(page), page.has_more) == (True, ["9"], False)
        assert "next_token" not in last.query
        assert last.query["start_time"] <= first.query["start_time"]

    def test_a_refusal_that_stays_is_not_asked_for_ever(self) -> None:
        refused = exchange(PATH, {"errors": [{"message": "no"}]}, status=400)
        with serving([listing(9, token="t2"), refused]) as server:
            again = X.fetch(server, X.fetch(server).cursor)
            with pytest.raises(BadPayload):
                X.fetch(server, again.cursor)


class ReplyTests:
    def reply(self, server: Recorded) -> Any:
        return X.adapter.reply(X.connection(server), Target("77"), "Please call us.")

    def test_it_answers_the_post_in_the_name_of_the_account(self) -> None:
        assert X.replied
        with serving([X.replied]) as server:
            sent = self.reply(server)
        asked = server.calls()[0]
        assert asked.body == b'{"reply": {"in_reply_to_tweet_id": "77"}, "text": "Please call us."}'
        assert 'oauth_consumer_key="consumer_key-value"' in asked.headers["authorization"]
        assert sent.external_id == "1790000000000000400"
        assert sent.url.endswith("/status/1790000000000000400")

    def test_where_nobody_called_on_us_it_says_to_open_the_post(self) -> None:
        with serving([]) as server:
            server.fault = answering(403, b'{"detail": "Reply to this conversation is not allowed"}')
            with pytest.raises(Forbidden, match="Open the post on X"):
                self.reply(server)

    def test_a_text_already_posted_is_said_to_be_so(self) -> None:
        with serving([]) as server:
            server.fault = answering(403, b'{"detail": "duplicate content"}')
            with pytest.raises(Forbidden, match="already posted"):
                self.reply(server)

    def test_keys_that_only_read_cannot_reply(self) -> None:
        with serving([]) as server:
            connection = X.connection(server)
            connection.secrets["access_token"] = ""
            with pytest.raises(AuthFailed, match="access token"):
                X.adapter.reply(connection, Target("77"), "Please call us.")
        assert server.asked == []
