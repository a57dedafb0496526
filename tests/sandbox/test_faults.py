import json
from typing import Any

import httpx
import praw
import prawcore
import pytest
import requests
import tweepy
from praw.exceptions import RedditAPIException

from tests.sandbox.base import NOON, Clock, control, http, inject, ledger, reddit_client, sandbox, x_client

REVIEWS = "/v4/accounts/7001/locations/9001/reviews"
TOKEN = {"authorization": "Bearer t"}


def fault(base: str, route: str, kind: str, **options: Any) -> None:
    control(base, "faults", {"route": route, "fault": kind, "times": 1, **options})


def search(base: str, **options: Any) -> Any:
    return x_client(base, **options).search_recent_tweets("northfield")


def new(reddit: praw.Reddit) -> list[Any]:
    return list(reddit.subreddit("all").new())


class XFaultTests:
    @pytest.mark.parametrize(
        ("kind", "error"),
        [
            ("429", tweepy.TooManyRequests),
            ("429-no-reset", tweepy.TooManyRequests),
            ("401", tweepy.Unauthorized),
            ("401-no-www", tweepy.Unauthorized),
            ("402", tweepy.HTTPException),
            ("403", tweepy.Forbidden),
            ("503", tweepy.TwitterServerError),
            ("html", requests.JSONDecodeError),
            ("truncated", requests.JSONDecodeError),
            ("drop", requests.ConnectionError),
            ("drop-after-commit", requests.ConnectionError),
        ],
    )
    def test_the_client_meets_it_once_and_then_all_is_well(
        self, quiet: str, kind: str, error: type[Exception]
    ) -> None:
        id = inject(quiet, "x", "Northfield")
        fault(quiet, "x.search", kind)

        with pytest.raises(error):
            search(quiet)
        assert ledger(quiet)["served"]["x"] == []
        assert search(quiet)["data"][0]["id"] == id
        assert ledger(quiet)["served"]["x"] == [id]

    def test_a_limit_says_when_it_ends_or_does_not(self, quiet: str) -> None:
        fault(quiet, "x", "429", retry_after=77)
        with pytest.raises(tweepy.TooManyRequests) as with_reset:
            search(quiet)
        fault(quiet, "x", "429-no-reset")
        with pytest.raises(tweepy.TooManyRequests) as without:
            search(quiet)

        assert with_reset.value.reset_time == int(NOON.timestamp()) + 77
        assert without.value.reset_time is None

    def test_a_hang_lasts_until_the_client_gives_up(self, quiet: str) -> None:
        fault(quiet, "x.search", "hang")

        with pytest.raises(requests.ReadTimeout):
            search(quiet, timeout=0.3)
        assert search(quiet) == {"meta": {"result_count": 0}}

    def test_slow_drips_the_true_answer(self, quiet: str) -> None:
        inject(quiet, "x", "Northfield")
        fault(quiet, "x.search", "slow")
        asked = f"{quiet}/2/tweets/search/recent?query=northfield"
        with http.stream("GET", asked, headers=TOKEN) as answer:
            drops = list(answer.iter_raw())

        assert len(drops) > 2
        assert json.loads(b"".join(drops))["meta"]["result_count"] == 1

    def test_duplicates_bring_every_item_twice(self, quiet: str) -> None:
        id = inject(quiet, "x", "Northfield")
        link = inject(quiet, "reddit", "a")
        fault(quiet, "x.search", "duplicates")
        fault(quiet, "reddit.new", "duplicates")

        assert [tweet["id"] for tweet in search(quiet)["data"]] == [id, id]
        assert [vars(item)["name"] for item in new(reddit_client(quiet))] == [link, link]
        assert ledger(quiet)["served"]["x"] == [id]

    def test_the_reply_is_posted_although_nobody_hears_of_it(self, quiet: str) -> None:
        asked = inject(quiet, "x", "@NorthfieldHlth hello")
        fault(quiet, "x.tweet", "drop-after-commit")

        with pytest.raises(requests.ConnectionError):
            x_client(quiet).create_tweet(text="Hello.", in_reply_to_tweet_id=asked)
        assert [reply["text"] for reply in ledger(quiet)["replies"]] == ["Hello."]

    def test_a_plain_drop_posts_nothing(self, quiet: str) -> None:
        asked = inject(quiet, "x", "@NorthfieldHlth hello")
        fault(quiet, "x.tweet", "drop")

        with pytest.raises(requests.ConnectionError):
            x_client(quiet).create_tweet(text="Hello.", in_reply_to_tweet_id=asked)
        assert ledger(quiet)["replies"] == []


