from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sandbox import ids
from sandbox.app import build_town
from sandbox.post import Post
from sandbox.stream import NETWORKS
from sandbox.town import Town
from tests.sandbox.base import CORPUS, NOON, Clock


def town(*, clock: Clock | None = None, **options: Any) -> Town:
    return build_town(corpus=CORPUS, clock=clock or Clock(), **options)


@cache
def noon() -> Town:
    """The town at noon, for tests that only read it."""
    return town()


@cache
def busy_noon() -> Town:
    return town(pace=4)


def read(from_town: Town, network: str) -> list[Post]:
    return list(from_town.newest(network))


class StreamTests:
    @pytest.mark.parametrize("network", NETWORKS)
    def test_a_restart_says_the_same_again(self, network: str) -> None:
        assert read(noon(), network) == read(town(), network) != []

    def test_another_seed_says_other_things(self) -> None:
        assert read(noon(), "x") != read(town(seed="other"), "x")

    @pytest.mark.parametrize("network", NETWORKS)
    def test_ids_grow_with_time(self, network: str) -> None:
        posts = read(noon(), network)

        orders = [ids.order_of(network, post.id) or 0 for post in posts]

        assert orders == [post.order for post in posts] == sorted(set(orders), reverse=True)
        assert [post.at for post in posts] == sorted((post.at for post in posts), reverse=True)

    @pytest.mark.parametrize("network", NETWORKS)
    def test_any_post_is_found_by_its_id(self, network: str) -> None:
        here = noon()

        for post in read(here, network)[::25]:
            assert here.find(network, post.id) == post

    @pytest.mark.parametrize("id", ["", "1", "t3_zz", "abc-é", "9" * 40, "-1", "AbFv!!"])
    def test_an_id_it_never_gave_is_not_found(self, id: str) -> None:
        assert [noon().find(network, id) for network in NETWORKS] == [None] * len(NETWORKS)

    def test_nothing_is_served_before_its_time(self) -> None:
        clock = Clock()
        here = town(clock=clock)
        before = read(here, "x")
        clock.forward(minutes=10)

        after = read(here, "x")

        fresh = after[: len(after) - len(before)]
        assert 20 < len(fresh) < 120
        assert all(NOON < datetime.fromtimestamp(post.at / 1000, NOON.tzinfo) <= clock.at for post in fresh)
        assert {post.id for post in before} - {post.id for post in after} <= {post.id for post in before[-5:]}

    def test_a_first_poll_finds_recent_hours_full_and_old_days_thin(self) -> None:
        hours = Counter(int((NOON.timestamp() * 1000 - post.at) // 3_600_000) for post in read(noon(), "x"))

        assert hours[0] > 200
        assert hours[0] * 0.2 < hours[3] < hours[0] * 0.6
        assert 0 < sum(hours[hour] for hour in range(100, 124)) < 400

    def test_every_slot_is_filled(self) -> None:
        shown = [post for network in NETWORKS for post in read(noon(), network) if post.kind != "hostile"]

        assert not [post.text for post in shown if "{" in post.text or "[[" in post.text]

    def test_hostile_braces_are_left_alone(self) -> None:
        hostile = next(post for post in read(busy_noon(), "google") if post.base == "hostile-1")

        assert hostile.text == "Northfield <img src=x onerror=alert(1)> { 7*7 } [[plain]]\ndata: x"

    def test_posts_on_x_fit_and_stay_findable(self) -> None:
        posts = [post for post in read(noon(), "x") if not post.relation]

        assert all(len(post.text) <= 280 for post in posts)
        assert all("northfield" in post.text.lower() for post in posts)

    def test_some_people_repeat_what_others_said(self) -> None:
        here = noon()

        reposts = [post for post in read(here, "x") if post.relation]

        originals = {post.parent: here.find("x", post.parent) for post in reposts}
        assert {post.relation for post in reposts} == {"retweeted", "quoted"}
        assert all(found and not found.relation for found in originals.values())
        assert all(post.author != getattr(originals[post.parent], "author", "") for post in reposts)

    def test_comments_stand_under_earlier_submissions(self) -> None:
        here = noon()

        comments = [post for post in read(here, "reddit") if post.is_comment]

        assert len(comments) > 50
        for comment in comments[:50]:
            parent = here.find("reddit", comment.parent)
            assert parent is not None
            assert not parent.is_comment
            assert (parent.at < comment.at, parent.subreddit) == (True, comment.subreddit)

    def test_some_reviews_are_stars_only_and_some_are_changed_later(self) -> None:
        reviews = read(busy_noon(), "google")

        assert any(review.text == "" and review.rating for review in reviews)
        assert any(review.edited_at and review.edited_at > review.at for review in reviews)


class JournalTests:
    def test_a_state_file_keeps_the_backlog_of_the_first_start(self, tmp_path: Path) -> None:
        clock, state = Clock(), tmp_path / "state.jsonl"
        first = town(clock=clock, state=state)
        served = {post.id for post in read(first, "x")}
        first.records.journal.close()
        clock.forward(days=2)

        again = {post.id for post in read(town(clock=clock, state=state), "x")}

        oldest = ids.order_at(int(clock.at.timestamp() * 1000) - 7 * 24 * 3_600_000)
        assert {id for id in served if int(id) > oldest} <= again

    def test_a_torn_last_line_is_skipped_and_closed(self, tmp_path: Path) -> None:
        state = tmp_path / "state.jsonl"
        town(state=state).records.journal.close()
        with state.open("a") as file:
            file.write('{"what": "quiet", "on"')

        town(state=state, quiet=True).records.journal.close()

        assert town(state=state).records.is_quiet
