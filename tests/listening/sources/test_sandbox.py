"""The real adapters against the sandbox: every post it serves arrives once, every reply is seen there."""

import time
from dataclasses import replace
from typing import Any

import pytest

from listening.sources import adapter_for, contract
from listening.sources.contract import (
    AuthFailed,
    Forbidden,
    Post,
    QuotaExhausted,
    RateLimited,
    Rechecks,
    SendUnknown,
    Target,
    Unavailable,
)
from sandbox.serving import running_sandbox
from tests.listening.sources.town import CORPUS, KINDS, QUERIES, SECRETS, Town, town

REPLYING = ("x", "reddit", "google", "bluesky", "mastodon")
__all__ = ["town"]
ROUTES = {
    "x": "x.tweet",
    "reddit": "reddit.comment",
    "google": "google.reply",
    "bluesky": "bluesky.create",
    "mastodon": "mastodon.post",
}


AGAIN = ("bluesky", "mastodon")


class PollTests:
    @pytest.mark.parametrize("kind", KINDS)
    def test_all_that_a_living_town_serves_arrives(self, kind: str) -> None:
        with running_sandbox(corpus=CORPUS) as url:
            town = Town(url)
            arrived = town.posts(kind)
            served = town.ledger()["served"][kind]
        assert len(served) > 10
        assert arrived.keys() == set(served)

    @pytest.mark.parametrize("kind", REPLYING)
    def test_several_pages_arrive_whole_and_the_next_round_brings_only_what_is_new(
        self, town: Town, kind: str
    ) -> None:
        many = [{"network": kind, "text": f"Northfield number {n}"} for n in range(230)]
        written = {found["id"] for found in self.inject(town, many)}
        first = town.posts(kind)
        late = {town.write(kind, f"Northfield late {n}") for n in range(3)}
        second = town.posts(kind)
        assert first.keys() == written
        assert late <= second.keys()
        assert len(second) <= (233 if kind in AGAIN else 203)  # they read the last moments again

    def inject(self, town: Town, posts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = town.do("posts", posts=posts)["posts"]
        return found

    def test_comments_arrive_without_a_word_of_the_watchlist(self, town: Town) -> None:
        thread = town.write("reddit", "Northfield again", title="Northfield")
        comment = town.write("reddit", "me too", parent=thread)
        found = town.posts("reddit")[comment]
        assert (found.kind, found.text, found.parent_id) == ("comment", "me too", thread)

    @pytest.mark.parametrize("kind", ["x", "reddit"])
    def test_what_became_of_each_stored_post_is_told(self, town: Town, kind: str) -> None:
        live, edited, gone = (town.write(kind, f"Northfield {number}") for number in range(3))
        town.do("edit", network=kind, id=edited, text="Northfield, in other words")
        town.do("delete", network=kind, id=gone)
        adapter = adapter_for(kind)
        assert isinstance(adapter, Rechecks)
        found = adapter.recheck(town.connection(kind), [live, edited, gone])
        names = {key: fate.name for key, fate in found.items()}
        assert names == {live: "live", edited: "edited", gone: "deleted"}
        changed = found[edited].post
        assert changed is not None
        assert changed.external_id == edited
        assert changed.text.endswith("in other words")

    @pytest.mark.parametrize("kind", ["x", "reddit", "google"])
    def test_a_key_that_says_it_is_wrong_is_refused(self, town: Town, kind: str) -> None:
        connection = town.connection(kind)
        wrong = replace(connection, secrets=dict.fromkeys(SECRETS, "a-wrong-key"))
        with pytest.raises(AuthFailed):
            adapter_for(kind).fetch(wrong, QUERIES, {})

    def test_a_key_without_credit_is_known(self, town: Town) -> None:
        spent = replace(town.connection("x"), secrets=dict.fromkeys(SECRETS, "a-spent-key"))
        with pytest.raises(QuotaExhausted):
            adapter_for("x").fetch(spent, QUERIES, {})

    def test_what_mentions_the_account_of_x_arrives_without_a_watchlist(self, town: Town) -> None:
        named = {town.write("x", f"@NorthfieldHlth is there parking? {n}") for n in range(130)}
        town.write("x", "Northfield has parking")
        connection = town.connection("x")
        connection.options["reads"] = "mentions"
        arrived, cursor, has_more = set[str](), dict[str, Any](), True
        while has_more:
            page = adapter_for("x").fetch(connection, (), cursor)
            arrived |= {post.external_id for post in page.posts}
            cursor, has_more = dict(page.cursor), page.has_more
        assert arrived == named
        late = town.write("x", "hello @NorthfieldHlth")
        assert [post.external_id for post in adapter_for("x").fetch(connection, (), cursor).posts] == [late]

    def test_a_feed_without_news_brings_nothing(self, town: Town) -> None:
        town.write("rss", "Northfield opens a ward", title="Northfield opens")
        first, second = town.posts("rss"), town.posts("rss")
        assert (len(first), len(second)) == (1, 0)
        assert next(iter(first.values())).text == "Northfield opens\n\nNorthfield opens a ward"

    def test_google_news_finds_what_the_outlets_wrote(self, town: Town) -> None:
        town.write("rss", "x", title="Northfield opens - at last", outlet="Alder Courier")
        town.write("rss", "x", title="Nothing to see", outlet="Alder Courier")
        page = adapter_for("news").fetch(town.connection("news"), QUERIES, {})
        assert [(post.title, post.author_name) for post in page.posts] == [
            ("Northfield opens - at last", "Alder Courier")
        ]

    @pytest.mark.parametrize("kind", ["x", "reddit", "google", "mastodon"])
    def test_an_edited_post_keeps_its_id(self, town: Town, kind: str) -> None:
        written = town.write(kind, "Northfield was bad")
        assert town.posts(kind)[written].edited_at is None
        town.do("edit", network=kind, id=written, text="Northfield was good after all")
        edited = town.posts(kind)[written]
        assert edited.text.endswith("Northfield was good after all")
        assert edited.edited_at is not None

    @pytest.mark.parametrize("kind", ["x", "reddit", "google"])
    def test_odd_characters_arrive_as_they_were_written(self, town: Town, kind: str) -> None:
        words = "Northfield \u0000 \ud83d <script>alert(1)</script>\ndata: x"
        written = town.write(kind, words, title="Northfield")
        assert town.posts(kind)[written].text.endswith(words)

    def test_markup_that_somebody_wrote_arrives_as_words(self, town: Town) -> None:
        written = town.write("mastodon", "Northfield <script>alert(1)</script> &amp; <b>\ndata: x \ud83d")
        assert town.posts("mastodon")[written].text == (
            "Northfield <script>alert(1)</script> &amp; <b>\ndata: x \ufffd"
        )

    def test_five_megabytes_arrive(self, town: Town) -> None:
        words = "Northfield " + "wait " * 1_000_000
        written = town.write("x", words)
        assert town.posts("x")[written].text == words

    @pytest.mark.parametrize("kind", KINDS)
    def test_after_a_rate_limit_half_way_nothing_is_lost(self, town: Town, kind: str) -> None:
        written = {town.write(kind, f"Northfield number {n}", title=f"Northfield {n}") for n in range(30)}
        town.do("faults", route=kind, fault="429", times=1)
        with pytest.raises(RateLimited):
            town.round(kind)
        assert town.posts(kind).keys() == written


def named(target: Target) -> str:
    """What the sandbox calls it."""
    is_google = target.external_id.startswith("accounts/")
    return target.external_id.rpartition("/")[2] if is_google else target.external_id


class ReplyTests:
    def written(self, town: Town, kind: str) -> Post:
        written = town.write(kind, "@NorthfieldHlth Northfield lost my bag")
        return town.posts(kind)[written]

    @pytest.mark.parametrize("kind", REPLYING)
    def test_a_reply_is_seen_there(self, town: Town, kind: str) -> None:
        sent = town.reply(kind, self.written(town, kind), "Sorry. Please call 555-0142.")
        (seen,) = town.ledger()["replies"]
        addressed = "@a_passer_by@" if kind == "mastodon" else ""
        assert (seen["network"], seen["text"].startswith(addressed)) == (kind, True)
        assert seen["text"].endswith("Sorry. Please call 555-0142.")
        assert sent.external_id

    @pytest.mark.parametrize("kind", REPLYING)
    def test_our_own_reply_does_not_come_back_as_a_post(self, town: Town, kind: str) -> None:
        post = self.written(town, kind)
        town.reply(kind, post, "Sorry. Northfield cares.")
        assert [found.text for found in town.posts(kind).values() if "cares" in found.text] == []

    @pytest.mark.parametrize("kind", REPLYING)
    def test_a_reply_whose_answer_was_lost_is_unknown_and_there_once(self, town: Town, kind: str) -> None:
        post = self.written(town, kind)
        town.do("faults", route=ROUTES[kind], fault="drop-after-commit", times=1)
        with pytest.raises(SendUnknown):
            town.reply(kind, post, "Sorry.")
        assert len(town.ledger()["replies"]) == 1

    def test_mastodon_makes_one_status_of_the_same_reply_sent_twice(self, town: Town) -> None:
        post = self.written(town, "mastodon")
        town.do("faults", route="mastodon.post", fault="500-after-commit", times=1)
        with pytest.raises(SendUnknown):
            town.reply("mastodon", post, "Sorry.")
        again = town.reply("mastodon", post, "Sorry.")
        assert [reply["id"] for reply in town.ledger()["replies"]] == [again.external_id]

    def test_bluesky_takes_the_same_reply_once(self, town: Town) -> None:
        post = self.written(town, "bluesky")
        town.do("faults", route="bluesky.create", fault="hang-after-commit", times=1, hold=0.2)
        for _ in range(2):
            with pytest.raises(SendUnknown):
                town.reply("bluesky", post, "Sorry.")
        assert len(town.ledger()["replies"]) == 1

    def test_google_knows_that_a_review_is_answered(self, town: Town) -> None:
        post = self.written(town, "google")
        town.reply("google", post, "Sorry.")
        assert not post.replied
        town.cursors["google"] = {}
        assert [found.replied for found in town.posts("google").values()] == [True]

    def test_x_takes_no_reply_nobody_called_for(self, town: Town) -> None:
        written = town.write("x", "Northfield lost my bag")
        uncalled = town.posts("x")[written]
        with pytest.raises(Forbidden, match="Open the post on X"):
            town.reply("x", uncalled, "Sorry.")

    def test_a_locked_thread_takes_no_reply(self, town: Town) -> None:
        written = town.write("reddit", "Northfield", title="Northfield", locked=True)
        post = town.posts("reddit")[written]
        with pytest.raises(Forbidden, match="locked"):
            town.reply("reddit", post, "Sorry.")


@pytest.mark.parametrize("kind", REPLYING)
class ReadBackTests:
    def written(self, town: Town, kind: str) -> Target:
        written = town.write(kind, "@NorthfieldHlth Northfield lost my bag")
        post = town.posts(kind)[written]
        return Target(
            post.external_id,
            url=post.url,
            author_handle=post.author_handle,
            published_at=post.published_at,
        )

    def thread(self, town: Town, kind: str, target: Target) -> contract.Thread:
        adapter = adapter_for(kind)
        assert isinstance(adapter, contract.ReadsBack)
        return adapter.replies_to(town.connection(kind), target)

    def test_it_finds_nothing_where_nothing_is(self, town: Town, kind: str) -> None:
        found = self.thread(town, kind, self.written(town, kind))
        assert (list(found.ours), found.is_whole) == ([], True)

    def test_it_finds_what_we_sent_and_what_was_written_there(self, town: Town, kind: str) -> None:
        target = self.written(town, kind)
        sent = adapter_for(kind).reply(town.connection(kind), target, "Sorry. Please call 555-0142.")
        (ours,) = self.thread(town, kind, target).ours
        assert (ours.external_id, ours.text) == (sent.external_id, "Sorry. Please call 555-0142.")
        town.do("native", network=kind, id=named(target), text="We saw this.")
        words = {each.text for each in self.thread(town, kind, target).ours}
        assert "We saw this." in words
        assert len(words) == (1 if kind == "google" else 2)  # Google keeps one answer to a review

    def test_answers_to_others_are_not_taken_for_it(self, town: Town, kind: str) -> None:
        target, other = self.written(town, kind), town.write(kind, "@NorthfieldHlth Northfield again")
        town.do("native", network=kind, id=other, text="To the other one.")
        assert list(self.thread(town, kind, target).ours) == []

    @pytest.mark.parametrize("fault", ["500-after-commit", "hang-after-commit"])
    def test_what_was_taken_and_not_answered_is_found(self, town: Town, kind: str, fault: str) -> None:
        target = self.written(town, kind)
        town.do("faults", route=ROUTES[kind], fault=fault, times=1, hold=0.2)
        with pytest.raises(SendUnknown):
            adapter_for(kind).reply(town.connection(kind), target, "Sorry.")
        assert [each.text for each in self.thread(town, kind, target).ours] == ["Sorry."]

    def test_a_poll_that_meets_it_says_so(self, town: Town, kind: str) -> None:
        target = self.written(town, kind)
        town.do("native", network=kind, id=named(target), text="Northfield saw this.")
        town.cursors[kind] = {}
        met = [one for page in town.round(kind) for one in page.ours]
        assert [(one.parent_id, one.text) for one in met] == [(target.external_id, "Northfield saw this.")]

    def test_a_network_that_hangs_is_given_up_in_time(self, town: Town, kind: str) -> None:
        target = self.written(town, kind)
        self.thread(town, kind, target)
        town.do("faults", route=kind, fault="hang", hold=20)
        connection = replace(town.connection(kind), seconds=0.5)
        adapter, began = adapter_for(kind), time.monotonic()
        assert isinstance(adapter, contract.ReadsBack)
        with pytest.raises(Unavailable):
            adapter.replies_to(connection, target)
        assert time.monotonic() - began < 15


class RecheckTests:
    def fate(self, town: Town, kind: str, written: str) -> contract.Fate:
        adapter = adapter_for(kind)
        assert isinstance(adapter, contract.Rechecks)
        return adapter.recheck(town.connection(kind), [written])[written]

    @pytest.mark.parametrize("kind", ["bluesky", "mastodon"])
    def test_it_tells_what_is_live_edited_and_gone(self, town: Town, kind: str) -> None:
        kept, lost = (town.write(kind, f"Northfield {n}", author="mina_bikes") for n in range(2))
        assert self.fate(town, kind, kept).name == "live"
        town.do("delete", network=kind, id=lost)
        assert self.fate(town, kind, lost).name == "deleted"

    def test_what_was_edited_comes_with_its_words(self, town: Town) -> None:
        kind = "mastodon"
        written = town.write(kind, "Northfield was bad", author="mina_bikes")
        town.do("edit", network=kind, id=written, text="Northfield was good")
        fate = self.fate(town, kind, written)
        assert (fate.name, fate.post and fate.post.text) == ("edited", "Northfield was good")
