from collections.abc import Iterator

import httpx
import praw
import prawcore
import pytest
from praw.exceptions import RedditAPIException

from tests.sandbox.base import Clock, control, http, inject, ledger, reddit_client, sandbox


def names(items: Iterator[object]) -> list[str]:
    return [vars(item)["name"] for item in items]


class ListingTests:
    def test_search_finds_submissions_only(self, quiet: str) -> None:
        kept = inject(quiet, "reddit", "the bill was wrong", title="Northfield billing", subreddit="larkmoor")
        inject(quiet, "reddit", "me too, Northfield", parent=kept)
        inject(quiet, "reddit", "about cheese", title="Other town")

        found = reddit_client(quiet).subreddit("all").search("northfield billing", sort="new", limit=None)

        assert names(found) == [kept]

    def test_several_subreddits_are_read_at_once(self, quiet: str) -> None:
        first = inject(quiet, "reddit", "a", subreddit="larkmoor")
        second = inject(quiet, "reddit", "b", subreddit="northfieldtown")
        inject(quiet, "reddit", "c", subreddit="askanurse_nf")
        reddit = reddit_client(quiet)

        assert names(reddit.subreddit("larkmoor+northfieldtown").new()) == [second, first]
        assert names(reddit.subreddit("larkmoor").search("b")) == []
        with pytest.raises(prawcore.exceptions.NotFound):
            list(reddit.subreddit("nowhere").new())

    def test_every_attribute_is_there_without_a_second_request(self, quiet: str) -> None:
        link = inject(quiet, "reddit", "the <b>body</b> & more", title="Title", author="mossy_bench")
        inject(quiet, "reddit", "a comment", parent=link, author="quietpier")
        reddit = reddit_client(quiet)

        submission = vars(next(reddit.subreddit("northfieldtown").new()))
        comment = vars(next(reddit.subreddit("northfieldtown").comments()))

        assert submission["author"].name == "mossy_bench"
        assert (submission["title"], submission["selftext"]) == ("Title", "the <b>body</b> & more")
        assert (submission["edited"], submission["removed_by_category"], submission["over_18"]) == (
            False,
            None,
            False,
        )
        assert submission["permalink"].startswith("/r/northfieldtown/comments/")
        assert (comment["link_id"], comment["parent_id"], comment["link_title"]) == (link, link, "Title")
        assert (comment["body"], comment["author"].name) == ("a comment", "quietpier")
        assert set(ledger(quiet)["requests"]) == {"reddit.token", "reddit.new", "reddit.comments"}

    def test_pages_lose_nothing_and_repeat_nothing(self) -> None:
        with sandbox(clock=Clock()) as base:
            reddit = reddit_client(base)
            every = names(reddit.subreddit("all").comments(limit=None))
            pages = names(reddit.subreddit("all").comments(limit=250))
            before = names(reddit.subreddit("all").comments(params={"before": every[40]}))

        assert len(every) == len(set(every)) > 250
        assert pages == every[:250]
        assert before == every[:40]

    def test_before_a_deleted_post_nothing_is_found(self, quiet: str) -> None:
        first = inject(quiet, "reddit", "a")
        inject(quiet, "reddit", "b")
        control(quiet, "delete", {"id": first})

        assert names(reddit_client(quiet).subreddit("all").new(params={"before": first})) == []

    def test_without_raw_json_markup_is_escaped(self, quiet: str) -> None:
        inject(quiet, "reddit", "<b>", title="A & B")

        headers = {"authorization": "bearer t"}
        answer = http.get(f"{quiet}/r/all/new", headers=headers).json()["data"]["children"][0]["data"]

        assert (answer["title"], answer["selftext"]) == ("A &amp; B", "&lt;b&gt;")

    def test_info_tells_deleted_removed_edited_and_unknown_apart(self, quiet: str) -> None:
        gone, removed, edited = (inject(quiet, "reddit", text) for text in "abc")
        control(quiet, "delete", {"id": gone})
        control(quiet, "delete", {"id": removed, "by": "moderator"})
        control(quiet, "edit", {"id": edited, "text": "C, edited"})

        items = reddit_client(quiet).info(fullnames=[gone, removed, edited, "t3_zz"])
        found = {vars(item)["name"]: vars(item) for item in items}

        assert (found[gone]["author"], found[gone]["selftext"]) == (None, "[deleted]")
        assert (found[removed]["selftext"], found[removed]["removed_by_category"]) == (
            "[removed]",
            "moderator",
        )
        assert (found[edited]["selftext"], found[edited]["edited"]) == ("C, edited", 1773158400.0)
        assert set(found) == {gone, removed, edited}


class TokenTests:
    def test_the_connection_is_really_closed(self, quiet: str) -> None:
        with httpx.Client() as client:
            answer = client.post(
                f"{quiet}/api/v1/access_token", auth=("a", "b"), data={"grant_type": "client_credentials"}
            )

        assert answer.headers["connection"] == "close"
        assert answer.json()["token_type"] == "bearer"

    def test_no_token_no_answer(self, quiet: str) -> None:
        assert http.get(f"{quiet}/r/all/new").status_code == 401
        assert http.post(f"{quiet}/api/v1/access_token").status_code == 401

    def test_limits_are_whole_numbers(self, quiet: str) -> None:
        reddit = reddit_client(quiet)
        list(reddit.subreddit("all").new())

        assert isinstance(reddit.auth.limits["used"], int)
        assert str(reddit.user.me()) == "northfield_listens"


class CommentTests:
    def answer(self, base: str, fullname: str, **options: object) -> str:
        reddit: praw.Reddit = reddit_client(base, **options)
        kind = reddit.comment if fullname.startswith("t1_") else reddit.submission
        return str(vars(kind(fullname[3:]).reply("Please call our patient line."))["name"])

    def test_a_reply_is_posted_and_noted(self, quiet: str) -> None:
        link = inject(quiet, "reddit", "a", subreddit="larkmoor")

        under_link = self.answer(quiet, link)
        under_that = self.answer(quiet, under_link)

        replies = ledger(quiet)["replies"]
        assert [(reply["id"], reply["in_reply_to"]) for reply in replies] == [
            (under_link, link),
            (under_that, under_link),
        ]
        comments = [vars(item) for item in reddit_client(quiet).subreddit("larkmoor").comments()]
        assert [(item["author"].name, item["link_id"]) for item in comments] == [
            ("northfield_listens", link)
        ] * 2

    @pytest.mark.parametrize("code", ["THREAD_LOCKED", "DELETED_COMMENT", "USER_REQUIRED"])
    def test_it_is_refused_in_the_body(self, quiet: str, code: str) -> None:
        link = inject(quiet, "reddit", "a", locked=code == "THREAD_LOCKED")
        if code == "DELETED_COMMENT":
            control(quiet, "delete", {"id": link})
        options = {"refresh_token": None} if code == "USER_REQUIRED" else {}

        with pytest.raises(RedditAPIException, match=code):
            self.answer(quiet, link, **options)
        assert ledger(quiet)["replies"] == []
