"""Care Opinion, over httpx: stories, filters, the walk by publication, and keys that lead to a page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.sources.careopinion import AGAIN, TAKE
from listening.sources.contract import AuthFailed, BadPayload, Fate, Forbidden, Page, Target, Unavailable
from tests.listening.sources.cases import CAREOPINION
from tests.recorded import Exchange, answering, exchange, serving

PATH = "/api/v2/opinions"
NOW = datetime.now(UTC).replace(microsecond=0)
PAGE = b"<!doctype html><title>Care Opinion</title><form><input type=password></form>"


def story(id: int, days: float = 1, **more: Any) -> dict[str, Any]:
    at = (NOW - timedelta(days=days)).replace(tzinfo=None).isoformat()
    return {"id": id, "title": "t", "body": f"story {id}", "dateOfPublication": at, **more}


def listing(*stories: Any) -> Exchange:
    return exchange(PATH, list(stories))


class StoryTests:
    @pytest.fixture
    def page(self) -> Page:
        with serving(CAREOPINION.recording) as server:
            return CAREOPINION.fetch(server)

    def test_it_reads_title_words_author_and_time_in_utc(self, page: Page) -> None:
        found = page.posts[0]
        assert (found.external_id, found.title) == ("910003", "Four hours with my mother")
        assert found.text == "We waited four hours.\n\nNobody said *why*."
        assert (found.author_name, found.kind, found.rating) == ("ivale7", "review", None)
        assert found.published_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
        assert found.url.endswith("/opinions/910003")

    def test_without_a_publication_the_submission_counts(self, page: Page) -> None:
        assert page.posts[1].published_at == datetime(2026, 11, 18, 10, tzinfo=UTC)
        assert page.posts[1].author_name == "harrow"
        assert page.posts[2].published_at is None

    def test_it_knows_which_have_answers(self, page: Page) -> None:
        assert [found.replied for found in page.posts] == [True, False, False]

    def test_the_service_is_the_place_or_else_the_filters_are(self, page: Page) -> None:
        assert [found.facility_hint for found in page.posts] == ["RXX01", "nacs=RXX01", "nacs=RXX01"]

    def test_without_filters_no_place_is_claimed(self) -> None:
        with serving(CAREOPINION.recording) as server:
            page = CAREOPINION.fetch(server, filters="")
        assert [found.facility_hint for found in page.posts] == ["", "", ""]

    def test_a_sentence_in_a_storys_place_costs_only_itself(self, page: Page) -> None:
        assert [bad.raw for bad in page.unreadable] == ['"Sorry! Something went wrong."']


class WalkTests:
    def test_it_asks_by_the_filters_and_by_publication(self) -> None:
        with serving([listing()]) as server:
            CAREOPINION.fetch(server, filters="https://site.example/opinions?nacs=RXX01&tag=a b&take=5&key=x")
        (asked,) = server.asked
        assert asked.headers["authorization"] == "SUBSCRIPTION_KEY subscription_key-value"
        assert asked.query == {
            "nacs": "RXX01",
            "tag": "a b",
            "take": "100",
            "skip": "0",
            "publishedafter": (datetime.now(UTC) - timedelta(days=90)).date().isoformat(),
            "dateofpublicationorder": "ascending",
        }

    def test_pages_overlap_and_end_with_one_that_is_short(self) -> None:
        full, rest = [story(number, 3) for number in range(TAKE)], [story(200, 1)]
        with serving([listing(*full), listing(*full[-AGAIN:], *rest)]) as server:
            first = CAREOPINION.fetch(server)
            second = CAREOPINION.fetch(server, first.cursor)
        assert (first.has_more, second.has_more) == (True, False)
        assert [asked.query["skip"] for asked in server.asked] == ["0", str(TAKE - AGAIN)]
        assert second.cursor == {"since": (NOW - timedelta(days=3)).isoformat()}

    def test_the_next_reading_begins_two_days_before_the_newest(self) -> None:
        with serving([listing(story(1, 1)), listing()]) as server:
            CAREOPINION.fetch(server, CAREOPINION.fetch(server).cursor)
        assert server.asked[1].query["publishedafter"] == (NOW - timedelta(days=3)).date().isoformat()

    def test_a_quiet_week_does_not_move_it_back(self) -> None:
        since = (NOW - timedelta(days=1)).isoformat()
        with serving([listing()]) as server:
            assert CAREOPINION.fetch(server, {"since": since}).cursor == {"since": since}

    def test_a_story_of_the_future_does_not_move_it_there(self) -> None:
        with serving([listing(story(1, -400), story(2, 1))]) as server:
            cursor = CAREOPINION.fetch(server).cursor
        assert cursor == {"since": (NOW - timedelta(days=3)).isoformat()}

    @pytest.mark.parametrize("body", [{}, {"opinions": []}, "text"])
    def test_something_else_is_a_bad_payload(self, body: object) -> None:
        with serving([exchange(PATH, body)]) as server, pytest.raises(BadPayload):
            CAREOPINION.fetch(server)


class KeyTests:
    @pytest.mark.parametrize(
        ("status", "body", "headers"),
        [
            (302, b"", {"location": "/account/login"}),
            (301, b"", {"location": "https://elsewhere.example/"}),
            (307, b"", {}),
            (200, PAGE, {"content_type": "text/html"}),
            (200, b"\n <HTML><p>Please Sign in</p>", {}),
            (401, b"", {}),
        ],
    )
    def test_a_page_to_sign_in_at_is_a_key_refused(
        self, status: int, body: bytes, headers: dict[str, str]
    ) -> None:
        with serving([]) as server:
            server.fault = answering(status, body, **headers)
            with pytest.raises(AuthFailed):
                CAREOPINION.fetch(server)
        assert len(server.asked) == 1

    def test_a_page_about_something_else_is_not(self) -> None:
        with serving([]) as server:
            server.fault = answering(200, b"<html>We are down for an hour</html>")
            with pytest.raises(BadPayload):
                CAREOPINION.fetch(server)

    def test_a_story_about_a_password_is_a_story(self) -> None:
        with serving([listing(story(1, body="<b>They asked for my password to log in</b>"))]) as server:
            assert len(CAREOPINION.fetch(server).posts) == 1

    def test_it_takes_no_reply(self) -> None:
        with serving([]) as server, pytest.raises(Forbidden, match="Open the story"):
            CAREOPINION.adapter.reply(CAREOPINION.connection(server), Target("1"), "Sorry.")
        assert server.asked == []


class RecheckTests:
    def test_what_is_there_and_what_is_gone(self) -> None:
        script = [exchange(f"{PATH}/1", story(1)), exchange(f"{PATH}/2", {}, status=410)]
        with serving(script) as server:
            fates = CAREOPINION.recheck(server, "1", "2", "3", "../4")
        assert fates == {"1": Fate("live"), "2": Fate("deleted"), "3": Fate("deleted")}

    def test_where_nothing_is_found_at_all_the_list_must_answer(self) -> None:
        with serving([listing()]) as server:
            assert CAREOPINION.recheck(server, "1") == {"1": Fate("deleted")}
        with serving([]) as server, pytest.raises(Forbidden):
            CAREOPINION.recheck(server, "1", "2")

    @pytest.mark.parametrize(("status", "kind"), [(302, AuthFailed), (503, Unavailable), (403, Forbidden)])
    def test_a_key_refused_calls_nothing_deleted(self, status: int, kind: type[Exception]) -> None:
        with serving([]) as server:
            server.fault = answering(status)
            with pytest.raises(kind):
                CAREOPINION.recheck(server, "1", "2")
        assert len(server.asked) == 1
