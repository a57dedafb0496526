"""Bluesky, over httpx."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.sources import bluesky_line, bluesky_replies
from listening.sources.bluesky import adapter
from listening.sources.contract import AuthFailed, BadPayload, Forbidden, Page, SendUnknown, Target
from tests.listening.sources.cases import BLUESKY, PARENT
from tests.recorded import Exchange, answering, exchange, serving

SIGN_IN = "/xrpc/com.atproto.server.createSession"
SEARCH = "/xrpc/app.bsky.feed.searchPosts"
POSTS = "/xrpc/app.bsky.feed.getPosts"
RECORDS = "/xrpc/com.atproto.repo.listRecords"
CREATE = "/xrpc/com.atproto.repo.createRecord"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
OURS = "at://did:plc:hospital/app.bsky.feed.post"
EXPIRED = {"error": "ExpiredToken", "message": "Token has expired"}


def post(number: int, **more: Any) -> dict[str, Any]:
    return {
        "uri": f"at://did:plc:pat/app.bsky.feed.post/3k{number}",
        "cid": f"bafy{number}",
        "author": {"did": "did:plc:pat", "handle": "pat.example"},
        "record": {"text": f"Northfield {number}", "createdAt": NOW.isoformat()},
        **more,
    }


def found(*posts: dict[str, Any], cursor: str = "") -> Exchange:
    return exchange(SEARCH, {"posts": list(posts), **({"cursor": cursor} if cursor else {})})


@pytest.fixture
def no_new_sessions_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every session were old enough to have ended."""
    monkeypatch.setattr(bluesky_line, "JUST_OPENED", -1.0)


class PostTests:
    @pytest.fixture
    def page(self) -> Page:
        with serving(BLUESKY.recording) as server:
            return BLUESKY.fetch(server)

    def test_it_reads_words_author_language_parent_and_link(self, page: Page) -> None:
        read = page.posts[0]
        assert read.external_id == PARENT
        assert read.text == "Four hours at Northfield <b>and</b> counting"
        assert (read.author_handle, read.author_name, read.author_id) == (
            "pat.example",
            "Pat Quill",
            "did:plc:pat",
        )
        assert (read.language, read.kind) == ("en", "comment")
        assert read.parent_id == "at://did:plc:ines/app.bsky.feed.post/3k2"
        assert read.url == "https://bsky.app/profile/pat.example/post/3k3"

    def test_a_time_from_the_future_is_the_time_it_was_seen(self, page: Page) -> None:
        assert page.posts[1].published_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
        assert page.posts[1].author_handle == ""

    def test_without_author_and_time_it_is_still_a_post(self, page: Page) -> None:
        assert (page.posts[2].author_id, page.posts[2].published_at) == ("", None)

    def test_our_own_answers_are_noted_and_are_no_posts(self, page: Page) -> None:
        assert [one.text for one in page.ours] == ["Northfield says sorry"]
        assert page.ours[0].parent_id == "at://did:plc:pat/app.bsky.feed.post/3j9"
        assert len(page.posts) == 3

    def test_what_cannot_be_read_costs_only_itself(self, page: Page) -> None:
        assert [bad.reason for bad in page.unreadable] == ["text is not a text", "uri is not that of a post"]

    def test_what_is_left_of_the_limit_is_told(self, page: Page) -> None:
        assert page.rate.remaining == 2998


