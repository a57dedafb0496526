"""A Facebook page, over httpx: recommendations, the feed and its comments, codes, and what is read back."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from listening.sources import facebook_line
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Fate,
    Forbidden,
    Page,
    Rate,
    RateLimited,
    SourceError,
    Target,
    Thread,
    Unavailable,
)
from tests.listening.sources.cases import FACEBOOK
from tests.recorded import Exchange, Recorded, answering, exchange, serving

ROOT = "/v25.0"
NOW = datetime.now(UTC).replace(microsecond=0)
VISITOR = {"id": "71", "name": "Ines Vale"}
US = {"id": "100", "name": "Northfield Health"}


def stamp(days: float = 0) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S+0000")


def listing(path: str, *items: dict[str, Any], after: str = "") -> Exchange:
    address = f"https://graph.facebook.com/v25.0/x?access_token=SECRET&limit=25&after={after}"
    paging = {"paging": {"cursors": {"after": after}, "next": address}} if after else {}
    return exchange(f"{ROOT}/{path}", {"data": list(items), **paging})


def entry(id: str, comments: int = 0, by: dict[str, str] | None = None, days: float = 1) -> dict[str, Any]:
    return {
        "id": id,
        "message": f"post {id}",
        "created_time": stamp(days),
        "updated_time": stamp(days),
        "from": by or VISITOR,
        "comments": {"data": [], "summary": {"total_count": comments}},
    }


def comment(id: str, by: dict[str, str] | None = None, parent: str = "", days: float = 0.5) -> dict[str, Any]:
    above = {"parent": {"id": parent}} if parent else {}
    said = {"id": id, "message": f"comment {id}", "created_time": stamp(days), **above}
    return said | ({"from": by} if by else {})


def refusal(path: str, code: int, status: int = 400, method: str = "GET", **more: Any) -> Exchange:
    error = {"error": {"message": "no", "type": "OAuthException", "code": code, **more}}
    return exchange(f"{ROOT}/{path}", error, status=status, method=method)


def fetch(server: Recorded, cursor: dict[str, Any] | None = None, **options: Any) -> Page:
    return FACEBOOK.fetch(server, cursor, **{"reads_ratings": False, "reads_feed": True, **options})


def whole_round(server: Recorded, cursor: dict[str, Any] | None = None, **options: Any) -> list[Page]:
    pages = [fetch(server, cursor, **options)]
    while pages[-1].has_more:
        pages.append(fetch(server, dict(pages[-1].cursor), **options))
        assert len(pages) < 20
    return pages


def ids(pages: list[Page]) -> list[str]:
    return [post.external_id for page in pages for post in page.posts]


class RecommendationTests:
    @pytest.fixture
    def page(self) -> Page:
        with serving(FACEBOOK.recording) as server:
            return FACEBOOK.fetch(server)

    def test_a_recommendation_has_words_but_no_stars(self, page: Page) -> None:
        found = page.posts[0]
        assert (found.external_id, found.rating, found.kind) == ("900001", None, "review")
        assert (found.title, found.author_name) == ("Would not recommend", "Ines Vale")
        assert found.facility_hint == "100"

    def test_one_without_words_still_says_what_it_is(self, page: Page) -> None:
        assert (page.posts[1].text, page.posts[1].title) == ("Would recommend", "")

    def test_an_old_review_has_stars_and_no_story_to_answer(self, page: Page) -> None:
        found = page.posts[2]
        assert (found.rating, found.title, found.external_id) == (2, "", "100/7003/2016-03-02T09:00:00+0000")
        with serving([]) as server, pytest.raises(Forbidden, match="Open it"):
            FACEBOOK.adapter.reply(FACEBOOK.connection(server), Target(found.external_id), "Sorry.")
        assert server.asked == []

    def test_what_is_not_offered_is_said_once_and_the_rest_goes_on(self) -> None:
        both: dict[str, Any] = {"reads_ratings": True}
        script = [refusal("100/ratings", 12), listing("100/feed", entry("100_1"))]
        with serving([*script, listing("100_1/comments")]) as server:
            first = whole_round(server, **both)
            second = whole_round(server, first[-1].cursor, **both)
        assert [bool(page.gap) for page in first] == [True, False, False]
        assert "look at the page" in first[0].gap
        assert ids(first) == ["100_1"]
        assert [page.gap for page in second] == [""]
        assert [asked.path for asked in server.asked].count(f"{ROOT}/100/ratings") == 1

    def test_it_is_asked_again_after_a_week_without_another_word(self) -> None:
        cursor = {"absent": {"ratings": (NOW - timedelta(days=8)).isoformat()}}
        with serving([refusal("100/ratings", 12)]) as server:
            page = FACEBOOK.fetch(server, cursor)
        assert (page.gap, page.has_more) == ("", False)
        assert page.cursor["absent"]["ratings"] > cursor["absent"]["ratings"]

    def test_where_it_is_offered_again_it_is_read(self) -> None:
        cursor = {"absent": {"ratings": (NOW - timedelta(days=8)).isoformat()}}
        with serving(FACEBOOK.recording) as server:
            page = FACEBOOK.fetch(server, cursor)
        assert len(page.posts) == 3
        assert page.cursor["absent"] == {}


class RoundTests:
    def test_comments_are_read_of_visitors_posts_and_our_own(self) -> None:
        feed = listing("100/feed", entry("100_2", 1), entry("100_1", 2, by=US))
        under = [
            listing("100_2/comments", comment("2_1")),
            listing("100_1/comments", comment("1_2", VISITOR, parent="1_1"), comment("1_1", VISITOR)),
        ]
        with serving([feed, *under]) as server:
            pages = whole_round(server)
        assert ids(pages) == ["100_2", "2_1", "1_2", "1_1"]
        assert [post.parent_id for post in pages[2].posts] == ["1_1", "100_1"]
        assert "walk" not in pages[-1].cursor

    def test_only_what_changed_is_asked_again(self) -> None:
        feed = listing("100/feed", entry("100_2", 1), entry("100_1", 1))
        again = listing("100/feed", entry("100_2", 2), entry("100_1", 1))
        under = [listing("100_2/comments", comment("2_1")), listing("100_1/comments", comment("1_1"))]
        fresh = listing("100_2/comments", comment("2_2"), comment("2_1"), after="more")
        with serving([feed, *under, again, fresh]) as server:
            first = whole_round(server)
            asked = len(server.asked)
            second = whole_round(server, first[-1].cursor)
        assert ids(second) == ["100_2", "100_1", "2_2", "2_1"]
        assert [one.path for one in server.asked[asked:]] == [f"{ROOT}/100/feed", f"{ROOT}/100_2/comments"]

    def test_comments_are_read_page_by_page_to_the_known_one(self) -> None:
        known = {"100_1": {"mark": "1 x", "newest": ["1_1"]}}
        cursor = {"posts": known, "parts": {"feed": ["100_1"]}}
        feed = listing("100/feed", entry("100_1", 3))
        pages = [
            listing("100_1/comments", comment("1_3"), after="a"),
            listing("100_1/comments", comment("1_2"), comment("1_1"), after="b"),
        ]
        with serving([feed, *pages]) as server:
            read = whole_round(server, cursor)
        assert ids(read[1:]) == ["1_3", "1_2", "1_1"]
        assert read[-1].cursor["posts"]["100_1"]["newest"] == ["1_3", "1_1"]
        assert server.asked[-1].query["after"] == "a"
        assert "access_token" not in server.asked[-1].query

    def test_a_round_that_breaks_off_leaves_its_posts_due(self) -> None:
        feed = listing("100/feed", entry("100_1", 1))
        with serving([feed, refusal("100_1/comments", 2, 500)]) as server:
            first = fetch(server)
            with pytest.raises(Unavailable):
                fetch(server, dict(first.cursor))
        assert first.cursor["walk"]["part"] == "100_1"
        assert first.cursor["posts"] == {}

    def test_a_post_that_is_gone_does_not_silence_the_others(self) -> None:
        feed = listing("100/feed", entry("100_2", 1), entry("100_1", 1))
        gone = refusal("100_2/comments", 100, error_subcode=33)
        with serving([feed, gone, listing("100_1/comments", comment("1_1"))]) as server:
            pages = whole_round(server)
        assert "100_2" in pages[1].gap
        assert ids(pages)[-1] == "1_1"

    def test_what_we_wrote_is_ours_and_marks_what_it_answers(self) -> None:
        feed = listing("100/feed", entry("100_1", 2))
        under = listing("100_1/comments", comment("1_2", US, parent="1_1"), comment("1_1", VISITOR))
        with serving([feed, under]) as server:
            page = whole_round(server)[-1]
        assert [(one.external_id, one.parent_id) for one in page.ours] == [("1_2", "1_1")]
        assert [(post.external_id, post.replied) for post in page.posts] == [("1_1", True)]

    def test_the_first_reading_goes_back_as_far_as_is_set(self) -> None:
        pages = [
            listing("100/feed", entry("100_3", days=2), after="a"),
            listing("100/feed", entry("100_2", days=11), after="b"),
            listing("100/feed", entry("100_1", days=20)),
        ]
        under = [listing(f"100_{n}/comments") for n in (3, 2)]
        with serving([*pages, *under]) as server:
            read = whole_round(server, backfill_days=10)
        assert ids(read) == ["100_3", "100_2"]

    def test_a_mark_no_longer_taken_begins_that_part_again(self) -> None:
        pages = [listing("100/feed", entry("100_3"), after="a"), refusal("100/feed", 100)]
        with serving(pages) as server:
            again = fetch(server, dict(fetch(server).cursor))
        assert (again.posts, again.has_more) == ((), True)
        assert "marks" not in again.cursor["walk"]

    def test_a_page_is_named_by_its_number(self) -> None:
        with serving([]) as server, pytest.raises(Forbidden, match="number"):
            fetch(server, page="../me")
        assert server.asked == []

    @pytest.mark.parametrize("body", [[], {"data": {}}, {"error": {"code": 5000}}, {"data": None}])
    def test_something_else_is_a_bad_payload(self, body: object) -> None:
        with serving([exchange(f"{ROOT}/100/feed", body)]) as server, pytest.raises(BadPayload):
            fetch(server)


class CodeTests:
    @pytest.mark.parametrize(
        ("code", "status", "kind"),
        [
            *((code, 400, AuthFailed) for code in (102, 190)),
            (190, 401, AuthFailed),
            *((code, 400, RateLimited) for code in (4, 17, 32, 613, 80001)),
            (4, 403, RateLimited),
            *((code, 400, Forbidden) for code in (10, 200, 283, 299)),
            (1, 500, Unavailable),
            (2, 400, Unavailable),
            (100, 400, BadPayload),
            (9999, 400, BadPayload),
        ],
    )
    def test_the_code_says_what_it_is(self, code: int, status: int, kind: type[SourceError]) -> None:
        with serving([refusal("100/feed", code, status)]) as server, pytest.raises(kind):
            fetch(server)
        assert len(server.asked) == 1

    @pytest.mark.parametrize(
        ("minutes", "least", "most"),
        [(19, 18, 20), (100_000, 23 * 60, 24 * 60)],
    )
    def test_it_waits_as_long_as_the_headers_say(self, minutes: int, least: int, most: int) -> None:
        usage = json.dumps({"100": [{"call_count": 100, "estimated_time_to_regain_access": minutes}]})
        body = json.dumps({"error": {"code": 32}}).encode()
        with serving([]) as server:
            server.fault = answering(400, body, x_business_use_case_usage=usage)
            with pytest.raises(RateLimited) as caught:
                fetch(server)
        assert caught.value.retry_at
        waits = (caught.value.retry_at - datetime.now(UTC)).total_seconds() / 60
        assert least < waits <= most

    @pytest.mark.parametrize(
        ("headers", "rate"),
        [
            ({}, Rate()),
            ({"x-app-usage": '{"call_count": 28, "total_time": 61.5}'}, Rate(38)),
            (
                {"x-business-use-case-usage": '{"1": [{"call_count": 100}, {"total_cputime": 3}]}'},
                Rate(0),
            ),
            (
                {
                    "x-business-use-case-usage": '{"1": [{"call_count": 120,'
                    '"estimated_time_to_regain_access": 5}]}'
                },
                Rate(0, NOW + timedelta(minutes=5)),
            ),
            ({"x-app-usage": "[]"}, Rate()),
            ({"x-app-usage": "{"}, Rate()),
            ({"x-app-usage": '{"call_count": "many", "total_time": true}'}, Rate()),
            ({"x-business-use-case-usage": '{"1": {"call_count": 1}, "2": [7, null]}'}, Rate()),
        ],
    )
    def test_what_is_left_is_read_from_the_headers(self, headers: dict[str, str], rate: Rate) -> None:
        assert facebook_line.rate(headers, NOW) == rate


class ReplyTests:
    def test_it_sends_the_words_and_keeps_the_token_out_of_the_address(self) -> None:
        with serving(FACEBOOK.recording) as server:
            sent = FACEBOOK.adapter.reply(FACEBOOK.connection(server), Target("900001"), "Sorry & thank you")
        (asked,) = server.asked
        assert parse_qs(asked.body.decode()) == {"message": ["Sorry & thank you"]}
        assert asked.headers["authorization"] == "Bearer page_token-value"
        assert (asked.query, sent.external_id) == ({}, "900001_41")

    @pytest.mark.parametrize(("code", "kind"), [(10, Forbidden), (190, AuthFailed), (32, RateLimited)])
    def test_a_code_that_refuses_is_not_unknown(self, code: int, kind: type[SourceError]) -> None:
        with serving([refusal("900001/comments", code, method="POST")]) as server, pytest.raises(kind):
            FACEBOOK.adapter.reply(FACEBOOK.connection(server), Target("900001"), "Sorry.")

    @pytest.mark.parametrize("id", ["../me", "100_1/likes", "100_1?x=", "me", ""])
    def test_it_answers_nothing_but_objects(self, id: str) -> None:
        with serving([]) as server, pytest.raises(Forbidden):
            FACEBOOK.adapter.reply(FACEBOOK.connection(server), Target(id), "Sorry.")
        assert server.asked == []


class ReadBackTests:
    def read(self, server: Recorded, target: Target) -> Thread:
        return FACEBOOK.read_back(server, target)

    def test_only_what_the_page_wrote_is_ours(self) -> None:
        under = listing("100_1/comments", comment("1_1", VISITOR), comment("1_2", US), comment("1_3"))
        with serving([under]) as server:
            thread = self.read(server, Target("100_1"))
        assert [(one.external_id, one.parent_id) for one in thread.ours] == [("1_2", "100_1")]
        assert thread.is_whole

    def test_an_answer_to_an_answer_is_looked_for_under_the_comment_above(self) -> None:
        above = exchange(f"{ROOT}/1_5", {"id": "1_5", "parent": {"id": "1_1"}})
        under = listing("1_1/comments", comment("1_4", US, days=3), comment("1_6", US, days=1))
        with serving([above, under]) as server:
            thread = self.read(server, Target("1_5", published_at=NOW - timedelta(days=2)))
        assert [(one.external_id, one.parent_id) for one in thread.ours] == [("1_6", "1_5")]

    def test_a_list_without_end_is_not_whole(self) -> None:
        pages = [listing("100_1/comments", comment("1_1", US), after=mark) for mark in "ab"]
        with serving(pages) as server:
            thread = self.read(server, Target("100_1"))
        assert (len(thread.ours), thread.is_whole, len(server.asked)) == (2, False, 2)


class RecheckTests:
    def check(self, parts: list[Any], *asked: str) -> dict[str, Fate]:
        with serving([exchange(ROOT, parts, method="POST")]) as server:
            found = FACEBOOK.recheck(server, *asked)
        assert len(server.asked) == 1
        return found

    @staticmethod
    def part(code: int, body: object) -> dict[str, Any]:
        return {"code": code, "body": json.dumps(body)}

    @property
    def own(self) -> dict[str, Any]:
        return self.part(200, {"id": "100"})

    def test_what_is_there_what_is_gone_and_what_nobody_can_say(self) -> None:
        gone = self.part(404, {"error": {"code": 100, "error_subcode": 33}})
        odd = self.part(400, {"error": {"code": 100, "message": "nonexisting field"}})
        parts = [
            self.own,
            self.part(200, {"id": "1_1"}),
            gone,
            odd,
            None,
            self.part(400, {"error": {"code": 10}}),
        ]
        found = self.check(parts, "1_1", "1_2", "1_3", "1_4", "1_5")
        assert {id: fate.name for id, fate in found.items()} == {"1_1": "live", "1_2": "deleted"}

    @pytest.mark.parametrize(
        ("code", "kind"), [(190, AuthFailed), (10, Forbidden), (32, RateLimited), (7777, BadPayload)]
    )
    def test_without_the_page_nothing_is_called_deleted(self, code: int, kind: type[SourceError]) -> None:
        gone = self.part(404, {"error": {"code": 100, "error_subcode": 33}})
        with pytest.raises(kind):
            self.check([self.part(400, {"error": {"code": code}}), gone], "1_1")

    @pytest.mark.parametrize("parts", [[], {}, [None, None], [{"code": 200, "body": "{}"}]])
    def test_half_a_batch_is_a_bad_payload(self, parts: Any) -> None:
        with pytest.raises(BadPayload):
            self.check(parts, "1_1")

    def test_reviews_without_a_story_are_not_asked_for(self) -> None:
        with serving([]) as server:
            found = FACEBOOK.recheck(server, "100/7003/2016")
        assert (found, server.asked) == ({}, [])
