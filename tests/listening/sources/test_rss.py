"""Feeds, over httpx and feedparser."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.sources import contract
from listening.sources.contract import BadPayload, Connection, Forbidden, Page, Target, Unavailable
from listening.sources.plain import from_html
from listening.sources.rss_entries import entries, normalised
from tests.listening.sources.cases import QUERIES, RSS
from tests.recorded import Exchange, Recorded, answering, exchange, serving


def feed(*titles: str, path: str = "/feed", **headers: Any) -> Exchange:
    items = "".join(
        f"<item><guid>https://n.example/{title}</guid><title>{title}</title></item>" for title in titles
    )
    body = f"<rss version='2.0'><channel><title>N</title>{items}</channel></rss>"
    return exchange(path, body, content_type="application/rss+xml", **headers)


def titles(page: Page) -> list[str]:
    return [found.title for found in page.posts]


def fetch(server: Recorded, cursor: dict[str, Any] | None = None, *paths: str) -> Page:
    feeds = "\n".join(server.url + path for path in paths or ("/feed",))
    connection = Connection({"feeds": feeds}, {}, may_reach_private=True)
    return RSS.adapter.fetch(connection, QUERIES, cursor or {})


class EntryTests:
    @pytest.fixture
    def page(self) -> Page:
        with serving(RSS.recording) as server:
            return RSS.fetch(server)

    def test_it_reads_id_words_author_time_and_link(self, page: Page) -> None:
        found = page.posts[0]
        assert (found.external_id, found.title) == ("https://news.example/a1", "Beds & wards at Northfield")
        assert found.text == "Beds & wards at Northfield\n\nOne & two < three\nfour"
        assert (found.author_name, found.language, found.kind) == ("Pat Quill", "en", "article")
        assert found.published_at == datetime(2026, 11, 20, 2, 4, 5, tzinfo=UTC)
        assert found.url == "https://news.example/a1?utm_source=rss"

    def test_without_an_id_it_is_known_by_its_link_and_has_no_date(self, page: Page) -> None:
        found = page.posts[1]
        assert (found.external_id, found.published_at) == ("https://news.example/a2?b=1", None)

    def test_a_bare_number_is_only_an_id_in_its_own_feed(self) -> None:
        same = exchange("/other", RSS.recording[0]["body"])
        with serving([*RSS.recording, same]) as server:
            first = fetch(server, None, "/feed", "/other")
            second = fetch(server, first.cursor, "/feed", "/other")
        assert first.posts[2].external_id.endswith(":17")
        assert first.posts[2].external_id != second.posts[2].external_id

    def test_a_link_that_would_run_is_left_out(self, page: Page) -> None:
        assert page.posts[2].url == ""

    def test_an_empty_entry_costs_only_itself(self, page: Page) -> None:
        assert len(page.posts) == 3
        assert len(page.unreadable) == 1

    def test_five_megabytes_of_markup_are_read_in_a_moment(self) -> None:
        words = "<p>waiting <b>room</b> &amp;amp; &lt;" * 150_000
        body = f"<rss version='2.0'><channel><item><title>t</title><description><![CDATA[{words}]]>"
        started = time.thread_time()
        posts, _, _ = entries((body + "</description></item></channel></rss>").encode(), {}, "", "")
        assert len(words) > 5_000_000
        assert len(posts[0].text) > 2_000_000
        assert time.thread_time() - started < 10


class PlainTests:
    @pytest.mark.parametrize(
        ("markup", "words"),
        [
            ("<p>one</p><p>two</p>", "one\ntwo"),
            ("a &lt;script&gt; b &amp;amp; c", "a <script> b &amp; c"),
            ("x<script>alert(1)</script>y<style>p{}</style>", "xy"),
            ("<a href='javascript:x()'>here</a><img src=x onerror=y>", "here"),
            ("half <b>open", "half open"),
            ("  much   space \n\n <br> more", "much space\nmore"),
            ("half a character \ud83d", "half a character \ufffd"),
        ],
    )
    def test_it_leaves_the_words(self, markup: str, words: str) -> None:
        assert from_html(markup) == words


class LinkTests:
    @pytest.mark.parametrize(
        ("link", "key"),
        [
            ("https://N.Example/a?utm_source=x&b=1#top", "https://n.example/a?b=1"),
            ("https://n.example", "https://n.example/"),
            ("https://n.example/a?fbclid=1", "https://n.example/a"),
        ],
    )
    def test_what_differs_from_reader_to_reader_is_left_out(self, link: str, key: str) -> None:
        assert normalised(link) == key


class FeedTests:
    def test_it_asks_with_the_marks_of_the_last_answer(self) -> None:
        unchanged = exchange("/feed", "", status=304)
        with serving([*RSS.recording, unchanged]) as server:
            first = RSS.fetch(server)
            second = RSS.fetch(server, first.cursor)
        asked = server.calls()[1].headers
        assert asked["if-none-match"] == '"e1"'
        assert asked["if-modified-since"] == "Fri, 20 Nov 2026 03:10:00 GMT"
        assert (second.posts, second.cursor) == ((), first.cursor)

    def test_a_feed_with_an_error_in_it_is_read_in_full_again(self) -> None:
        broken = "<rss version='2.0'><channel><item><title>a & b</title></item></channel></rss>"
        with serving([exchange("/feed", broken, etag='"e1"')]) as server:
            page = fetch(server)
        assert titles(page) == ["a & b"]
        assert page.cursor["feeds"] == {server.url + "/feed": {}}

    def test_a_feed_that_stops_in_the_middle_is_refused_whole(self) -> None:
        half = "<rss version='2.0'><channel><item><title>a</title></item><item><title>b"
        with serving([exchange("/feed", half)]) as server, pytest.raises(BadPayload):
            fetch(server)

    @pytest.mark.parametrize("status", [301, 308])
    def test_a_lasting_move_is_remembered(self, status: int) -> None:
        moved = exchange("/feed", "", status=status, location="/new")
        with serving([moved, feed("a", path="/new")]) as server:
            first = fetch(server)
            second = fetch(server, first.cursor)
        assert titles(first) == titles(second) == ["a"]
        assert [call.path for call in server.calls()] == ["/feed", "/new", "/new"]

    def test_a_passing_move_is_not(self) -> None:
        moved = exchange("/feed", "", status=302, location="/new")
        with serving([moved, feed("a", path="/new")]) as server:
            fetch(server, fetch(server).cursor)
        assert [call.path for call in server.calls()] == ["/feed", "/new", "/feed", "/new"]

    def test_it_follows_three_redirects_and_no_more(self) -> None:
        hops = [exchange(f"/{n}", "", status=302, location=f"/{n + 1}") for n in range(9)]
        with serving([*hops, feed("a", path="/3")]) as server, pytest.raises(Forbidden):
            fetch(server, None, "/0")
        assert len(server.calls()) == 4

    @pytest.mark.parametrize(
        "location", ["file:///etc/passwd", "ftp://n.example/", "gopher://x", "http://a@b/"]
    )
    def test_a_redirect_leads_nowhere_but_to_the_web(self, location: str) -> None:
        moved = exchange("/feed", "", status=302, location=location)
        with serving([moved]) as server, pytest.raises(Forbidden):
            fetch(server)

    def test_the_whole_chain_has_one_deadline(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(contract, "CALL_SECONDS", 0.5)

        def slow_redirect(handler: Any) -> None:
            time.sleep(0.3)
            answering(302, location="/feed")(handler)

        with serving([]) as server:
            server.fault = slow_redirect
            with pytest.raises(Unavailable):
                fetch(server)

    def test_a_message_never_holds_the_address(self) -> None:
        with serving([]) as server, pytest.raises(Forbidden) as caught:
            fetch(server, None, "/feed?token=hush")
        assert "hush" not in caught.value.message

    def test_it_takes_no_replies(self) -> None:
        with pytest.raises(Forbidden):
            RSS.adapter.reply(Connection({}, {}), Target("x"), "Hello")


class RoundTests:
    def test_every_feed_gets_its_turn(self) -> None:
        with serving([feed("a", path="/a"), feed("b", path="/b")]) as server:
            first = fetch(server, None, "/a", "/b")
            second = fetch(server, first.cursor, "/a", "/b")
        assert (titles(first), titles(second)) == (["a"], ["b"])
        assert (first.has_more, second.has_more) == (True, False)

    def test_a_feed_that_fails_does_not_silence_the_others(self) -> None:
        with serving([feed("b", path="/b")]) as server:
            first = fetch(server, None, "/gone", "/b")
            second = fetch(server, first.cursor, "/gone", "/b")
        assert "missing" in first.gap
        assert first.has_more
        assert titles(second) == ["b"]

    def test_when_all_of_them_fail_the_source_fails(self) -> None:
        with serving([]) as server:
            first = fetch(server, None, "/a", "/b")
            with pytest.raises(Forbidden):
                fetch(server, first.cursor, "/a", "/b")

    def test_a_last_feed_that_goes_on_failing_is_passed_over(self) -> None:
        long_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        with serving([]) as server:
            walk = {"part": server.url + "/b", "failed": 1, "began_at": long_ago}
            page = fetch(server, {"feeds": {}, "walk": walk}, "/a", "/b")
        assert page.gap
        assert not page.has_more
        assert "walk" not in page.cursor

    def test_a_feed_that_asked_for_peace_is_left_alone(self) -> None:
        busy = exchange("/a", "", status=429, retry_after="3600")
        with serving([busy, feed("b", path="/b")]) as server:
            cursor: dict[str, Any] = {}
            for _ in range(4):
                cursor = fetch(server, cursor, "/a", "/b").cursor
        assert [call.path for call in server.calls()] == ["/a", "/b", "/b"]

    def test_a_feed_that_is_gone_for_good_is_not_asked_again(self) -> None:
        with serving([exchange("/a", "", status=410), feed("b", path="/b")]) as server:
            cursor: dict[str, Any] = {}
            for _ in range(4):
                cursor = fetch(server, cursor, "/a", "/b").cursor
        assert [call.path for call in server.calls()] == ["/a", "/b", "/b"]