class SearchTests:
    def test_it_asks_newest_first_since_the_hours_that_are_set(self) -> None:
        with serving([found()]) as server:
            BLUESKY.fetch(server, backfill_hours=2)
        asked = server.calls()[0].query
        since = datetime.fromisoformat(asked.pop("since"))
        assert asked == {"q": "Northfield", "sort": "latest", "limit": "100"}
        assert abs(datetime.now(UTC) - since - timedelta(hours=2)) < timedelta(minutes=1)

    def test_the_next_round_begins_a_little_before_this_one_began(self) -> None:
        with serving([found(post(2), cursor="1"), found(post(1)), found()]) as server:
            first = BLUESKY.fetch(server)
            second = BLUESKY.fetch(server, first.cursor)
            BLUESKY.fetch(server, second.cursor)
        assert (first.has_more, second.has_more) == (True, False)
        asked = [call.query for call in server.calls()]
        assert (asked[1]["cursor"], asked[1]["since"]) == ("1", asked[0]["since"])
        ago = datetime.now(UTC) - datetime.fromisoformat(asked[2]["since"])
        assert timedelta(seconds=14) < ago < timedelta(minutes=1)

    def test_what_came_late_into_the_index_is_looked_for_every_few_minutes(self) -> None:
        with serving([found(post(1)), found()]) as server:
            cursor = BLUESKY.fetch(server).cursor
            for known in cursor["parts"].values():
                known["looked_at"] = (datetime.now(UTC) - timedelta(minutes=6)).isoformat()
            BLUESKY.fetch(server, cursor)
        ago = datetime.now(UTC) - datetime.fromisoformat(server.calls()[1].query["since"])
        assert timedelta(minutes=9) < ago < timedelta(minutes=12)

    def test_a_mark_that_is_no_longer_taken_begins_again_once(self) -> None:
        refused = exchange(SEARCH, {"error": "InvalidRequest"}, status=400)
        with serving([found(post(2), cursor="1"), refused, found(post(2), cursor="2"), refused]) as server:
            page = BLUESKY.fetch(server)
            for _ in range(2):
                page = BLUESKY.fetch(server, page.cursor)
            with pytest.raises(BadPayload):
                BLUESKY.fetch(server, page.cursor)
        assert "cursor" not in server.calls()[2].query

    def test_a_deep_listing_is_begun_anew_behind_its_oldest(self) -> None:
        pages = [found(post(n), cursor=str(n)) for n in range(20)]
        with serving([*pages, found(post(20))]) as server:
            page = BLUESKY.fetch(server)
            while page.has_more:
                page = BLUESKY.fetch(server, page.cursor)
        first, *_, last = [call.query for call in server.calls()]
        assert (len(server.calls()), page.gap) == (21, "")
        assert "until" not in first
        assert "cursor" not in last
        assert (last["since"], last["until"]) == (
            first["since"],
            f"{NOW + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}",
        )

    def test_a_listing_without_an_end_is_told(self) -> None:
        pages = [found(post(n), cursor=str(n)) for n in range(45)]
        with serving(pages) as server:
            page = BLUESKY.fetch(server)
            while page.has_more:
                page = BLUESKY.fetch(server, page.cursor)
        assert len(server.calls()) == 40
        assert "older posts may be missing" in page.gap


class SessionTests:
    def test_it_is_kept_from_call_to_call(self) -> None:
        with serving([found()]) as server:
            for _ in range(3):
                BLUESKY.fetch(server)
        assert [asked.path for asked in server.asked].count(SIGN_IN) == 1

    def test_one_that_ended_is_opened_anew_once(self, no_new_sessions_count: None) -> None:
        with serving([exchange(SEARCH, EXPIRED, status=400), found(post(1))]) as server:
            assert len(BLUESKY.fetch(server).posts) == 1
        assert [asked.path for asked in server.asked] == [SIGN_IN, SEARCH, SIGN_IN, SEARCH]

    def test_one_that_ends_again_is_refused_credentials(self, no_new_sessions_count: None) -> None:
        ended = exchange(SEARCH, EXPIRED, status=400)
        with serving([ended]) as server, pytest.raises(AuthFailed, match="app password"):
            BLUESKY.fetch(server)
        assert len(server.calls()) == 2

    @pytest.mark.parametrize("status", [400, 401])
    def test_a_wrong_password_says_what_to_do(self, status: int) -> None:
        wrong = exchange(SIGN_IN, {"error": "AuthenticationRequired"}, status=status, method="POST")
        with serving([wrong]) as server, pytest.raises(AuthFailed, match="Make a new app password"):
            BLUESKY.fetch(server)

    def test_a_page_for_strangers_says_what_to_do(self) -> None:
        with serving([found()]) as server:
            server.fault = answering(403, b"<html>403 Forbidden</html>", content_type="text/html")
            with pytest.raises(Forbidden, match="use its live stream instead"):
                BLUESKY.fetch(server)

    @pytest.mark.parametrize("said", [{}, {"accessJwt": "a.b.c"}, {"accessJwt": 1, "did": "did:plc:x"}, []])
    def test_a_session_without_its_parts_is_none(self, said: object) -> None:
        with serving([exchange(SIGN_IN, said, method="POST")]) as server, pytest.raises(BadPayload):
            BLUESKY.fetch(server)

    def test_the_accounts_own_server_is_gone_to_only_from_bluesky_itself(self) -> None:
        said = {
            "accessJwt": "a.b.c",
            "did": "did:plc:x",
            "didDoc": {
                "service": [
                    {"id": "#other", "serviceEndpoint": "https://other.example"},
                    {"id": "#atproto_pds", "serviceEndpoint": "https://pds.example/"},
                ]
            },
        }
        assert bluesky_line._read(said, bluesky_line.HOST).base == "https://pds.example"
        assert bluesky_line._read(said, "http://127.0.0.1:1").base == "http://127.0.0.1:1"


