from datetime import timedelta
from typing import Any

import pytest
import tweepy

from sandbox import ids
from sandbox.x_shapes import user_id
from tests.sandbox.base import NOON, Clock, control, inject, ledger, sandbox, x_client


def found(base: str, query: str = "northfield", **options: Any) -> list[str]:
    answer = x_client(base).search_recent_tweets(query, max_results=100, **options)
    return [tweet["id"] for tweet in answer.get("data", [])]


class SearchTests:
    def test_it_obeys_the_query(self, quiet: str) -> None:
        ours = inject(quiet, "x", "Northfield billing is slow", lang="en")
        inject(quiet, "x", "Northfield cheese is good")
        spanish = inject(quiet, "x", "Northfield no contesta", lang="es")

        assert found(quiet, "northfield -cheese") == [spanish, ours]
        assert found(quiet, '"billing is" OR nothing') == [ours]
        assert found(quiet, "northfield lang:es") == [spanish]
        assert found(quiet, "zebra") == []

    def test_it_gives_the_fields_that_were_asked_for(self, quiet: str) -> None:
        id = inject(quiet, "x", "Northfield @NorthfieldHlth hi", author="mina_bikes")

        answer = x_client(quiet).search_recent_tweets(
            "northfield",
            tweet_fields=["created_at", "lang"],
            expansions=["author_id"],
            user_fields=["verified"],
        )
        plain = x_client(quiet).search_recent_tweets("northfield")

        assert answer["data"][0] == {
            "id": id,
            "text": "Northfield @NorthfieldHlth hi",
            "edit_history_tweet_ids": [id],
            "created_at": "2026-03-10T16:00:00.000Z",
            "lang": "en",
        }
        assert answer["includes"]["users"][0]["username"] == "mina_bikes"
        assert answer["includes"]["users"][0]["verified"] is False
        assert answer["meta"] == {"newest_id": id, "oldest_id": id, "result_count": 1}
        assert set(plain["data"][0]) == {"id", "text", "edit_history_tweet_ids"}
        assert "includes" not in plain

    def test_a_long_post_is_cut_and_stands_whole_in_note_tweet(self, quiet: str) -> None:
        text = "Northfield " + "long " * 200
        inject(quiet, "x", text)

        tweet = x_client(quiet).search_recent_tweets("northfield", tweet_fields=["note_tweet"])["data"][0]

        assert tweet["note_tweet"]["text"] == text
        assert len(tweet["text"]) == 280
        assert tweet["text"].endswith("…")

    def test_since_id_and_pages_lose_nothing_and_repeat_nothing(self) -> None:
        clock = Clock()
        with sandbox(clock=clock) as base:
            first = x_client(base).search_recent_tweets("northfield", max_results=10)
            since = first["meta"]["newest_id"]
            clock.forward(hours=1)
            seen, token = list[str](), None
            while True:
                clock.forward(seconds=20)  # new posts on top must not disturb the pages below
                answer = x_client(base).search_recent_tweets(
                    "northfield", max_results=13, since_id=since, next_token=token
                )
                seen += [tweet["id"] for tweet in answer["data"]]
                token = answer["meta"].get("next_token")
                if token is None:
                    break
            whole = found(base, since_id=since, end_time=NOON + timedelta(hours=1))

        expected = [id for id in seen if ids.moment_of(int(id)) < (NOON.timestamp() + 3600) * 1000]
        assert len(seen) == len(set(seen)) > 150
        assert expected[:100] == whole
        assert int(seen[-1]) > int(since)

    def test_start_and_end_time_bound_it(self, quiet: str) -> None:
        early = inject(quiet, "x", "Northfield one", published_at="2026-03-10T10:00:00Z")
        inject(quiet, "x", "Northfield two")

        assert found(quiet, start_time="2026-03-10T09:00:00Z", end_time="2026-03-10T12:00:00Z") == [early]

    @pytest.mark.parametrize(
        "options",
        [
            {"query": "("},
            {"query": "lang:en"},
            {"query": "a" * 513},
            {"query": "a", "max_results": 5},
            {"query": "a", "max_results": 101},
            {"query": "a", "since_id": "100"},
            {"query": "a", "since_id": "abc"},
            {"query": "a", "start_time": "2026-01-01T00:00:00Z"},
            {"query": "a", "start_time": "soon"},
            {"query": "a", "next_token": "!!"},
        ],
    )
    def test_it_refuses_what_the_real_one_refuses(self, quiet: str, options: dict[str, Any]) -> None:
        with pytest.raises(tweepy.BadRequest):
            x_client(quiet).search_recent_tweets(**options)

    def test_it_asks_for_a_token_and_says_what_is_left(self, quiet: str) -> None:
        client = x_client(quiet)
        client.return_type = tweepy.client.requests.Response
        headers = client.search_recent_tweets("northfield").headers

        assert int(headers["x-rate-limit-limit"]) - 1 == int(headers["x-rate-limit-remaining"])
        assert NOON.timestamp() < int(headers["x-rate-limit-reset"]) <= NOON.timestamp() + 900
        with pytest.raises(tweepy.Unauthorized):
            x_client(quiet, bearer="").search_recent_tweets("northfield")

    def test_it_turns_away_whoever_asks_too_often(self) -> None:
        clock = Clock()
        with sandbox(quiet=True, clock=clock, x_limit=2) as base:
            found(base)
            found(base)
            with pytest.raises(tweepy.TooManyRequests) as error:
                found(base)
            assert error.value.reset_time == int(NOON.timestamp()) + 900
            clock.forward(minutes=15)
            assert found(base) == []

    def test_an_external_id_below_since_id_still_arrives(self, quiet: str) -> None:
        since = inject(quiet, "x", "Northfield one")
        inject(quiet, "x", "Northfield two", id="1577")

        assert found(quiet, since_id=since) == ["1577"]


