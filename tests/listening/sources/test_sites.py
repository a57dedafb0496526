"""The adapters of review sites and comment threads against the sandbox."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from listening.sources import adapter_for, contract
from listening.sources.contract import AuthFailed, Connection, RateLimited, SendUnknown, Target, Unavailable
from sandbox import sites
from sandbox.serving import running_sandbox
from tests.listening.sources.town import CORPUS, Town
from tests.timing import PATIENCE

FACILITIES = ("main", "north", "womens", "west", "rehab")
OPTIONS: dict[str, dict[str, Any]] = {
    "facebook": {"page": sites.PAGE},
    "yelp": {"businesses": "\n".join(f"northfield-{slug}" for slug in FACILITIES)},
    "trustpilot": {"business_units": sites.UNIT, "author_user_id": "u7"},
    "careopinion": {"filters": "?dateofpublicationorder=x&q=Northfield"},
    "youtube": {"videos": "\n".join(sites.VIDEOS), "own_channels": sites.CHANNEL},
}
SECRETS = (
    "page_token",
    "api_key",
    "api_secret",
    "subscription_key",
    "client_id",
    "client_secret",
    "refresh_token",
)
KINDS = tuple(OPTIONS)
REPLYING = {"facebook": "facebook.comment", "trustpilot": "trustpilot.reply", "youtube": "youtube.comment"}
RECHECKING = ("facebook", "trustpilot", "careopinion", "youtube")


class Sites(Town):
    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.cursors = {kind: {} for kind in KINDS}

    def connection(self, kind: str) -> Connection:
        options = {"api_url": self.url, **OPTIONS[kind]}
        return Connection(options, dict.fromkeys(SECRETS, "sandbox"), may_reach_private=True)

    def posts(self, kind: str) -> dict[str, contract.Post]:
        pages = self.round(kind)
        assert [bad for page in pages for bad in page.unreadable] == []
        return {post.external_id: post for page in pages for post in page.posts}


@pytest.fixture(scope="module")
def one_town() -> Iterator[Sites]:
    with running_sandbox(corpus=CORPUS, quiet=True) as url:
        yield Sites(url)


@pytest.fixture
def town(one_town: Sites) -> Sites:
    """Silent, so that a test knows every post there is."""
    one_town.do("forget")
    one_town.cursors = {kind: {} for kind in KINDS}
    return one_town


class PollTests:
    def test_all_that_a_living_town_serves_arrives(self) -> None:
        with running_sandbox(corpus=CORPUS) as url:
            town = Sites(url)
            arrived = {kind: set(town.posts(kind)) for kind in KINDS}
            served = town.ledger()["served"]
        assert {kind: set(served[kind]) for kind in KINDS} == arrived
        assert all(len(found) > 5 for found in arrived.values())

    @pytest.mark.parametrize("kind", KINDS)
    def test_after_a_rate_limit_half_way_nothing_is_lost(self, town: Sites, kind: str) -> None:
        written = {town.write(kind, f"Northfield number {n}") for n in range(3)}
        town.do("faults", route=kind, fault="429", times=1)
        with pytest.raises(RateLimited):
            town.round(kind)
        assert set(town.posts(kind)) == written

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize(
        ("fault", "error"), [("401", AuthFailed), ("503", Unavailable), ("drop", Unavailable)]
    )
    def test_a_bad_day_is_told_apart(
        self, town: Sites, kind: str, fault: str, error: type[Exception]
    ) -> None:
        town.do("faults", route=kind, fault=fault, times=1)
        with pytest.raises(error):
            town.round(kind)
        town.write(kind, "Northfield again")
        assert town.posts(kind)

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_next_round_brings_what_is_new(self, town: Sites, kind: str) -> None:
        town.write(kind, "Northfield was fine")
        town.posts(kind)
        late = town.write(kind, "Northfield again")
        assert late in town.posts(kind)

    @pytest.mark.parametrize("kind", KINDS)
    def test_odd_characters_arrive_as_they_were_written(self, town: Sites, kind: str) -> None:
        words = "Northfield \u0000 \ud83d <script>alert(1)</script>\ndata: x"
        written = town.write(kind, words)
        assert town.posts(kind)[written].text == words

    @pytest.mark.parametrize("kind", KINDS)
    def test_what_comes_twice_is_there_once(self, town: Sites, kind: str) -> None:
        written = {town.write(kind, f"Northfield number {n}") for n in range(3)}
        town.do("faults", route=kind, fault="duplicates", times=1)
        assert set(town.posts(kind)) == written


class RecheckTests:
    @pytest.mark.parametrize("kind", RECHECKING)
    def test_what_was_deleted_is_known(self, town: Sites, kind: str) -> None:
        kept, gone = town.write(kind, "Northfield kept"), town.write(kind, "Northfield gone")
        town.do("delete", network=kind, id=gone)
        adapter = adapter_for(kind)
        assert isinstance(adapter, contract.Rechecks)
        fates = adapter.recheck(town.connection(kind), [kept, gone])
        assert {id: fate.name for id, fate in fates.items()} == {kept: "live", gone: "deleted"}


@pytest.mark.parametrize("kind", REPLYING)
class ReplyTests:
    def written(self, town: Sites, kind: str) -> Target:
        written = town.write(kind, "Northfield lost my bag")
        post = town.posts(kind)[written]
        return Target(post.external_id, url=post.url, published_at=post.published_at)

    def thread(self, town: Sites, kind: str, target: Target) -> contract.Thread:
        adapter = adapter_for(kind)
        assert isinstance(adapter, contract.ReadsBack)
        return adapter.replies_to(town.connection(kind), target)

    def reply_to(self, town: Sites, kind: str, target: Target, text: str) -> contract.Sent:
        return adapter_for(kind).reply(town.connection(kind), target, text)

    def test_a_reply_is_seen_there_and_read_back(self, town: Sites, kind: str) -> None:
        target = self.written(town, kind)
        assert self.thread(town, kind, target) == contract.Thread([], is_whole=True)
        sent = self.reply_to(town, kind, target, "Sorry. Please call 555-0142.")
        (ours,) = self.thread(town, kind, target).ours
        assert (ours.external_id, ours.text) == (sent.external_id, "Sorry. Please call 555-0142.")
        assert [seen["network"] for seen in town.ledger()["replies"]] == [kind]

    @pytest.mark.parametrize("fault", ["drop-after-commit", "500-after-commit", "hang-after-commit"])
    def test_a_lost_answer_is_unknown_there_once_and_found(self, town: Sites, kind: str, fault: str) -> None:
        target = self.written(town, kind)
        town.do("faults", route=REPLYING[kind], fault=fault, times=1, hold=0.2)
        with pytest.raises(SendUnknown):
            self.reply_to(town, kind, target, "Sorry.")
        assert [each.text for each in self.thread(town, kind, target).ours] == ["Sorry."]
        assert len(town.ledger()["replies"]) == 1

    def test_what_is_refused_is_nowhere(self, town: Sites, kind: str) -> None:
        target = self.written(town, kind)
        town.do("faults", route=REPLYING[kind], fault="403", times=1)
        with pytest.raises(contract.Forbidden):
            self.reply_to(town, kind, target, "Sorry.")
        assert town.ledger()["replies"] == []
        assert list(self.thread(town, kind, target).ours) == []

    def test_a_poll_meets_what_was_answered_there_as_ours(self, town: Sites, kind: str) -> None:
        target = self.written(town, kind)
        town.do("native", network=kind, id=target.external_id, text="Northfield saw this.")
        town.cursors[kind] = {}
        pages = town.round(kind)
        assert "Northfield saw this." not in {post.text for page in pages for post in page.posts}
        met = [one for page in pages for one in page.ours]
        assert [(one.parent_id, one.text) for one in met] == [(target.external_id, "Northfield saw this.")]


class SandboxTests:
    def test_its_page_shows_every_network(self, town: Sites) -> None:
        for kind in KINDS:
            town.write(kind, f"Northfield on {kind}")
        page = httpx.get(town.url, timeout=PATIENCE).text
        assert all(f"Northfield on {kind}" in page for kind in KINDS)