class RecheckTests:
    def test_what_is_not_given_back_is_gone(self) -> None:
        asked = [post(number)["uri"] for number in range(3)]
        with serving([exchange(POSTS, {"posts": [post(1)]})]) as server:
            fates = adapter.recheck(BLUESKY.connection(server), [*asked, "https://x.example"])
        assert {uri: fate.name for uri, fate in fates.items()} == {
            asked[0]: "deleted",
            asked[1]: "live",
            asked[2]: "deleted",
        }

    def test_an_answer_that_is_no_list_deletes_nothing(self) -> None:
        with serving([exchange(POSTS, {})]) as server, pytest.raises(BadPayload):
            adapter.recheck(BLUESKY.connection(server), [PARENT])

    def test_it_asks_at_most_25(self) -> None:
        with serving([exchange(POSTS, {"posts": []})]) as server:
            assert len(adapter.recheck(BLUESKY.connection(server), [post(n)["uri"] for n in range(40)])) == 25


CREATED = exchange(CREATE, {"uri": f"{OURS}/3new", "cid": "bafynew"}, method="POST")
TARGET = Target(PARENT, author_handle="pat.example", published_at=NOW)


class ReplyTests:
    def sent(self, words: str, answered: dict[str, Any]) -> dict[str, Any]:
        with serving([exchange(POSTS, {"posts": [answered]}), CREATED]) as server:
            adapter.reply(BLUESKY.connection(server), TARGET, words)
        body: dict[str, Any] = json.loads(server.calls()[1].body)
        return body

    def test_it_names_the_post_and_the_first_of_its_conversation(self) -> None:
        root = {"uri": "at://did:plc:ines/app.bsky.feed.post/3k1", "cid": "bafyroot"}
        within = {"text": "x", "reply": {"root": root, "parent": {"uri": "y", "cid": "z"}}}
        reply = self.sent("Sorry.", post(3, record=within))["record"]["reply"]
        assert reply == {"root": root, "parent": {"uri": PARENT, "cid": "bafy3"}}
        alone = self.sent("Sorry.", post(3))["record"]["reply"]
        assert alone["root"] == alone["parent"]

    def test_the_same_words_have_the_same_key_and_others_another(self) -> None:
        keys = [self.sent(words, post(3))["rkey"] for words in ("Sorry.", "Sorry.", "Sorry!")]
        assert keys[0] == keys[1] != keys[2]

    def test_a_key_is_a_time_within_the_hour_after_the_post(self) -> None:
        at = bluesky_replies.key_time(bluesky_replies.record_key("did:plc:x", TARGET, "Sorry."))
        assert at is not None
        assert NOW <= at < NOW + timedelta(hours=1)
        assert len(bluesky_replies.record_key("d", replace(TARGET, published_at=None), "x")) == 13

    def test_links_and_names_are_marked_by_their_bytes(self) -> None:
        words = "Désolé 🙏 @pat.example, see https://help.example/a?b=1. Or @other.example"
        facets = self.sent(words, post(3))["record"]["facets"]
        marked = [
            words.encode()[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode() for each in facets
        ]
        assert marked == ["https://help.example/a?b=1", "@pat.example"]
        assert facets[0]["features"][0]["uri"] == marked[0]
        assert facets[1]["features"][0]["did"] == "did:plc:pat"

    @pytest.mark.parametrize(
        ("posts", "said"),
        [([], "no longer there"), ([post(3, viewer={"replyDisabled": True})], "only some people")],
    )
    def test_what_cannot_be_answered_is_not_tried(self, posts: list[Any], said: str) -> None:
        known = exchange(POSTS, {"posts": posts})
        with serving([known, CREATED]) as server, pytest.raises(Forbidden, match=said):
            adapter.reply(BLUESKY.connection(server), TARGET, "Sorry.")
        assert [call.path for call in server.calls()] == [POSTS]

    def test_a_server_that_says_it_is_there_already_has_taken_it(self) -> None:
        there = exchange(CREATE, {"error": "RecordAlreadyExists"}, status=400, method="POST")
        with serving([exchange(POSTS, {"posts": [post(3)]}), there]) as server:
            sent = adapter.reply(BLUESKY.connection(server), TARGET, "Sorry.")
        assert sent.external_id == (
            f"{OURS}/{bluesky_replies.record_key('did:plc:hospital', TARGET, 'Sorry.')}"
        )

    def test_an_answer_without_an_id_is_unknown(self) -> None:
        nameless = exchange(CREATE, {"cid": "x"}, method="POST")
        known = exchange(POSTS, {"posts": [post(3)]})
        with serving([known, nameless]) as server, pytest.raises(SendUnknown):
            adapter.reply(BLUESKY.connection(server), TARGET, "Sorry.")

    def test_something_else_is_not_answered(self) -> None:
        with serving([]) as server, pytest.raises(Forbidden, match="not a post of Bluesky"):
            adapter.reply(BLUESKY.connection(server), Target("https://x.example"), "Sorry.")


def record(key: str, parent: str = PARENT) -> dict[str, Any]:
    value = {"text": key, "createdAt": NOW.isoformat(), "reply": {"parent": {"uri": parent}}}
    return {"uri": f"{OURS}/{key}", "cid": "c", "value": value}


class ReadBackTests:
    def key(self, minutes: int) -> str:
        return bluesky_replies.record_key(
            "d", replace(TARGET, published_at=NOW + timedelta(minutes=minutes)), "x"
        )

    def test_only_records_that_answer_the_post_are_ours_there(self) -> None:
        listed = exchange(RECORDS, {"records": [record("3a"), record("3b", "at://other")]})
        with serving([listed]) as server:
            thread = adapter.replies_to(BLUESKY.connection(server), TARGET)
        assert ([one.text for one in thread.ours], thread.is_whole) == (["3a"], True)
        assert server.calls()[0].query["repo"] == "did:plc:hospital"

    def test_it_goes_back_no_further_than_the_post(self) -> None:
        newer = exchange(RECORDS, {"records": [record(self.key(5))], "cursor": "a"})
        older = exchange(RECORDS, {"records": [record(self.key(-90))], "cursor": "b"})
        with serving([newer, older]) as server:
            thread = adapter.replies_to(BLUESKY.connection(server), TARGET)
        assert (len(thread.ours), thread.is_whole, len(server.calls())) == (2, True, 2)

    def test_a_long_list_is_not_whole(self) -> None:
        endless = exchange(RECORDS, {"records": [record(self.key(5))], "cursor": "a"})
        with serving([endless]) as server:
            assert not adapter.replies_to(BLUESKY.connection(server), TARGET).is_whole
        assert len(server.asked) <= 3
