from typing import Any

import pytest

from tests.sandbox.base import Clock, control, http, inject, ledger, sandbox

MAIN = "accounts/7001/locations/9001"
TOKEN = {"authorization": "Bearer t"}


def reviews(base: str, location: str = MAIN, **params: Any) -> Any:
    return http.get(f"{base}/v4/{location}/reviews", params=params, headers=TOKEN).raise_for_status().json()


def texts(base: str, **params: Any) -> list[str]:
    return [review.get("comment", "") for review in reviews(base, **params)["reviews"]]


class ReviewTests:
    def test_a_review_has_the_shape_of_the_real_one(self, quiet: str) -> None:
        id = inject(quiet, "google", "Kind staff", rating=4, author="Bea Lindqvist", facility="main")
        inject(quiet, "google", "Elsewhere", rating=1, facility="north")

        answer = reviews(quiet)

        review = answer["reviews"][0]
        assert (review["name"], review["reviewId"]) == (f"{MAIN}/reviews/{id}", id)
        assert (review["starRating"], review["comment"]) == ("FOUR", "Kind staff")
        assert review["reviewer"]["displayName"] == "Bea Lindqvist"
        assert review["createTime"] == review["updateTime"] == "2026-03-10T16:00:00.000Z"
        assert (answer["averageRating"], answer["totalReviewCount"]) == (4.0, 1)

    def test_stars_without_words_have_no_comment(self, quiet: str) -> None:
        inject(quiet, "google", "", rating=2)

        assert "comment" not in reviews(quiet)["reviews"][0]

    def test_an_edit_moves_a_review_to_the_top(self) -> None:
        clock = Clock()
        with sandbox(quiet=True, clock=clock) as base:
            old = inject(base, "google", "first", rating=5)
            clock.forward(minutes=1)
            inject(base, "google", "second", rating=5)
            clock.forward(minutes=1)
            control(base, "edit", {"id": old, "text": "first, changed", "rating": 1})

            assert texts(base) == ["first, changed", "second"]
            assert reviews(base)["reviews"][0]["starRating"] == "ONE"

    def test_pages_lose_nothing_when_a_review_arrives_between_them(self, quiet: str) -> None:
        for number in range(7):
            inject(quiet, "google", f"review {number}", rating=3)
        first = reviews(quiet, pageSize=4)
        inject(quiet, "google", "late", rating=3)

        second = reviews(quiet, pageSize=4, pageToken=first["nextPageToken"])

        seen = [review["comment"] for page in (first, second) for review in page["reviews"]]
        assert sorted(seen) == [f"review {number}" for number in range(7)]
        assert "nextPageToken" not in second

    def test_generated_reviews_come_in_order_of_update(self) -> None:
        with sandbox(clock=Clock(), pace=4) as base:
            times = [review["updateTime"] for review in reviews(base, orderBy="updateTime desc")["reviews"]]

        assert len(times) == 50
        assert times == sorted(times, reverse=True)

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("accounts/1/locations/2/reviews", 404),
            (f"{MAIN}/reviews?pageToken=zz", 400),
            (f"{MAIN}/reviews?pageSize=x", 400),
            (f"{MAIN}/reviews?orderBy=age", 400),
        ],
    )
    def test_it_refuses_what_the_real_one_refuses(self, quiet: str, path: str, status: int) -> None:
        assert http.get(f"{quiet}/v4/{path}", headers=TOKEN).status_code == status
        assert http.get(f"{quiet}/v4/{path}").status_code == 401


class ReplyTests:
    def test_a_second_reply_replaces_the_first_and_both_are_noted(self, quiet: str) -> None:
        id = inject(quiet, "google", "Slow", rating=2)
        for text in ("Sorry.", "We are sorry."):
            answer = http.put(f"{quiet}/v4/{MAIN}/reviews/{id}/reply", json={"comment": text}, headers=TOKEN)
            assert answer.json()["comment"] == text

        assert reviews(quiet)["reviews"][0]["reviewReply"]["comment"] == "We are sorry."
        assert [(reply["in_reply_to"], reply["text"]) for reply in ledger(quiet)["replies"]] == [
            (id, "Sorry."),
            (id, "We are sorry."),
        ]

    @pytest.mark.parametrize(
        ("text", "status"), [("", 400), ("x" * 4097, 400), (None, 400), ("x" * 4096, 200)]
    )
    def test_its_length_is_limited(self, quiet: str, text: str | None, status: int) -> None:
        id = inject(quiet, "google", "Slow", rating=2)

        answer = http.put(f"{quiet}/v4/{MAIN}/reviews/{id}/reply", json={"comment": text}, headers=TOKEN)

        assert answer.status_code == status

    def test_a_review_that_is_gone_cannot_be_answered(self, quiet: str) -> None:
        answer = http.put(f"{quiet}/v4/{MAIN}/reviews/none/reply", json={"comment": "a"}, headers=TOKEN)

        assert (answer.status_code, answer.json()["error"]["status"]) == (404, "NOT_FOUND")


class TokenTests:
    def test_a_refresh_token_buys_an_access_token(self, quiet: str) -> None:
        form = {"grant_type": "refresh_token", "refresh_token": "r", "client_id": "c", "client_secret": "s"}

        answer = http.post(f"{quiet}/token", data=form).json()

        assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)
        assert http.post(f"{quiet}/token", data={"grant_type": "refresh_token"}).status_code == 400