class LookupTests:
    def test_missing_and_deleted_posts_are_errors(self, quiet: str) -> None:
        kept, lost = inject(quiet, "x", "Northfield one"), inject(quiet, "x", "Northfield two")
        control(quiet, "delete", {"network": "x", "id": lost})

        answer = x_client(quiet).get_tweets([kept, lost, "12"])

        assert [tweet["id"] for tweet in answer["data"]] == [kept]
        assert [error["resource_id"] for error in answer["errors"]] == [lost, "12"]
        assert found(quiet) == [kept]

    def test_an_edit_is_a_new_id_in_the_old_chain(self, quiet: str) -> None:
        old = inject(quiet, "x", "Northfield one")
        other = inject(quiet, "x", "Northfield other")
        control(quiet, "edit", {"network": "x", "id": old, "text": "Northfield changed"})

        tweets = x_client(quiet).search_recent_tweets("northfield", since_id=other)["data"]

        assert [(tweet["text"], tweet["edit_history_tweet_ids"][0]) for tweet in tweets] == [
            ("Northfield changed", old)
        ]
        assert found(quiet) == [tweets[0]["id"], other]
        assert set(ledger(quiet)["served"]["x"]) == {old, other}

    def test_mentions_are_those_that_name_the_handle(self, quiet: str) -> None:
        inject(quiet, "x", "Northfield")
        named = inject(quiet, "x", "hey @northfieldhlth")

        answer = x_client(quiet).get_users_mentions(user_id("NorthfieldHlth"))

        assert [tweet["id"] for tweet in answer["data"]] == [named]

    def test_mentions_end_with_the_newest_eight_hundred(self, quiet: str) -> None:
        posts = [{"network": "x", "text": f"hey @northfieldhlth {n}"} for n in range(830)]
        made = [found["id"] for found in control(quiet, "posts", posts)["posts"]]
        seen, token = list[str](), None
        for _ in range(8):
            answer = x_client(quiet).get_users_mentions(
                user_id("NorthfieldHlth"), max_results=100, pagination_token=token
            )
            seen += [tweet["id"] for tweet in answer["data"]]
            token = answer["meta"].get("next_token")

        assert token is None
        assert seen == made[:-801:-1]

    def test_it_says_who_is_asking(self, quiet: str) -> None:
        me = x_client(quiet).get_me()["data"]

        assert (me["username"], me["id"]) == ("NorthfieldHlth", user_id("NorthfieldHlth"))


class ReplyTests:
    def test_a_reply_to_one_who_called_is_posted_and_noted(self, quiet: str) -> None:
        asked = inject(quiet, "x", "@NorthfieldHlth where do I park?")

        made = x_client(quiet).create_tweet(text="Level B is free today.", in_reply_to_tweet_id=asked)["data"]

        reply = ledger(quiet)["replies"][0]
        assert reply == {
            "network": "x",
            "id": made["id"],
            "in_reply_to": asked,
            "text": "Level B is free today.",
            "at": "2026-03-10T16:00:00.000Z",
        }
        assert found(quiet, "level from:NorthfieldHlth") == [made["id"]]
        assert ledger(quiet)["served"]["x"] == []

    def test_one_who_did_not_call_cannot_be_answered(self, quiet: str) -> None:
        asked = inject(quiet, "x", "Northfield parking is a maze")

        with pytest.raises(tweepy.Forbidden, match="not been mentioned"):
            x_client(quiet).create_tweet(text="Level B is free.", in_reply_to_tweet_id=asked)
        assert ledger(quiet)["replies"] == []

    def test_the_same_words_twice_are_refused(self, quiet: str) -> None:
        first = inject(quiet, "x", "@NorthfieldHlth one")
        x_client(quiet).create_tweet(text="Thank you.", in_reply_to_tweet_id=first)

        with pytest.raises(tweepy.Forbidden, match="duplicate"):
            x_client(quiet).create_tweet(text="Thank you.", in_reply_to_tweet_id=first)
        assert len(ledger(quiet)["replies"]) == 1

    def test_a_deleted_post_cannot_be_answered(self, quiet: str) -> None:
        asked = inject(quiet, "x", "@NorthfieldHlth one")
        control(quiet, "delete", {"id": asked})

        with pytest.raises(tweepy.Forbidden, match="deleted"):
            x_client(quiet).create_tweet(text="Thank you.", in_reply_to_tweet_id=asked)
