"""Trustpilot, over httpx: public and private lists, the one answer, edits and deletions."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from listening.sources.contract import (
    AuthFailed,
    BadPayload,
    Fate,
    Forbidden,
    Page,
    RateLimited,
    SourceError,
    Target,
    Thread,
    Unavailable,
)
from listening.sources.trustpilot import PAGE_SIZE
from listening.sources.trustpilot_token import PATH
from tests.listening.sources.cases import TRUSTPILOT
from tests.recorded import Exchange, Recorded, answering, exchange, serving

UNIT = "5f3c"
LIST = f"business-units/{UNIT}/reviews"
AUTHOR = {"author_user_id": "u7"}


def review(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "stars": 2, "text": f"review {id}", "createdAt": "2026-11-20T09:00:00Z", **more}


def listing(*ids: str, path: str = f"/v1/{LIST}") -> Exchange:
    return exchange(path, {"reviews": [review(id) for id in ids]})


def many(start: int) -> list[str]:
    return [f"r{number}" for number in range(start, start + PAGE_SIZE)]


def one(id: str, *, status: int = 200, **more: Any) -> Exchange:
    return exchange(f"/v1/reviews/{id}", review(id, **more), status=status)


class ReviewTests:
    @pytest.fixture
    def page(self) -> Page:
        with serving(TRUSTPILOT.recording) as server:
            return TRUSTPILOT.fetch(server)

    def test_it_reads_stars_title_words_author_and_times(self, page: Page) -> None:
        found = page.posts[0]
        assert (found.rating, found.title, found.text) == (1, "Four hours", "Waited four hours.")
        assert (found.author_name, found.language, found.kind) == ("Ines Vale", "en", "review")
        assert found.published_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
        assert found.edited_at == datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
        assert found.url == "https://www.trustpilot.com/reviews/65a1f0c2e4b0a1b2c3d4e5f6"
        assert found.facility_hint == UNIT

    def test_our_answer_is_ours_and_no_post(self, page: Page) -> None:
        assert [found.replied for found in page.posts] == [False, True, False]
        assert [(each.parent_id, each.text) for each in page.ours] == [
            ("65a1f0c2e4b0a1b2c3d4e5f5", "Thank you.")
        ]

    def test_the_public_list_is_asked_with_the_key_in_a_header(self) -> None:
        with serving(TRUSTPILOT.recording) as server:
            TRUSTPILOT.fetch(server)
        (asked,) = server.asked
        assert asked.headers["apikey"] == "api_key-value"
        assert asked.query == {"perPage": "100", "page": "1", "orderBy": "createdat.desc"}

    def test_of_the_private_list_addresses_and_orders_are_not_read(self) -> None:
        secret = review("r1", referralEmail="ines@mail.example", referenceId="ORD-1")
        secret["consumer"] = {"id": "c", "displayName": "Ines", "email": "ines@mail.example"}
        path = f"/v1/private/{LIST}"
        with serving([exchange(path, {"reviews": [secret]})]) as server:
            page = TRUSTPILOT.fetch(server, access="private")
        assert [asked.path for asked in server.asked] == [PATH, path]
        assert server.asked[1].headers["authorization"] == "Bearer token"
        assert "ines@mail.example" not in repr(page)
        assert "ORD-1" not in repr(page)


class ListingTests:
    def test_the_first_reading_goes_to_the_end_and_the_next_stops_at_a_known_review(self) -> None:
        script = [listing(*many(0)), listing(*many(100)), listing("r200"), listing("new", *many(0)[:-1])]
        with serving(script) as server:
            pages = [TRUSTPILOT.fetch(server)]
            for _ in range(3):
                pages.append(TRUSTPILOT.fetch(server, pages[-1].cursor))
        assert [page.has_more for page in pages] == [True, True, False, False]
        assert [asked.query["page"] for asked in server.asked] == ["1", "2", "3", "1"]
        assert pages[-1].cursor["parts"][UNIT][0] == "new"

    def test_a_unit_that_is_not_there_does_not_silence_the_others(self) -> None:
        with serving([listing("r1")]) as server:
            first = TRUSTPILOT.fetch(server, business_units=f"gone\n{UNIT}")
            second = TRUSTPILOT.fetch(server, first.cursor, business_units=f"gone\n{UNIT}")
        assert first.gap.startswith("gone: ")
        assert [post.external_id for post in second.posts] == ["r1"]

    @pytest.mark.parametrize("unit", ["../x", "a/b", "a?b", "a b"])
    def test_a_unit_is_no_way_to_another_address(self, unit: str) -> None:
        with serving([]) as server, pytest.raises(Forbidden):
            TRUSTPILOT.fetch(server, business_units=unit)
        assert server.asked == []

    @pytest.mark.parametrize("body", [[], {"reviews": {}}, {"reviews": None}, {"message": "no"}])
    def test_something_else_is_a_bad_payload(self, body: object) -> None:
        with serving([exchange(f"/v1/{LIST}", body)]) as server, pytest.raises(BadPayload):
            TRUSTPILOT.fetch(server)


class TokenTests:
    def test_one_token_serves_many_calls(self) -> None:
        with serving([listing("r1", path=f"/v1/private/{LIST}")]) as server:
            TRUSTPILOT.fetch(server, access="private")
            TRUSTPILOT.fetch(server, access="private")
        assert [asked.path for asked in server.asked].count(PATH) == 1
        assert server.asked[0].headers["authorization"] == "Basic YXBpX2tleS12YWx1ZTphcGlfc2VjcmV0LXZhbHVl"

    @pytest.mark.parametrize(
        ("status", "body", "kind"),
        [
            (400, {}, AuthFailed),
            (401, {}, AuthFailed),
            (429, {}, RateLimited),
            (503, {}, Unavailable),
            (200, {}, BadPayload),
            (200, {"access_token": None}, BadPayload),
        ],
    )
    def test_a_refused_token_is_told_apart(self, status: int, body: object, kind: type[SourceError]) -> None:
        with serving([exchange(PATH, body, status=status, method="POST")]) as server, pytest.raises(kind):
            TRUSTPILOT.fetch(server, access="private")
        assert len(server.asked) == 1

    def test_a_token_that_ends_early_is_taken_again(self) -> None:
        with serving([listing("r1", path=f"/v1/private/{LIST}")]) as server:
            TRUSTPILOT.fetch(server, access="private")
            server.fault = answering(401)
            for kind in (Unavailable, AuthFailed):
                with pytest.raises(kind):
                    TRUSTPILOT.fetch(server, access="private")
        assert [asked.path for asked in server.asked].count(PATH) == 2


class ReplyTests:
    def test_it_says_who_answers(self) -> None:
        assert TRUSTPILOT.replied
        with serving([TRUSTPILOT.replied]) as server:
            sent = TRUSTPILOT.adapter.reply(TRUSTPILOT.connection(server), Target("65a1"), "Please call us.")
        said = json.loads(server.calls()[0].body)
        assert said == {"authorBusinessUserId": "u7", "message": "Please call us."}
        assert sent.external_id == "65a1/reply"

    def test_an_empty_answer_is_an_answer(self) -> None:
        taken = exchange("/v1/private/reviews/65a1/reply", "", status=201, method="POST")
        with serving([taken]) as server:
            assert TRUSTPILOT.adapter.reply(
                TRUSTPILOT.connection(server), Target("65a1"), "Sorry."
            ).external_id

    def test_without_an_author_nothing_is_sent(self) -> None:
        with serving([]) as server:
            connection = TRUSTPILOT.connection(server, author_user_id="")
            with pytest.raises(Forbidden, match="who of the account"):
                TRUSTPILOT.adapter.reply(connection, Target("65a1"), "Sorry.")
        assert server.asked == []

    @pytest.mark.parametrize("id", ["../x", "65a1/reply", "65a1?x", ""])
    def test_it_answers_nothing_but_reviews(self, id: str) -> None:
        with serving([]) as server, pytest.raises(Forbidden):
            TRUSTPILOT.adapter.reply(TRUSTPILOT.connection(server), Target(id), "Sorry.")
        assert server.asked == []


class ReadBackTests:
    def read(self, *script: Exchange) -> Thread:
        with serving(script) as server:
            return TRUSTPILOT.read_back(server, Target("r1"))

    def test_the_answer_of_a_review_is_all_there_is(self) -> None:
        thread = self.read(one("r1", companyReply={"text": "Sorry.", "createdAt": "2026-11-20T10:00:00Z"}))
        assert ([each.text for each in thread.ours], thread.is_whole) == (["Sorry."], True)

    def test_none_is_none(self) -> None:
        assert self.read(one("r1")) == Thread([], is_whole=True)

    @pytest.mark.parametrize("answer", [{"text": None}, "Sorry.", {"text": 5}])
    def test_an_answer_without_words_is_a_bad_payload(self, answer: object) -> None:
        with pytest.raises(BadPayload):
            self.read(one("r1", companyReply=answer))


class RecheckTests:
    def check(self, server: Recorded, *ids: str) -> dict[str, Fate]:
        return TRUSTPILOT.recheck(server, *ids)

    def test_what_is_there_what_was_edited_and_what_is_gone(self) -> None:
        edited = one("r2", updatedAt="2026-11-21T09:00:00Z")
        with serving([one("r1"), edited, one("r3", status=404), one("r4", status=410)]) as server:
            fates = self.check(server, "r1", "r2", "r3", "r4", "../x")
        assert {id: fate.name for id, fate in fates.items()} == {
            "r1": "live", "r2": "edited", "r3": "deleted", "r4": "deleted",
        }  # fmt: skip
        assert fates["r2"].post
        assert fates["r2"].post.text == "review r2"

    def test_where_nothing_is_found_at_all_the_list_must_answer(self) -> None:
        with serving([listing("r9")]) as server:
            assert self.check(server, "r1") == {"r1": Fate("deleted")}
        with serving([]) as server, pytest.raises(Forbidden):
            self.check(server, "r1", "r2")

    def test_a_key_that_is_not_accepted_calls_nothing_deleted(self) -> None:
        with serving([]) as server:
            server.fault = answering(401)
            with pytest.raises(AuthFailed):
                self.check(server, "r1", "r2")
        assert len(server.asked) == 1

    def test_a_limit_half_way_keeps_what_is_known(self) -> None:
        with serving([one("r1"), one("r2", status=429)]) as server:
            assert set(self.check(server, "r1", "r2", "r3")) == {"r1"}
        assert len(server.asked) == 2
