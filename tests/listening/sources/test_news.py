"""Google News, by the feed of its search."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.queries.parsing import parse
from listening.sources import search
from listening.sources.contract import BadPayload, Forbidden, Listening, Page, Target
from listening.sources.news import SYNTAX, adapter
from tests.listening.sources.cases import NEWS
from tests.recorded import answering, exchange, serving

KEY = search.key("Northfield")
LONG = tuple(Listening(n, parse(f"northfield ward{n} corridor{n} balcony{n}")) for n in range(9))


def cursor(minutes_ago: float) -> dict[str, Any]:
    at = (datetime.now(UTC) - timedelta(minutes=minutes_ago)).isoformat()
    return {"asked": {KEY: at}, "last": KEY, "at": at}


class ArticleTests:
    @pytest.fixture
    def page(self) -> Page:
        with serving(NEWS.recording) as server:
            return NEWS.fetch(server)

    def test_it_splits_headline_and_outlet_and_keeps_the_link(self, page: Page) -> None:
        found = page.posts[0]
        assert (found.title, found.author_name) == ("Northfield opens beds & wards", "Harbour News")
        assert found.text == found.title
        assert found.url == "https://news.google.com/rss/articles/CBMia?oc=5"
        assert (found.kind, found.language) == ("article", "en")
        assert found.published_at == datetime(2026, 11, 20, 8, tzinfo=UTC)

    def test_dashes_in_either_are_kept(self, page: Page) -> None:
        found = page.posts[1]
        assert found.title == "Nurses at Northfield - and elsewhere - walk out"
        assert found.author_name == "The Tide - Weekend"

    def test_without_a_named_source_the_last_dash_parts_them(self, page: Page) -> None:
        assert (page.posts[2].title, page.posts[2].author_name) == (
            "Northfield <script>alert(1)</script>",
            "Quay Post",
        )
        assert page.posts[2].url == ""

    def test_an_article_that_two_searches_find_is_one(self) -> None:
        with serving(NEWS.recording) as server:
            first = NEWS.fetch(server)
            other = adapter.fetch(NEWS.connection(server), LONG, {})
        assert [post.external_id for post in first.posts] == [post.external_id for post in other.posts]


class AskingTests:
    def test_a_new_search_goes_back_seven_days_and_then_one(self) -> None:
        with serving(NEWS.recording) as server:
            for known in ({}, cursor(5), cursor(60 * 30)):
                NEWS.fetch(server, known, language="es-419", country="MX")
        asked = [call.query for call in server.calls()]
        assert [each["q"] for each in asked] == [f"Northfield when:{days}d" for days in (7, 1, 7)]
        assert (asked[0]["hl"], asked[0]["gl"], asked[0]["ceid"]) == ("es-419", "MX", "MX:es-419")

    def test_it_asks_once_a_minute_at_most(self) -> None:
        with serving(NEWS.recording) as server:
            before = cursor(0.5)
            page = NEWS.fetch(server, before)
            assert (list(page.posts), page.cursor, server.asked) == ([], before, [])
            following = NEWS.fetch(server, cursor(1.1)).cursor
            NEWS.fetch(server, following)
        assert len(server.asked) == 1

    def test_a_clock_that_was_set_back_does_not_silence_it(self) -> None:
        with serving(NEWS.recording) as server:
            assert NEWS.fetch(server, cursor(-60)).posts

    def test_several_searches_have_their_turn_one_a_poll(self) -> None:
        searches = search.searches(LONG, SYNTAX)
        known: dict[str, Any] = {}
        with serving(NEWS.recording) as server:
            for _ in range(len(searches) + 1):
                page = adapter.fetch(NEWS.connection(server), LONG, {**known, "at": None})
                known = dict(page.cursor)
                assert not page.has_more
        asked = [call.query["q"] for call in server.calls()]
        assert len(searches) > 1
        assert asked[0] == f"({searches[0]}) when:7d"
        assert asked[-1] == f"({searches[0]}) when:1d"
        assert len(set(asked)) == len(asked)
        assert all(len(words.split()) <= 32 for words in asked)

    def test_a_full_feed_says_that_there_may_be_more(self) -> None:
        item = "<item><title>Northfield {n} - A</title><guid>{n}</guid></item>"
        entries = "".join(item.format(n=n) for n in range(100))
        body = f'<rss version="2.0"><channel>{entries}</channel></rss>'
        with serving([exchange("/rss/search", body)]) as server:
            assert "there may have been more" in NEWS.fetch(server).gap

    def test_a_page_to_agree_to_says_what_to_do(self) -> None:
        with serving([]) as server:
            server.fault = answering(302, location="https://consent.google.com/ml?continue=x")
            with pytest.raises(Forbidden, match="feeds of the outlets"):
                NEWS.fetch(server)

    def test_a_page_in_place_of_a_feed_is_none(self) -> None:
        sorry = exchange("/rss/search", "<html><body>Sorry</body></html>")
        with serving([sorry]) as server, pytest.raises(BadPayload):
            NEWS.fetch(server)

    def test_nothing_is_asked_without_a_query(self) -> None:
        with serving([]) as server:
            assert adapter.fetch(NEWS.connection(server), (), {}).posts == ()
        assert server.asked == []

    def test_it_takes_no_replies(self) -> None:
        with serving([]) as server, pytest.raises(Forbidden, match="Open the article"):
            adapter.reply(NEWS.connection(server), Target("x"), "Sorry.")
