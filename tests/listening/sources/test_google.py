"""Google Business Profile, over httpx."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.sources.contract import AuthFailed, BadPayload, Forbidden, Page, Target, Unavailable
from tests.listening.sources.cases import GOOGLE
from tests.recorded import Exchange, answering, exchange, serving

PLACE = "accounts/1/locations/7"
OTHER = "accounts/1/locations/8"
PATH = f"/v4/{PLACE}/reviews"
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


def review(number: int, changed: int = 0, place: str = PLACE) -> dict[str, Any]:
    at = BEGAN + timedelta(minutes=number)
    changed_at = at + timedelta(days=changed)
    return {
        "name": f"{place}/reviews/r{number}",
        "createTime": at.isoformat(),
        "updateTime": changed_at.isoformat(),
        "comment": f"review {number}",
        "starRating": "TWO",
    }


def listing(*reviews: dict[str, Any], token: str = "", place: str = PLACE) -> Exchange:
    following = {"nextPageToken": token} if token else {}
    return exchange(f"/v4/{place}/reviews", {"reviews": list(reviews), **following})


def names(page: Page) -> list[str]:
    return [found.external_id.rpartition("/")[2] for found in page.posts]


class ReviewTests:
    @pytest.fixture
    def page(self) -> Page:
        with serving(GOOGLE.recording) as server:
            return GOOGLE.fetch(server)

    def test_it_reads_id_stars_words_author_times_and_place(self, page: Page) -> None:
        found = page.posts[0]
        assert found.external_id == f"{PLACE}/reviews/r4"
        assert (found.rating, found.text, found.author_name) == (1, "Waited four hours.", "Ines Vale")
        assert found.published_at == datetime(2026, 11, 20, 9, 0, 0, 123456, tzinfo=UTC)
        assert found.edited_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
        assert (found.kind, found.facility_hint, found.replied) == ("review", PLACE, False)

    def test_stars_without_words_are_a_review(self, page: Page) -> None:
        found = page.posts[1]
        assert (found.rating, found.text, found.author_name, found.edited_at) == (5, "", "", None)

    def test_it_knows_which_are_answered(self, page: Page) -> None:
        assert [found.replied for found in page.posts] == [False, False, True]

    def test_a_reply_that_google_turned_down_is_no_answer(self) -> None:
        turned_down = {**review(1), "reviewReply": {"comment": "Hi", "reviewReplyState": "REJECTED"}}
        with serving([listing(turned_down)]) as server:
            assert not GOOGLE.fetch(server).posts[0].replied

    def test_a_review_without_an_id_costs_only_itself(self, page: Page) -> None:
        assert len(page.posts) == 3
        assert len(page.unreadable) == 1


class ListingTests:
    def test_it_asks_for_the_latest_change_first(self) -> None:
        with serving([listing(review(1))]) as server:
            GOOGLE.fetch(server)
        assert server.calls()[0].query == {"pageSize": "50", "orderBy": "updateTime desc"}
        assert server.calls()[0].headers["authorization"] == "Bearer token"

    def test_the_first_reading_goes_to_the_very_end(self) -> None:
        with serving(
            [listing(review(3), token="a"), listing(review(2), token="b"), listing(review(1))]
        ) as server:
            cursor: dict[str, Any] = {}
            pages: list[Page] = []
            while not pages or pages[-1].has_more:
                pages.append(GOOGLE.fetch(server, cursor))
                cursor = pages[-1].cursor
        assert [names(page) for page in pages] == [["r3"], ["r2"], ["r1"]]
        assert [call.query.get("pageToken") for call in server.calls()] == [None, "a", "b"]

    def test_the_next_reading_stops_at_a_review_that_did_not_change(self) -> None:
        with serving([listing(review(1)), listing(review(2), review(1), token="a")]) as server:
            page = GOOGLE.fetch(server, GOOGLE.fetch(server).cursor)
        assert names(page) == ["r2", "r1"]
        assert not page.has_more

    def test_a_known_review_that_changed_does_not_stop_it(self) -> None:
        changed = listing(review(1, changed=3), token="a")
        with serving([listing(review(1)), changed, listing(review(2))]) as server:
            page = GOOGLE.fetch(server, GOOGLE.fetch(server).cursor)
        assert page.has_more

    def test_what_is_known_changes_only_with_the_last_page(self) -> None:
        pages = [listing(review(1)), listing(review(3), token="a"), listing(review(2), review(1), token="b")]
        with serving(pages) as server:
            start = GOOGLE.fetch(server).cursor
            one = GOOGLE.fetch(server, start)
            two = GOOGLE.fetch(server, one.cursor)
        assert one.cursor["parts"] == start["parts"]
        assert list(two.cursor["parts"][PLACE]) == [f"{PLACE}/reviews/r3"]
        assert not two.has_more

    def test_a_page_token_no_longer_taken_begins_the_location_again(self) -> None:
        refused = exchange(PATH, {"error": {"status": "INVALID_ARGUMENT"}}, status=400)
        with serving([listing(review(2), token="a"), refused, listing(review(2))]) as server:
            again = GOOGLE.fetch(server, GOOGLE.fetch(server).cursor)
            page = GOOGLE.fetch(server, again.cursor)
        assert (again.has_more, names(page), page.has_more) == (True, ["r2"], False)

    def test_a_location_without_reviews_is_an_empty_page(self) -> None:
        with serving([exchange(PATH, {})]) as server:
            page = GOOGLE.fetch(server)
        assert (page.posts, page.has_more) == ([], False)

    def test_every_location_gets_its_turn(self) -> None:
        both = [listing(review(1)), listing(review(2, place=OTHER), place=OTHER)]
        with serving(both) as server:
            first = GOOGLE.fetch(server, locations=f"{PLACE}\n\n{OTHER}\n")
            second = GOOGLE.fetch(server, first.cursor, locations=f"{PLACE}\n{OTHER}")
        assert (names(first), names(second), first.has_more, second.has_more) == (["r1"], ["r2"], True, False)

    def test_a_location_taken_away_does_not_silence_the_others(self) -> None:
        with serving([listing(review(2, place=OTHER), place=OTHER)]) as server:
            first = GOOGLE.fetch(server, locations=f"{PLACE}\n{OTHER}")
            second = GOOGLE.fetch(server, first.cursor, locations=f"{PLACE}\n{OTHER}")
        assert PLACE in first.gap
        assert first.has_more
        assert names(second) == ["r2"]

    def test_when_all_locations_fail_the_source_fails(self) -> None:
        with serving([]) as server:
            first = GOOGLE.fetch(server, locations=f"{PLACE}\n{OTHER}")
            with pytest.raises(Forbidden):
                GOOGLE.fetch(server, first.cursor, locations=f"{PLACE}\n{OTHER}")

    @pytest.mark.parametrize("place", ["../../x", "accounts/1/locations/7/reviews?x=", "accounts/1", "a b"])
    def test_a_location_is_no_way_to_another_address(self, place: str) -> None:
        with serving([]) as server, pytest.raises(Forbidden):
            GOOGLE.fetch(server, locations=place)
        assert server.asked == []

    @pytest.mark.parametrize("body", [[], {"reviews": {}}, {"reviews": "none"}, {"error": {"code": 500}}])
    def test_something_else_is_a_bad_payload(self, body: object) -> None:
        with serving([exchange(PATH, body)]) as server, pytest.raises(BadPayload):
            GOOGLE.fetch(server)


class TokenTests:
    def test_one_token_serves_many_calls(self) -> None:
        with serving(GOOGLE.recording) as server:
            GOOGLE.fetch(server)
            GOOGLE.fetch(server)
        assert [asked.path for asked in server.asked] == ["/token", PATH, PATH]
        assert b"refresh_token=refresh_token-value" in server.asked[0].body

    @pytest.mark.parametrize(
        ("status", "body", "kind"),
        [
            (400, {"error": "invalid_grant"}, AuthFailed),
            (401, {"error": "invalid_client"}, AuthFailed),
            (503, {}, Unavailable),
            (200, {}, BadPayload),
            (200, {"access_token": 5}, BadPayload),
        ],
    )
    def test_a_refused_token_is_told_apart(self, status: int, body: object, kind: type[Exception]) -> None:
        with serving([exchange("/token", body, status=status, method="POST")]) as server, pytest.raises(kind):
            GOOGLE.fetch(server)
        assert len(server.asked) == 1

    def test_a_token_that_ends_early_is_taken_again(self) -> None:
        with serving(GOOGLE.recording) as server:
            GOOGLE.fetch(server)
            server.fault = answering(401)
            with pytest.raises(Unavailable):
                GOOGLE.fetch(server)
            with pytest.raises(AuthFailed):
                GOOGLE.fetch(server)
        assert [asked.path for asked in server.asked].count("/token") == 2


class ReplyTests:
    def test_it_puts_the_answer_beside_its_review(self) -> None:
        assert GOOGLE.replied
        assert GOOGLE.target
        with serving([GOOGLE.replied]) as server:
            sent = GOOGLE.adapter.reply(GOOGLE.connection(server), GOOGLE.target, "Please call us.")
        assert server.calls()[0].body == b'{"comment": "Please call us."}'
        assert sent.external_id == f"{PLACE}/reviews/r4/reply"

    @pytest.mark.parametrize(
        "name", ["r4", f"{PLACE}/reviews/../x", "../../../token", f"{PLACE}/reviews/r4?x=1"]
    )
    def test_it_answers_nothing_but_reviews(self, name: str) -> None:
        with serving([]) as server, pytest.raises(Forbidden):
            GOOGLE.adapter.reply(GOOGLE.connection(server), Target(name), "Please call us.")
        assert server.asked == []
