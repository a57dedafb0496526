"""Reddit, through the real PRAW."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.sources import reddit_line
from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Forbidden,
    Page,
    RateLimited,
    SendUnknown,
    Target,
    Unavailable,
)
from tests.listening.sources.cases import REDDIT
from tests.recorded import Exchange, Recorded, answering, exchange, serving

SEARCH = "/r/all/search/"
NOW = int(datetime.now(UTC).timestamp())
TWO: dict[str, Any] = {"subreddits": "r/northfield, nurses,, not a name"}


def thing(number: int) -> dict[str, Any]:
    data = {"name": f"t3_{number}", "id": str(number), "title": f"post {number}", "created_utc": NOW - 100}
    return {"kind": "t3", "data": data}


def listing(numbers: Sequence[int], after: str | None = None, path: str = SEARCH, **headers: Any) -> Exchange:
    children = [thing(number) for number in numbers]
    return exchange(path, {"kind": "Listing", "data": {"children": children, "after": after}}, **headers)


def ids(page: Page) -> list[str]:
    return [found.external_id for found in page.posts]


class PostTests:
    @pytest.fixture
    def page(self) -> Page:
        with serving(REDDIT.recording) as server:
            return REDDIT.fetch(server, own_handle="u/Northfield_Care")

    def test_it_reads_id_text_author_time_and_link(self, page: Page) -> None:
        found = page.posts[0]
        assert found.external_id == "t3_aa3"
        assert found.text == "Northfield billing\n\nThey billed me twice & nobody answers."
        assert (found.author_id, found.author_handle, found.title) == (
            "t2_h1",
            "quiet_heron",
            "Northfield billing",
        )
        assert found.published_at == datetime.fromtimestamp(1795170000, UTC)
        assert found.edited_at == datetime.fromtimestamp(1795170600, UTC)
        assert found.url == "https://www.reddit.com/r/northfield/comments/aa3/northfield_billing/"

    def test_what_was_removed_is_marked_and_its_author_is_nobody(self, page: Page) -> None:
        assert (page.posts[1].author_handle, page.posts[1].is_removed) == ("", True)
        assert not page.posts[0].is_removed

    def test_a_submission_without_text_author_or_address_is_still_read(self, page: Page) -> None:
        assert (page.posts[2].text, page.posts[2].author_handle) == ("Link only", "")
        assert page.posts[2].url == "https://www.reddit.com/comments/aa1/"

    def test_a_bad_item_costs_only_itself(self, page: Page) -> None:
        assert ids(page) == ["t3_aa3", "t3_aa2", "t3_aa1"]
        assert len(page.unreadable) == 3

    def test_it_reads_no_item_over_the_network(self) -> None:
        with serving(REDDIT.recording) as server:
            REDDIT.fetch(server)
        assert [call.path for call in server.calls()] == [SEARCH]

    def test_comments_of_chosen_subreddits_are_read_after_the_search(self) -> None:
        search = listing([1], path="/r/northfield+nurses/search/")
        with serving([search, *REDDIT.recording]) as server:
            first = REDDIT.fetch(server, **TWO)
            second = REDDIT.fetch(server, first.cursor, **TWO)
        assert (first.has_more, second.has_more) == (True, False)
        assert server.calls()[0].query["restrict_sr"] == "True"
        comment, deleted = second.posts
        assert (comment.external_id, comment.kind, comment.parent_id) == ("t1_c2", "comment", "t1_c1")
        assert comment.url == "https://www.reddit.com/comments/aa3/_/c2/"
        assert (deleted.is_removed, deleted.author_handle) == (True, "")


class ListingTests:
    def test_it_reads_on_until_something_known_turns_up(self) -> None:
        pages = [
            listing([3, 2, 1]),
            listing([7, 6], "t3_6"),
            listing([5, 4], "t3_4"),
            listing([3, 2], "t3_2"),
        ]
        with serving(pages) as server:
            start = REDDIT.fetch(server).cursor
            one = REDDIT.fetch(server, start)
            two = REDDIT.fetch(server, one.cursor)
            three = REDDIT.fetch(server, two.cursor)
        assert [page.has_more for page in (one, two, three)] == [True, True, False]
        assert [call.query.get("after") for call in server.calls()] == [None, None, "t3_6", "t3_4"]
        assert one.cursor["parts"] == two.cursor["parts"] == start["parts"]
        assert list(three.cursor["parts"].values()) == [["t3_7", "t3_6"]]
        assert three.gap == ""

    def test_a_listing_that_ends_before_anything_known_says_so(self) -> None:
        with serving([listing([1]), listing([9, 8], "t3_8"), listing([7, 6])]) as server:
            cursor = REDDIT.fetch(server).cursor
            one = REDDIT.fetch(server, cursor)
            two = REDDIT.fetch(server, one.cursor)
        assert one.gap == ""
        assert "may be missing" in two.gap
        assert not two.has_more

    def test_a_known_post_that_was_deleted_is_no_gap(self) -> None:
        with serving([listing([1]), listing([2])]) as server:
            assert REDDIT.fetch(server, REDDIT.fetch(server).cursor).gap == ""

    def test_a_first_reading_stops_where_the_option_says(self) -> None:
        old = thing(1)
        old["data"]["created_utc"] = NOW - 7200
        children = [thing(2), old]
        page = exchange(SEARCH, {"kind": "Listing", "data": {"children": children, "after": "t3_1"}})
        with serving([page]) as server:
            assert not REDDIT.fetch(server, backfill_hours=1).has_more
            assert REDDIT.fetch(server, backfill_hours=3).has_more

    def test_a_page_that_leads_to_itself_ends_the_listing(self) -> None:
        with serving([listing([2, 1], "t3_1")]) as server:
            first = REDDIT.fetch(server)
            assert not REDDIT.fetch(server, first.cursor).has_more

    def test_an_empty_answer_keeps_what_is_known(self) -> None:
        with serving([listing([1]), listing([])]) as server:
            cursor = REDDIT.fetch(server).cursor
            assert REDDIT.fetch(server, cursor).cursor == cursor

    @pytest.mark.parametrize(
        "body",
        [
            {"kind": "Listing", "data": {"children": 3}},
            {"data": []},
            {},
            "text",
            {"json": {"errors": [["RATELIMIT", "", ""]]}},
        ],
    )
    def test_something_else_is_a_bad_payload(self, body: object) -> None:
        with serving([exchange(SEARCH, body)]) as server, pytest.raises(BadPayload):
            REDDIT.fetch(server)


class LineTests:
    """How PRAW is kept from waiting and from sending twice. These notice when its private names move."""

    def test_prawcore_is_the_version_whose_inside_is_known(self) -> None:
        with serving(REDDIT.recording) as server:
            line = reddit_line._opened(REDDIT.connection(server))
        core = line.reddit._core
        assert core is not None
        assert core._retry_strategy_class is reddit_line.Once
        assert core.rate_limiter is line.budget
        assert not core._retry_strategy_class().should_retry_on_failure()

    def test_a_budget_that_is_used_up_refuses_the_next_call_at_once(self, no_sleep: None) -> None:
        used = {"x_ratelimit_remaining": "0.0", "x_ratelimit_used": "100", "x_ratelimit_reset": "100.5"}
        with serving([listing([1], **used)]) as server:
            page = REDDIT.fetch(server)
            with pytest.raises(RateLimited) as caught:
                REDDIT.fetch(server, page.cursor)
        assert len(server.calls()) == 1
        assert page.rate.remaining == 0
        assert caught.value.retry_at
        assert caught.value.retry_at - datetime.now(UTC) < timedelta(seconds=101)

    @pytest.mark.parametrize(
        "headers",
        [{"x_ratelimit_remaining": "5"}, {"x_ratelimit_remaining": "x", "x_ratelimit_reset": "inf"}],
    )
    def test_odd_headers_do_no_harm(self, headers: dict[str, str]) -> None:
        with serving([listing([1], **headers)]) as server:
            assert ids(REDDIT.fetch(server)) == ["t3_1"]

    def test_one_token_serves_many_calls(self) -> None:
        with serving(REDDIT.recording) as server:
            REDDIT.fetch(server)
            REDDIT.fetch(server)
        assert len(server.asked) == 3

    def test_a_forked_process_takes_a_token_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(REDDIT.recording) as server:
            REDDIT.fetch(server)
            monkeypatch.setattr(os, "getpid", lambda: 1)
            REDDIT.fetch(server)
        assert [asked.path for asked in server.asked].count("/api/v1/access_token") == 2

    def test_a_session_that_ends_early_is_opened_again(self) -> None:
        with serving(REDDIT.recording) as server:
            REDDIT.fetch(server)
            server.fault = answering(401)
            with pytest.raises(Unavailable):
                REDDIT.fetch(server)
            with pytest.raises(AuthFailed):
                REDDIT.fetch(server)
            server.fault = None
            assert REDDIT.fetch(server).posts

    @pytest.mark.parametrize(
        ("status", "body", "kind"),
        [
            (200, {"error": "invalid_grant"}, AuthFailed),
            (400, {"message": "Bad Request"}, AuthFailed),
            (401, {}, AuthFailed),
            (429, {}, RateLimited),
            (503, {}, Unavailable),
            (200, {"token": "of another shape"}, BadPayload),
            (200, [], BadPayload),
            (200, {"access_token": "t", "expires_in": "soon", "scope": "*"}, BadPayload),
        ],
    )
    def test_a_refused_token_is_told_apart(self, status: int, body: object, kind: type[Exception]) -> None:
        token = exchange("/api/v1/access_token", body, status=status, method="POST")
        with serving([token, *REDDIT.recording]) as server, pytest.raises(kind):
            REDDIT.fetch(server)
        assert len(server.asked) == 1

    def test_two_connections_never_share_a_session(self) -> None:
        with serving(REDDIT.recording) as server:
            one, other = REDDIT.connection(server), REDDIT.connection(server)
            other.secrets["client_secret"] = "another"
            assert reddit_line.digest(one) != reddit_line.digest(other)


class ReplyTests:
    def refused(self, *error: str) -> Exchange:
        return exchange("/api/comment/", {"json": {"errors": [list(error)]}}, method="POST")

    def reply(self, server: Recorded, target: str = "t1_c2") -> Any:
        return REDDIT.adapter.reply(REDDIT.connection(server), Target(target), "Please call us.")

    @pytest.mark.parametrize("target", ["t1_c2", "t3_aa3"])
    def test_it_answers_comments_and_submissions(self, target: str) -> None:
        assert REDDIT.replied
        with serving([REDDIT.replied]) as server:
            sent = self.reply(server, target)
        assert f"thing_id={target}".encode() in server.calls()[0].body
        assert (sent.external_id, sent.url) == ("t1_c9", "https://www.reddit.com/comments/aa3/_/c9/")

    @pytest.mark.parametrize(
        ("message", "wait"),
        [
            ("you are doing that too much. try again in 9 minutes.", timedelta(minutes=9)),
            ("Take a break for 3 seconds before trying again.", timedelta(seconds=3)),
            ("Take a break for 350 milliseconds before trying again.", timedelta(0)),
            ("Take a break.", None),
        ],
    )
    def test_a_wait_in_the_body_is_not_waited_here(
        self, message: str, wait: timedelta | None, no_sleep: None
    ) -> None:
        refused = self.refused("RATELIMIT", message, "ratelimit")
        with serving([refused]) as server, pytest.raises(RateLimited) as caught:
            self.reply(server)
        assert len(server.calls()) == 1
        assert (caught.value.retry_at is None) == (wait is None)
        if wait is not None and caught.value.retry_at:
            assert caught.value.retry_at - datetime.now(UTC) >= wait - timedelta(seconds=1)

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("THREAD_LOCKED", Forbidden),
            ("DELETED_COMMENT", Forbidden),
            ("TOO_OLD", Forbidden),
            ("USER_REQUIRED", AuthFailed),
            ("SOMETHING_NEW", Forbidden),
        ],
    )
    def test_a_refusal_in_the_body_is_told_apart(self, code: str, kind: type[Exception]) -> None:
        with serving([self.refused(code, "no", "parent")]) as server, pytest.raises(kind):
            self.reply(server)

    @pytest.mark.parametrize("body", [{}, {"json": {"errors": [], "data": {"things": []}}}, {"json": {}}, []])
    def test_an_answer_without_the_new_comment_is_unknown(self, body: object) -> None:
        with serving([exchange("/api/comment/", body, method="POST")]) as server, pytest.raises(SendUnknown):
            self.reply(server)

    def test_a_failing_token_sends_nothing(self) -> None:
        token = exchange("/api/v1/access_token", {}, status=503, method="POST")
        with serving([token]) as server, pytest.raises(Unavailable):
            self.reply(server)
        assert server.calls() == []