class RedditFaultTests:
    @pytest.mark.parametrize(
        ("kind", "error"),
        [
            ("429", prawcore.exceptions.TooManyRequests),
            ("429-no-reset", prawcore.exceptions.TooManyRequests),
            ("403", prawcore.exceptions.Forbidden),
            ("503", prawcore.exceptions.ServerError),
            ("html", prawcore.exceptions.BadJSON),
            ("truncated", prawcore.exceptions.BadJSON),
            ("drop", prawcore.exceptions.RequestException),
            ("401", prawcore.exceptions.InvalidToken),
            ("401-no-www", KeyError),
        ],
    )
    def test_the_client_meets_it(self, quiet: str, kind: str, error: type[Exception]) -> None:
        fault(quiet, "reddit.new", kind, times=None)

        with pytest.raises(error):
            new(reddit_client(quiet))

    @pytest.mark.parametrize("code", ["THREAD_LOCKED", "RATELIMIT", "DELETED_COMMENT", "TOO_OLD"])
    def test_a_comment_is_refused_in_the_body(self, quiet: str, code: str) -> None:
        link = inject(quiet, "reddit", "a")
        fault(quiet, "reddit.comment", code)

        with pytest.raises(RedditAPIException, match=code):
            reddit_client(quiet).submission(link[3:]).reply("Hello.")
        assert ledger(quiet)["replies"] == []

    def test_the_token_can_fail_too(self, quiet: str) -> None:
        fault(quiet, "reddit.token", "401")

        with pytest.raises(prawcore.exceptions.ResponseException):
            new(reddit_client(quiet))


class FaultTests:
    @pytest.mark.parametrize("kind", ["429", "401", "402", "403", "503"])
    def test_google_words_it_in_its_own_way(self, quiet: str, kind: str) -> None:
        fault(quiet, "google", kind)

        answer = http.get(f"{quiet}{REVIEWS}", headers=TOKEN)

        assert (answer.status_code, answer.json()["error"]["code"]) == (int(kind), int(kind))
        assert http.get(f"{quiet}{REVIEWS}", headers=TOKEN).status_code == 200

    def test_it_strikes_the_named_route_only(self, quiet: str) -> None:
        fault(quiet, "rss", "503", times=None)

        assert http.get(f"{quiet}/feeds/news.xml").status_code == 503
        assert http.get(f"{quiet}{REVIEWS}", headers=TOKEN).status_code == 200

    def test_it_ends_after_its_time(self) -> None:
        clock = Clock()
        with sandbox(quiet=True, clock=clock) as base:
            fault(base, "rss", "503", times=None, seconds=60)
            clock.forward(seconds=59)
            assert http.get(f"{base}/feeds/news.xml").status_code == 503
            clock.forward(seconds=1)
            assert http.get(f"{base}/feeds/news.xml").status_code == 200

    def test_it_ends_when_it_is_cleared(self, quiet: str) -> None:
        fault(quiet, "rss", "503", times=None)
        http.delete(f"{quiet}/_sandbox/faults")
        assert http.get(f"{quiet}/feeds/news.xml").status_code == 200

    @pytest.mark.parametrize(("route", "kind"), [("x.nothing", "429"), ("", "429"), ("x", "plague")])
    def test_an_unknown_one_is_refused(self, quiet: str, route: str, kind: str) -> None:
        with pytest.raises(httpx.HTTPStatusError):
            fault(quiet, route, kind)
        with pytest.raises(httpx.HTTPStatusError):
            fault(quiet, "x", "429", seconds="soon")
