"""Mastodon, over httpx."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.sources import mastodon_line
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Connection,
    Forbidden,
    Page,
    SendUnknown,
    Target,
)
from listening.sources.mastodon import adapter
from tests import recorded
from tests.listening.sources.cases import MASTODON, QUERIES
from tests.recorded import Exchange, Recorded, answering, exchange, serving

TIMELINE = "/social.example/api/v1/timelines/tag/northfield"
OTHER = "/other.example/api/v1/timelines/tag/northfield"
SEARCH = "/social.example/api/v2/search"


def right_now() -> datetime:
    return datetime.now(UTC)


def identity(minutes_ago: float, low: int = 1) -> str:
    return str(mastodon_line.id_at(right_now() - timedelta(minutes=minutes_ago)) + low)


def status(minutes_ago: float, low: int = 1, **more: Any) -> dict[str, Any]:
    own_id = identity(minutes_ago, low)
    return {
        "id": own_id,
        "uri": f"https://social.example/users/mina/statuses/{own_id}",
        "created_at": (right_now() - timedelta(minutes=minutes_ago)).isoformat(),
        "content": f"<p>Northfield {minutes_ago}</p>",
        "visibility": "public",
        "account": {"id": "3", "acct": "mina"},
        **more,
    }


def timeline(*statuses: dict[str, Any], path: str = TIMELINE) -> Exchange:
    return exchange(path, list(statuses))


def two(server: Recorded) -> dict[str, Any]:
    return {"instances": f"{server.url}/social.example\n{server.url}/other.example"}


def walked(server: Recorded, cursor: dict[str, Any], **options: Any) -> tuple[list[Page], dict[str, Any]]:
    pages: list[Page] = []
    while not pages or pages[-1].has_more:
        pages.append(MASTODON.fetch(server, cursor, **options))
        cursor = dict(pages[-1].cursor)
        assert len(pages) < 30
    return pages, cursor


class StatusTests:
    @pytest.fixture
    def page(self) -> Page:
        with serving(MASTODON.recording) as server:
            return MASTODON.fetch(server)

    def test_it_reads_words_warning_author_language_and_times(self, page: Page) -> None:
        found = page.posts[0]
        assert found.external_id == "https://porch.example/users/ines/statuses/115577000000000001"
        assert found.text == (
            "hospital, waiting\n\nFour hours at @northfield & counting\nstill here\n#Northfield"
        )
        assert (found.title, found.language, found.kind) == ("hospital, waiting", "en", "comment")
        assert (found.author_handle, found.author_name) == ("ines@porch.example", "Ines Vale")
        assert found.edited_at == datetime(2026, 11, 20, 9, 5, tzinfo=UTC)

    def test_an_answer_names_its_parent_as_everybody_does(self, page: Page) -> None:
        assert page.posts[0].parent_id == "https://social.example/users/mina/statuses/115577000000000302"

    def test_a_link_keeps_its_whole_address_and_only_leads_to_the_web(self, page: Page) -> None:
        found = page.posts[1]
        assert found.text == "Gracias https://news.example/a/very/long/address #Northfield"
        assert (found.url, found.author_handle, found.language) == (
            found.external_id,
            "tom@social.example",
            "es",
        )

    def test_boosts_and_what_is_not_public_are_no_posts(self, page: Page) -> None:
        assert [post.external_id[-3:] for post in page.posts] == ["001", "303", "302"]
        assert [bad.external_id for bad in page.unreadable] == ["115577000000000299"]

    def test_our_own_posts_are_left_out_and_our_answers_noted(self) -> None:
        asked = status(3)
        answer = status(2, account={"acct": "northfield"}, in_reply_to_id=asked["id"])
        with serving([timeline(answer, asked)]) as server:
            page = MASTODON.fetch(server)
        assert [post.external_id for post in page.posts] == [asked["uri"]]
        assert [(one.external_id, one.parent_id) for one in page.ours] == [(answer["uri"], asked["uri"])]

    def test_what_is_left_of_the_limit_is_told(self, page: Page) -> None:
        assert page.rate.remaining == 298

    def test_a_reset_is_a_time_there(self) -> None:
        reset = (right_now() + timedelta(minutes=4)).isoformat()
        with serving(MASTODON.recording) as server:
            server.fault = answering(429, x_ratelimit_remaining="0", x_ratelimit_reset=reset)
            with pytest.raises(Exception, match="asks to wait") as caught:
                MASTODON.fetch(server)
        assert getattr(caught.value, "retry_at", None) == datetime.fromisoformat(reset)


class WalkTests:
    def test_it_begins_with_the_hours_that_are_set(self) -> None:
        with serving([timeline()]) as server:
            MASTODON.fetch(server, backfill_hours=2)
        asked = server.calls()[0].query
        began = mastodon_line.time_of(asked["min_id"])
        assert began is not None
        assert abs(right_now() - began - timedelta(hours=2)) < timedelta(minutes=10)
        assert asked["limit"] == "40"

    def test_it_reads_forward_and_begins_again_a_little_earlier(self) -> None:
        older = [status(90 - n / 10, n) for n in range(40)]
        newer = [status(60), status(30)]
        with serving([timeline(*reversed(older)), timeline(*reversed(newer)), timeline()]) as server:
            pages, cursor = walked(server, {})
            MASTODON.fetch(server, cursor)
        assert [len(page.posts) for page in pages] == [40, 2]
        asked = [call.query["min_id"] for call in server.calls()]
        assert asked[1] == older[-1]["id"]
        began = mastodon_line.time_of(asked[2])
        assert began is not None
        assert abs(right_now() - began - timedelta(minutes=40)) < timedelta(seconds=5)

    def test_a_page_that_comes_again_and_again_ends(self) -> None:
        same = timeline(*[status(20, n) for n in range(40)])
        with serving([same]) as server:
            pages, _ = walked(server, {})
        assert len(pages) == 2

    def test_an_id_from_the_future_hides_nothing(self) -> None:
        with serving([timeline(status(-9000), status(30))]) as server:
            _, cursor = walked(server, {})
        (known,) = cursor["parts"].values()
        assert int(known["min_id"]) < int(identity(39))

    def test_a_quiet_hour_never_moves_it_back(self) -> None:
        only = status(30)
        with serving([timeline(only), timeline(), timeline(only)]) as server:
            _, first = walked(server, {})
            _, second = walked(server, first)
            _, third = walked(server, second)
        assert first["parts"] == second["parts"] == third["parts"]

    def test_a_server_of_another_kind_is_read_by_its_own_ids(self) -> None:
        with serving([timeline(status(2, id="AbCd"), status(3, id="AbCc")), timeline()]) as server:
            _, cursor = walked(server, {})
            MASTODON.fetch(server, cursor)
        assert server.calls()[1].query["min_id"] == "AbCd"


class RoundTests:
    def test_every_instance_has_its_turn_and_only_the_first_our_token(self) -> None:
        with serving([timeline(status(3)), timeline(status(2), path=OTHER)]) as server:
            pages, cursor = walked(server, {}, **two(server))
        assert [len(page.posts) for page in pages] == [1, 1]
        assert [call.path for call in server.calls()] == [TIMELINE, OTHER]
        assert [call.headers.get("authorization") for call in server.calls()] == [
            "Bearer access_token-value",
            None,
        ]
        assert set(cursor["parts"]) == {"social.example#northfield", "other.example#northfield"}

    def test_one_that_shows_strangers_nothing_does_not_silence_the_other(self) -> None:
        refused = exchange(OTHER, {"error": "This method requires an authenticated user"}, status=422)
        with serving([timeline(status(3)), refused]) as server:
            pages, _ = walked(server, {}, **two(server))
        assert len(pages[0].posts) == 1
        assert "other.example shows hashtags only to people with an account there" in pages[1].gap

    def test_one_that_asks_to_wait_is_left_alone(self) -> None:
        busy = exchange(OTHER, {"error": "Too many requests"}, status=429, retry_after="600")
        with serving([timeline(), busy]) as server:
            _, cursor = walked(server, {}, **two(server))
            walked(server, cursor, **two(server))
        assert [call.path for call in server.calls()] == [TIMELINE, OTHER, TIMELINE]

    def test_our_own_token_refused_stops_the_source(self) -> None:
        refused = exchange(TIMELINE, {"error": "invalid"}, status=401)
        with serving([refused]) as server, pytest.raises(AuthFailed, match="stored credentials"):
            MASTODON.fetch(server, **two(server))

    def test_a_lone_instance_for_members_says_what_to_do(self) -> None:
        with serving([exchange(TIMELINE, {"error": "no"}, status=401)]) as server:
            bare = Connection(MASTODON.connection(server).options, {}, may_reach_private=True)
            with pytest.raises(AuthFailed, match="Name another instance"):
                adapter.fetch(bare, QUERIES, {})


class SearchTests:
    def found(self, *statuses: dict[str, Any]) -> Exchange:
        return exchange(SEARCH, {"accounts": [], "statuses": list(statuses), "hashtags": []})

    def test_it_asks_for_the_words_page_after_page(self) -> None:
        first = [status(60 - n / 10, n) for n in range(40)]
        with serving([self.found(*first), self.found(status(90))]) as server:
            pages, _ = walked(server, {}, tags="", search_too=True)
        assert [len(page.posts) for page in pages] == [40, 1]
        asked = [call.query for call in server.calls()]
        assert [(each["q"], each["type"], each["offset"]) for each in asked] == [
            ("Northfield", "statuses", "0"),
            ("Northfield", "statuses", "40"),
        ]
        assert asked[0]["min_id"] == asked[1]["min_id"]

    def test_more_than_it_reads_is_told(self) -> None:
        full = self.found(*[status(60, n) for n in range(40)])
        with serving([full]) as server:
            pages, _ = walked(server, {}, tags="", search_too=True)
        assert len(pages) == 20
        assert "some posts may be missing" in pages[-1].gap

    def test_it_needs_a_token(self) -> None:
        with serving([]) as server:
            options = {**MASTODON.connection(server).options, "search_too": True}
            with pytest.raises(AuthFailed, match="no access token"):
                adapter.fetch(Connection(options, {}, may_reach_private=True), QUERIES, {})

    def test_nothing_but_a_list_is_taken_for_one(self) -> None:
        with serving([exchange(SEARCH, {"accounts": []})]) as server, pytest.raises(BadPayload):
            MASTODON.fetch(server, tags="", search_too=True)


URI = "https://social.example/users/tom/statuses/303"
PLACE = "/social.example/api/v1/statuses/303"


class RecheckTests:
    def fate(self, answer: Exchange, uri: str = URI) -> str | None:
        with serving([answer]) as server:
            found = adapter.recheck(MASTODON.connection(server), [uri])
        return found[uri].name if uri in found else None

    @pytest.mark.parametrize(
        ("code", "body", "expected"),
        [
            (404, {"error": "Record not found"}, "deleted"),
            (410, {"error": "gone"}, "deleted"),
            (403, {"error": "no"}, "protected"),
            (404, "<html>parked</html>", None),
            (401, {"error": "sign in"}, None),
        ],
    )
    def test_it_tells_what_became_of_it(self, code: int, body: object, expected: str | None) -> None:
        assert self.fate(exchange(PLACE, body, status=code)) == expected

    def test_what_was_edited_comes_with_its_words(self) -> None:
        told = status(3, id="303", uri=URI, edited_at=right_now().isoformat())
        with serving([exchange(PLACE, told)]) as server:
            fate = adapter.recheck(MASTODON.connection(server), [URI])[URI]
        assert (fate.name, fate.post and fate.post.external_id) == ("edited", URI)

    def test_what_is_as_it_was_is_live_and_what_is_hidden_now_is_protected(self) -> None:
        assert self.fate(exchange(PLACE, status(3, id="303", uri=URI))) == "live"
        assert self.fate(exchange(PLACE, status(3, uri=URI, visibility="private"))) == "protected"

    def test_an_answer_about_another_post_says_nothing(self) -> None:
        assert self.fate(exchange(PLACE, status(3, uri=f"{URI}9"))) is None

    @pytest.mark.parametrize(
        "uri", ["", "https://social.example/objects/ab-c", "ftp://x/users/a/statuses/1", "https://[/users/1"]
    )
    def test_where_no_id_can_be_read_nothing_is_asked(self, uri: str) -> None:
        with serving([]) as server:
            assert adapter.recheck(MASTODON.connection(server), [uri]) == {}
        assert server.asked == []

    def test_no_token_is_carried_there(self) -> None:
        with serving([exchange(PLACE, status(3, uri=URI))]) as server:
            adapter.recheck(MASTODON.connection(server), [URI])
        assert "authorization" not in server.calls()[0].headers

    def test_where_none_answers_it_fails(self) -> None:
        with serving([]) as server:
            server.fault = answering(503)
            with pytest.raises(Exception, match="not working"):
                adapter.recheck(MASTODON.connection(server), [URI])


AWAY = Target("https://porch.example/users/ines/statuses/1", author_handle="ines@porch.example")
POSTED = exchange(
    "/social.example/api/v1/statuses", {"id": "9", "uri": "https://social.example/s/9"}, method="POST"
)


class ReplyTests:
    def test_the_same_reply_has_the_same_key_and_another_has_another(self) -> None:
        with serving([POSTED]) as server:
            for words in ("Sorry.", "Sorry.", "Sorry!"):
                adapter.reply(MASTODON.connection(server), MASTODON.target or AWAY, words)
        keys = [call.headers["idempotency-key"] for call in server.calls()]
        assert keys[0] == keys[1] != keys[2]

    def test_it_names_whom_it_answers_once(self) -> None:
        with serving([POSTED]) as server:
            adapter.reply(MASTODON.connection(server), MASTODON.target or AWAY, "Sorry.")
            adapter.reply(MASTODON.connection(server), MASTODON.target or AWAY, "@tom@social.example Sorry.")
        assert [b"@tom@social.example Sorry." in call.body for call in server.calls()] == [True, True]
        assert server.calls()[1].body.count(b"@tom") == 1

    def test_a_post_from_elsewhere_is_fetched_first(self) -> None:
        known = exchange(SEARCH, {"statuses": [status(3, id="77", uri=AWAY.external_id)]})
        with serving([known, POSTED]) as server:
            adapter.reply(MASTODON.connection(server), AWAY, "Sorry.")
        assert server.calls()[0].query["resolve"] == "true"
        assert b'"in_reply_to_id": "77"' in server.calls()[1].body

    def test_one_that_cannot_be_found_is_answered_by_hand(self) -> None:
        nothing = exchange(SEARCH, {"statuses": []})
        with serving([nothing, POSTED]) as server, pytest.raises(Forbidden, match="answer there"):
            adapter.reply(MASTODON.connection(server), AWAY, "Sorry.")
        assert len(server.calls()) == 1

    def test_a_text_that_is_not_taken_was_not_sent(self) -> None:
        refused = exchange("/social.example/api/v1/statuses", {"error": "x"}, status=422, method="POST")
        with serving([refused]) as server, pytest.raises(Forbidden, match="does not accept this text"):
            adapter.reply(MASTODON.connection(server), MASTODON.target or AWAY, "Sorry.")

    def test_an_answer_without_an_id_is_unknown(self) -> None:
        nameless = exchange("/social.example/api/v1/statuses", {}, method="POST")
        with serving([nameless]) as server, pytest.raises(SendUnknown):
            adapter.reply(MASTODON.connection(server), MASTODON.target or AWAY, "Sorry.")

    def test_only_our_own_public_answers_right_under_it_are_read_back(self) -> None:
        ours = status(2, in_reply_to_id="303", content="<p>@tom Sorry.</p>", account={"id": "5"})
        others = [
            status(1, 2, in_reply_to_id="303"),
            status(1, 3, in_reply_to_id="9", account={"id": "5"}),
        ]
        me = exchange("/social.example/api/v1/accounts/verify_credentials", {"id": "5"})
        below = exchange(f"{PLACE}/context", {"descendants": [ours, *others]})
        with serving([me, below]) as server:
            thread = adapter.replies_to(MASTODON.connection(server), MASTODON.target or AWAY)
        assert [(one.text, one.parent_id) for one in thread.ours] == [("Sorry.", URI)]
        assert thread.is_whole

    def test_a_hang_ends_unknown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("listening.sources.contract.CALL_SECONDS", 0.5)
        with serving([POSTED]) as server:
            server.fault = recorded.hanging
            with pytest.raises(SendUnknown):
                adapter.reply(MASTODON.connection(server), MASTODON.target or AWAY, "Sorry.")
