"""Reddit as an account reads it by its feed token."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from typing import Any

import pytest

from listening.queries.parsing import parse
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Connection,
    Forbidden,
    Listening,
    Page,
    Post,
    RateLimited,
    SourceError,
    Target,
    Unavailable,
)
from listening.sources.reddit_entries import words
from listening.sources.reddit_feed import RedditFeedOptions
from sandbox.serving import running_sandbox
from tests.listening.sources.cases import QUERIES, REDDIT_FEED
from tests.listening.sources.town import CORPUS, Town
from tests.recorded import Exchange, answering, exchange, serving

NEW, COMMENTS, SEARCH = REDDIT_FEED.read, "/r/northfieldtown+larkmoor/comments/.rss", "/search.rss"
TOKEN = "feed_token-value"
ALL = {"reads_comments": True, "search_too": True}


def feed(*names: str, path: str = NEW, said: str = "Northfield", **headers: Any) -> Exchange:
    entries = "".join(
        f"<entry><id>{name}</id><author><name>/u/mina_bikes</name></author><title>{said} {name}</title>"
        f'<content type="html">{escape(f"<p>{said}</p>")}</content>'
        f'<link href="https://www.reddit.com/r/x/comments/{name[3:]}/y/?feed={TOKEN}"/></entry>'
        for name in names
    )
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>{entries}</feed>'
    return exchange(path, body, content_type="application/atom+xml", **headers)


def ids(page: Page) -> list[str]:
    return [found.external_id for found in page.posts]


class EntryTests:
    @pytest.fixture
    def found(self) -> dict[str, Post]:
        with serving(REDDIT_FEED.recording) as server:
            return {post.external_id: post for post in REDDIT_FEED.fetch(server).posts}

    def test_a_submission_is_what_its_author_wrote(self, found: dict[str, Post]) -> None:
        post = found["t3_ff1"]
        assert (post.title, post.kind, post.network) == ("Northfield ER & the wait", "post", "reddit")
        assert post.text == f"{post.title}\n\nSix hours & counting.\nIs that usual at Northfield? 5 < 6"
        assert (post.author_handle, post.url) == (
            "mina_bikes",
            "https://www.reddit.com/r/northfieldtown/comments/ff1/wait/",
        )
        assert post.published_at == datetime(2026, 11, 20, 2, 4, 5, tzinfo=UTC)
        assert post.edited_at == datetime(2026, 11, 20, 3, tzinfo=UTC)

    def test_a_picture_has_its_title_alone(self, found: dict[str, Post]) -> None:
        assert found["t3_ff2"].text == "New wing at Northfield"

    def test_a_comment_stands_under_its_submission(self, found: dict[str, Post]) -> None:
        post = found["t1_cc2"]
        assert (post.kind, post.title, post.parent_id) == ("comment", "", "t3_ff1")
        assert post.text == "Same. submitted by /u/me [link] [comments]"

    def test_words_that_were_removed_are_said_to_be(self, found: dict[str, Post]) -> None:
        assert (found["t1_cc1"].is_removed, found["t1_cc1"].author_handle) == (True, "")

    def test_what_the_account_wrote_is_left_out(self, found: dict[str, Post]) -> None:
        assert "t1_cc3" not in found

    @pytest.mark.parametrize(
        ("markup", "said"),
        [
            ("<p>Hi</p> &#32; submitted by <a> /u/a </a> <br/> <a>[link]</a> <a>[comments]</a>", "Hi"),
            ("submitted by /u/a to r/b [link] [comments]", ""),
            ("I submitted by hand", "I submitted by hand"),
            ("<!-- SC_OFF -->a<!-- SC_ON -->b<!-- SC_ON --> submitted by", "ab"),
            ("<!-- SC_OFF -->" * 200_000, ""),
        ],
    )
    def test_the_line_under_it_goes_and_nothing_else(self, markup: str, said: str) -> None:
        assert words({"value": markup, "type": "text/html"}) == said

    @pytest.mark.parametrize("id", ["", "t5_x", "t3_", "t3_a/b", "javascript:alert(1)", "t3_" + "a" * 400])
    def test_what_has_no_name_of_reddits_costs_only_itself(self, id: str) -> None:
        with serving([feed(id, "t3_b")]) as server:
            page = REDDIT_FEED.fetch(server)
        assert (ids(page), len(page.unreadable)) == (["t3_b"], 1)

    @pytest.mark.parametrize(
        "link", ["javascript:alert(1)", "http://[", "//evil.example/x", "https://e.example"]
    )
    def test_no_link_leads_elsewhere(self, link: str) -> None:
        hostile = feed("t3_a")
        hostile["body"] = hostile["body"].replace("https://www.reddit.com/r/x/comments/a/y/", link)
        with serving([hostile]) as server:
            (post,) = REDDIT_FEED.fetch(server).posts
        assert post.url.startswith("https://www.reddit.com/")


class RoundTests:
    def test_every_feed_is_asked_as_the_account(self) -> None:
        feeds = [feed("t3_a"), feed("t1_b", path=COMMENTS), feed("t3_c", path=SEARCH)]
        found, cursor = list[str](), dict[str, Any]()
        with serving(feeds) as server:
            for number in range(3):
                page = REDDIT_FEED.fetch(server, cursor, **ALL)
                found, cursor = found + ids(page), page.cursor
                assert page.has_more == (number < 2)
        assert found == ["t3_a", "t1_b", "t3_c"]
        sent = {"feed": TOKEN, "user": "northfield_listens", "limit": "100"}
        assert [asked.query.items() >= sent.items() for asked in server.calls()] == [True] * 3
        assert server.calls()[2].query["q"] == "Northfield"

    def test_only_what_is_new_or_changed_is_handed_on(self) -> None:
        changed = feed("t3_c", "t3_a", "t3_b")
        changed["body"] = changed["body"].replace("Northfield t3_b", "Northfield, edited")
        with serving([feed("t3_a", "t3_b", etag='"e1"'), changed]) as server:
            first = REDDIT_FEED.fetch(server)
            second = REDDIT_FEED.fetch(server, first.cursor)
        assert (ids(second), second.gap) == (["t3_c", "t3_b"], "")
        assert server.calls()[1].headers["if-none-match"] == '"e1"'

    def test_another_watchlist_sees_all_that_is_there(self) -> None:
        with serving([feed("t3_a", "t3_b", etag='"e1"')]) as server:
            first = REDDIT_FEED.fetch(server)
            other = (*QUERIES, Listening(2, parse("parking")))
            second = REDDIT_FEED.adapter.fetch(REDDIT_FEED.connection(server), other, first.cursor)
        assert ids(second) == ["t3_a", "t3_b"]
        assert "if-none-match" not in server.calls()[1].headers

    def test_what_fell_off_between_two_polls_is_said(self) -> None:
        with serving([feed("t3_a"), feed("t3_x", "t3_y"), feed(), feed("t3_z")]) as server:
            cursor, gaps = dict[str, Any](), list[bool]()
            for _ in range(4):
                page = REDDIT_FEED.fetch(server, cursor)
                cursor, gaps = page.cursor, [*gaps, "missing" in page.gap]
        assert gaps == [False, True, False, True]

    def test_an_unchanged_feed_keeps_what_is_known(self) -> None:
        with serving([feed("t3_a", etag='"e1"'), exchange(NEW, "", status=304)]) as server:
            first = REDDIT_FEED.fetch(server)
            second = REDDIT_FEED.fetch(server, first.cursor)
        assert (ids(second), second.cursor) == ([], first.cursor)

    def test_a_search_that_fails_silences_no_community(self) -> None:
        with serving([feed("t3_a"), feed("t1_b", path=COMMENTS)]) as server:
            cursor = REDDIT_FEED.fetch(server, None, **ALL).cursor
            cursor = REDDIT_FEED.fetch(server, cursor, **ALL).cursor
            last = REDDIT_FEED.fetch(server, cursor, **ALL)
        assert ("missing" in last.gap, last.has_more) == (True, False)

    def test_the_limit_of_one_feed_is_that_of_all(self) -> None:
        busy = exchange(COMMENTS, "", status=429, x_ratelimit_remaining="0", x_ratelimit_reset="90")
        with serving([feed("t3_a"), busy]) as server:
            cursor = REDDIT_FEED.fetch(server, None, **ALL).cursor
            with pytest.raises(RateLimited) as caught:
                REDDIT_FEED.fetch(server, cursor, **ALL)
        assert caught.value.retry_at is not None

    def test_what_is_left_is_told(self) -> None:
        with serving(REDDIT_FEED.recording) as server:
            assert REDDIT_FEED.fetch(server).rate.remaining == 97

    def test_it_takes_no_replies(self) -> None:
        with serving([]) as server, pytest.raises(Forbidden, match="answer there"):
            REDDIT_FEED.adapter.reply(REDDIT_FEED.connection(server), Target("t3_a"), "Hello")


class TokenTests:
    @pytest.mark.parametrize(("status", "kind"), [(401, AuthFailed), (403, Forbidden)])
    def test_a_wrong_one_says_where_the_right_one_is(self, status: int, kind: type[SourceError]) -> None:
        with serving([]) as server:
            server.fault = answering(status, TOKEN.encode())
            with pytest.raises(kind) as caught:
                REDDIT_FEED.fetch(server)
        said = f"{caught.value.message} {getattr(caught.value, 'advice', '')}"
        assert "reddit.com/prefs/feeds" in said
        assert TOKEN not in said + caught.value.raw

    @pytest.mark.parametrize(
        "typed", ["https://www.reddit.com/.rss?feed=abc&user=x", "short", "two parts of it"]
    )
    def test_what_is_none_is_not_sent(self, typed: str) -> None:
        with serving([]) as server:
            connection = REDDIT_FEED.connection(server)
            connection.secrets["feed_token"] = typed
            with pytest.raises(AuthFailed) as caught:
                REDDIT_FEED.adapter.fetch(connection, QUERIES, {})
        assert server.asked == []
        assert "between feed= and &" in caught.value.advice

    def test_it_goes_nowhere_else(self) -> None:
        moved = exchange(NEW, "", status=302, location="https://elsewhere.example/")
        with serving([moved]) as server, pytest.raises(Forbidden, match="none of this name"):
            REDDIT_FEED.fetch(server)
        assert len(server.asked) == 1

    def test_nothing_that_is_kept_holds_it(self) -> None:
        odd = feed("t3_a", "odd", said=f"Northfield {TOKEN}")
        with serving([odd]) as server:
            page = REDDIT_FEED.fetch(server)
        assert len(page.unreadable) == len(page.posts) == 1
        assert TOKEN not in repr(page)

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            (answering(200, f"<html>{TOKEN}</html>".encode()), BadPayload),
            (answering(503, TOKEN.encode()), Unavailable),
            (answering(429, TOKEN.encode()), RateLimited),
        ],
    )
    def test_no_error_holds_it(self, fault: Any, kind: type[SourceError]) -> None:
        with serving([]) as server:
            server.fault = fault
            with pytest.raises(kind) as caught:
                REDDIT_FEED.fetch(server)
        assert TOKEN not in caught.value.message + caught.value.raw


class OptionsTests:
    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"communities": "r/yourtown", "account": "u/northfield_listens"}, []),
            ({"communities": "r/yourtown", "account": ""}, ["account"]),
            ({"communities": " , r/", "account": "northfield_listens"}, ["communities"]),
            ({"communities": "", "account": "a b"}, ["communities", "account"]),
        ],
    )
    def test_communities_and_an_account_are_needed(self, fields: dict[str, str], wrong: list[str]) -> None:
        assert list(RedditFeedOptions(fields).errors) == wrong


class TownTests:
    """Against the sandbox."""

    @pytest.fixture
    def town(self) -> Iterator[Town]:
        with running_sandbox(corpus=CORPUS, quiet=True) as url:
            yield Town(url)

    def round(
        self, town: Town, cursor: dict[str, Any], key: str = "sandbox-key"
    ) -> tuple[list[Post], dict[str, Any]]:
        options = {
            "api_url": town.url,
            "communities": "northfieldtown,larkmoor,askanurse_nf",
            "account": "northfield_listens",
            "search_too": True,
        }
        connection = Connection(options, {"feed_token": key}, may_reach_private=True)
        found, has_more = list[Post](), True
        while has_more:
            page = REDDIT_FEED.adapter.fetch(connection, QUERIES, cursor)
            found, cursor, has_more = [*found, *page.posts], dict(page.cursor), page.has_more
            assert (list(page.unreadable), page.gap) == ([], "")
        return found, cursor

    def test_all_that_is_served_arrives_and_then_only_what_is_new(self, town: Town) -> None:
        thread = town.write("reddit", "Northfield <b> &amp; \ud83d\nagain", title="Northfield & I")
        comment = town.write("reddit", "me too", parent=thread)
        others = {town.write("reddit", f"Parking {n}", title=f"Parking {n}") for n in range(60)}
        first, cursor = self.round(town, {})
        assert {post.external_id for post in first} == {thread, comment, *others}
        assert {post.external_id for post in first} == set(town.ledger()["served"]["reddit"])
        (found,) = {post.text for post in first if post.external_id == thread}
        assert found == "Northfield & I\n\nNorthfield <b> &amp; \ufffd\nagain"
        assert {post.parent_id for post in first if post.external_id == comment} == {thread}
        assert self.round(town, cursor) == ([], cursor)
        late = town.write("reddit", "Late", title="Late")
        town.do("edit", network="reddit", id=comment, text="me neither")
        second, _ = self.round(town, cursor)
        assert {post.external_id for post in second} == {late, comment}

    @pytest.mark.parametrize("fault", ["429", "html", "503", "drop"])
    def test_after_a_fault_nothing_is_lost(self, town: Town, fault: str) -> None:
        written = {town.write("reddit", f"Northfield {n}", title=f"Northfield {n}") for n in range(3)}
        town.do("faults", route="reddit.feed", fault=fault, times=1)
        with pytest.raises((RateLimited, BadPayload, Unavailable)):
            self.round(town, {})
        assert {post.external_id for post in self.round(town, {})[0]} == written

    def test_every_entry_twice_is_the_same_entries(self, town: Town) -> None:
        written = town.write("reddit", "Northfield", title="Northfield")
        town.do("faults", route="reddit.feed.new", fault="duplicates", times=1)
        assert {post.external_id for post in self.round(town, {})[0]} == {written}

    def test_a_wrong_token_reads_nothing(self, town: Town) -> None:
        with pytest.raises(AuthFailed):
            self.round(town, {}, "a-wrong-token")
