"""YouTube comments, over httpx: threads by video and channel, reasons, answers, and looking up again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.sources import youtube, youtube_line
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Fate,
    Forbidden,
    Page,
    QuotaExhausted,
    RateLimited,
    SourceError,
    Target,
    Thread,
    Unavailable,
)
from tests.listening.sources.cases import YOUTUBE
from tests.recorded import Exchange, Recorded, answering, exchange, serving

THREADS = "/youtube/v3/commentThreads"
COMMENTS = "/youtube/v3/comments"
NOW = datetime.now(UTC).replace(microsecond=0)


def comment(id: str, by: str = "UCtom", days: float = 1, **more: Any) -> dict[str, Any]:
    at = (NOW - timedelta(days=days)).isoformat()
    said = {
        "textDisplay": f"comment {id}",
        "authorChannelId": {"value": by},
        "videoId": "v",
        "publishedAt": at,
    }
    return {"id": id, "snippet": {**said, "updatedAt": at, **more}}


def listing(*comments: dict[str, Any], token: str = "", path: str = THREADS) -> Exchange:
    items: list[Any] = list(comments)
    if path == THREADS:
        items = [{"id": each["id"], "snippet": {"topLevelComment": each}} for each in comments]
    return exchange(path, {"items": items, **({"nextPageToken": token} if token else {})})


def refusal(reason: str, status: int = 403) -> Exchange:
    return exchange(THREADS, {"error": {"code": status, "errors": [{"reason": reason}]}}, status=status)


def ids(page: Page) -> list[str]:
    return [post.external_id for post in page.posts]


class CommentTests:
    @pytest.fixture
    def page(self) -> Page:
        with serving(YOUTUBE.recording) as server:
            return YOUTUBE.fetch(server)

    def test_it_reads_words_author_times_and_place(self, page: Page) -> None:
        found = page.posts[0]
        assert (found.external_id, found.text) == ("Ugx3", "Waited four hours.\nNobody said why.")
        assert (found.author_name, found.author_id, found.kind) == ("@inesvale", "UCines", "comment")
        assert found.published_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
        assert found.edited_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
        assert found.url == "https://www.youtube.com/watch?v=nfTour2026a&lc=Ugx3"
        assert found.facility_hint == "nfTour2026a"

    def test_answers_come_with_their_thread_and_ours_are_no_posts(self, page: Page) -> None:
        assert ids(page) == ["Ugx3", "Ugx3.9b", "Ugx2"]
        assert page.posts[1].parent_id == "Ugx3"
        assert [(each.external_id, each.parent_id) for each in page.ours] == [("Ugx3.9a", "Ugx3")]
        assert [post.replied for post in page.posts] == [True, False, False]

    def test_a_thread_without_a_comment_costs_only_itself(self, page: Page) -> None:
        assert [bad.external_id for bad in page.unreadable] == ["Ugx1"]

    def test_the_key_is_in_no_address(self) -> None:
        with serving(YOUTUBE.recording) as server:
            YOUTUBE.fetch(server)
        (asked,) = server.asked
        assert asked.headers["x-goog-api-key"] == "api_key-value"
        assert asked.query == {
            "part": "snippet,replies",
            "videoId": "nfTour2026a",
            "order": "time",
            "maxResults": "100",
            "textFormat": "plainText",
        }


class PlaceTests:
    @pytest.mark.parametrize(
        ("line", "id"),
        [
            ("nfTour2026a", "nfTour2026a"),
            ("https://www.youtube.com/watch?v=nfTour2026a&t=5", "nfTour2026a"),
            ("https://youtu.be/nfTour2026a?si=x", "nfTour2026a"),
            ("https://www.youtube.com/shorts/nfTour2026a/", "nfTour2026a"),
        ],
    )
    def test_a_video_is_known_by_its_address(self, line: str, id: str) -> None:
        assert youtube.video_id(line) == id

    def test_of_other_channels_only_what_matches_is_kept(self) -> None:
        options: dict[str, Any] = {"videos": "", "channels": "UCown\nUCtv"}
        with serving([listing(comment("a")), listing(comment("b"))]) as server:
            first = YOUTUBE.fetch(server, **options)
            second = YOUTUBE.fetch(server, first.cursor, **options)
        assert [page.posts[0].facility_hint for page in (first, second)] == ["UCown", ""]
        assert [asked.query["allThreadsRelatedToChannelId"] for asked in server.asked] == ["UCown", "UCtv"]

    @pytest.mark.parametrize("place", ["../x", "a b", "a?b"])
    def test_a_video_is_no_way_to_another_address(self, place: str) -> None:
        with serving([]) as server, pytest.raises(Forbidden):
            YOUTUBE.fetch(server, videos=place)
        assert server.asked == []

    def test_switched_off_is_said_once_and_the_others_go_on(self) -> None:
        off = refusal("commentsDisabled")
        options: dict[str, Any] = {"videos": "v1\nv2"}
        with serving(
            [off, listing(comment("a")), off, listing(comment("a")), listing(comment("b"))]
        ) as server:
            pages = [YOUTUBE.fetch(server, **options)]
            for _ in range(3):
                pages.append(YOUTUBE.fetch(server, pages[-1].cursor, **options))
        assert [bool(page.gap) for page in pages] == [True, False, False, False]
        assert "switched off" in pages[0].gap
        assert ids(pages[1]) == ["a"]

    def test_a_video_taken_away_does_not_silence_the_others(self) -> None:
        script = [refusal("videoNotFound", 404), listing(comment("a"))]
        with serving(script) as server:
            first = YOUTUBE.fetch(server, videos="gone\nv2")
            second = YOUTUBE.fetch(server, first.cursor, videos="gone\nv2")
        assert first.gap.startswith("gone: ")
        assert ids(second) == ["a"]


class ListingTests:
    def test_the_next_reading_stops_at_a_known_thread(self) -> None:
        script = [
            listing(comment("c"), token="p2"),
            listing(comment("b"), token="p3"),
            listing(comment("a")),
            listing(comment("d"), comment("c"), token="p2"),
        ]
        with serving(script) as server:
            pages = [YOUTUBE.fetch(server)]
            for _ in range(3):
                pages.append(YOUTUBE.fetch(server, pages[-1].cursor))
        assert [page.has_more for page in pages] == [True, True, False, False]
        assert [asked.query.get("pageToken") for asked in server.asked] == [None, "p2", "p3", None]

    def test_the_first_reading_goes_back_as_far_as_is_set(self) -> None:
        with serving([listing(comment("b"), comment("a", days=40), token="p2")]) as server:
            assert not YOUTUBE.fetch(server, backfill_days=30).has_more

    def test_a_page_token_no_longer_taken_begins_again(self) -> None:
        script = [listing(comment("b"), token="p2"), refusal("invalidPageToken", 400)]
        with serving(script) as server:
            again = YOUTUBE.fetch(server, YOUTUBE.fetch(server).cursor)
        assert (again.has_more, "token" in again.cursor["walk"]) == (True, False)

    @pytest.mark.parametrize("body", [[], {"items": {}}, {"kind": "x"}, {"items": None}])
    def test_something_else_is_a_bad_payload(self, body: object) -> None:
        with serving([exchange(THREADS, body)]) as server, pytest.raises(BadPayload):
            YOUTUBE.fetch(server)


class ReasonTests:
    @pytest.mark.parametrize(
        ("reason", "status", "kind"),
        [
            ("quotaExceeded", 403, QuotaExhausted),
            ("dailyLimitExceeded", 403, QuotaExhausted),
            ("rateLimitExceeded", 403, RateLimited),
            ("rateLimitExceeded", 429, RateLimited),
            ("keyInvalid", 400, AuthFailed),
            ("accessNotConfigured", 403, Forbidden),
            ("backendError", 500, Unavailable),
        ],
    )
    def test_the_reason_says_what_it_is(self, reason: str, status: int, kind: type[SourceError]) -> None:
        with serving([refusal(reason, status)]) as server, pytest.raises(kind):
            YOUTUBE.fetch(server)
        assert len(server.asked) == 1

    def test_a_key_refused_in_the_new_way_is_told_apart(self) -> None:
        body = {"error": {"code": 400, "details": [{"reason": "API_KEY_INVALID"}, 7], "errors": "none"}}
        with serving([exchange(THREADS, body, status=400)]) as server, pytest.raises(AuthFailed):
            YOUTUBE.fetch(server)

    @pytest.mark.parametrize(
        ("now", "next_day"),
        [
            (datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2026, 11, 21, 8, tzinfo=UTC)),
            (datetime(2026, 7, 20, 6, 59, tzinfo=UTC), datetime(2026, 7, 20, 7, tzinfo=UTC)),
            (datetime(2026, 11, 1, 8, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)),
        ],
    )
    def test_the_units_come_back_at_midnight_of_the_pacific(self, now: datetime, next_day: datetime) -> None:
        assert youtube_line.next_day(now) == next_day


class ReplyTests:
    def test_an_answer_to_an_answer_goes_under_its_thread(self) -> None:
        assert YOUTUBE.replied
        with serving([YOUTUBE.replied]) as server:
            sent = YOUTUBE.adapter.reply(YOUTUBE.connection(server), Target("Ugx3.9b"), "Please call us.")
        (asked,) = server.calls()
        assert json.loads(asked.body) == {"snippet": {"parentId": "Ugx3", "textOriginal": "Please call us."}}
        assert asked.headers["authorization"] == "Bearer token"
        assert "x-goog-api-key" not in asked.headers
        assert sent.external_id == "Ugx3.9c"

    @pytest.mark.parametrize("missing", ["client_id", "client_secret", "refresh_token"])
    def test_without_an_account_it_is_not_allowed_and_reading_goes_on(self, missing: str) -> None:
        with serving([]) as server:
            connection = YOUTUBE.connection(server)
            del connection.secrets[missing]
            with pytest.raises(Forbidden, match="connect the account"):
                YOUTUBE.adapter.reply(connection, Target("Ugx3"), "Sorry.")
        assert server.asked == []

    def test_without_a_channel_of_our_own_it_could_not_be_read_back(self) -> None:
        with serving([]) as server:
            connection = YOUTUBE.connection(server, own_channels="")
            with pytest.raises(Forbidden, match="own channel"):
                YOUTUBE.adapter.reply(connection, Target("Ugx3"), "Sorry.")
        assert server.asked == []

    @pytest.mark.parametrize("id", ["", "../x", ".x", "a/b", "a?b"])
    def test_it_answers_nothing_but_comments(self, id: str) -> None:
        with serving([]) as server, pytest.raises(Forbidden):
            YOUTUBE.adapter.reply(YOUTUBE.connection(server), Target(id), "Sorry.")
        assert server.asked == []


class ReadBackTests:
    def read(self, target: Target, *script: Exchange) -> Thread:
        with serving(script) as server:
            return YOUTUBE.read_back(server, target)

    def test_only_what_our_channel_wrote_is_ours(self) -> None:
        under = listing(comment("t.1"), comment("t.2", "UCown"), path=COMMENTS)
        thread = self.read(Target("t"), under)
        assert ([(each.external_id, each.parent_id) for each in thread.ours], thread.is_whole) == (
            [("t.2", "t")],
            True,
        )

    def test_under_an_answer_only_what_came_later_counts(self) -> None:
        under = listing(comment("t.1", "UCown", days=3), comment("t.2", "UCown", days=1), path=COMMENTS)
        thread = self.read(Target("t.9", published_at=NOW - timedelta(days=2)), under)
        assert [each.external_id for each in thread.ours] == ["t.2"]

    def test_a_list_without_end_is_not_whole(self) -> None:
        pages = [listing(comment(f"t.{n}"), token=str(n), path=COMMENTS) for n in range(3)]
        assert not self.read(Target("t"), *pages).is_whole


class RecheckTests:
    def check(self, server: Recorded, *asked: str) -> dict[str, Fate]:
        return YOUTUBE.recheck(server, *asked)

    def test_what_is_there_what_was_edited_and_what_is_gone(self) -> None:
        edited = comment("b", updatedAt=NOW.isoformat())
        with serving([listing(comment("a"), edited, comment("z"), path=COMMENTS)]) as server:
            fates = self.check(server, "a", "b", "c", "../d")
        assert {id: fate.name for id, fate in fates.items()} == {"a": "live", "b": "edited", "c": "deleted"}
        assert server.asked[0].query["id"] == "a,b,c"

    def test_where_one_cannot_be_read_nothing_is_called_deleted(self) -> None:
        with serving([exchange(COMMENTS, {"items": [{"id": "a"}]})]) as server:
            assert self.check(server, "a", "b") == {}

    def test_a_refusal_calls_nothing_deleted(self) -> None:
        with serving([]) as server:
            server.fault = answering(403)
            with pytest.raises(Forbidden):
                self.check(server, "a")
