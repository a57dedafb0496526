"""A storm: many people posting about one thing at once, asked for by a tester."""

from dataclasses import dataclass, replace
from random import Random

from sandbox import ids
from sandbox.basepost import BasePost
from sandbox.post import Post
from sandbox.world import Facility
from sandbox.writer import MINUTE, Writer

KINDS = {"ed": "storm_ed", "portal": "storm_portal"}
LARGEST = 20_000


@dataclass(frozen=True)
class Storm:
    number: int
    kind: str
    at: int
    minutes: float
    per_minute: float

    @property
    def end(self) -> int:
        return self.at + int(self.minutes * MINUTE)

    @property
    def size(self) -> int:
        return min(LARGEST, round(self.minutes * self.per_minute))


def blow(storm: Storm, writer: Writer) -> tuple[Post, ...]:
    """All posts of a storm, oldest first: it builds up in the first third and ebbs away in the rest."""
    rng = Random(f"{writer.seed}:storm:{storm.number}")
    moments = sorted(
        storm.at + int(rng.triangular(0, 1, 0.33) * (storm.end - storm.at)) for _ in range(storm.size)
    )
    posts = [storm_post(storm, writer, rank, moment) for rank, moment in enumerate(moments)]
    return tuple(post for post in posts if post is not None)


def storm_post(storm: Storm, writer: Writer, rank: int, at: int) -> Post | None:
    rng = Random(f"{writer.seed}:storm:{storm.number}:{rank}")
    network = "reddit" if rng.random() < 0.2 else "x"
    group = KINDS[storm.kind]
    if (network, group) not in writer.decks.pools:
        network = "x"
    if (network, group) not in writer.decks.pools:
        return None
    base = writer.decks.deal(network, group, rank)
    low = ids.STORM_LOW + (storm.number * LARGEST + rank) % ids.STORM_LOW
    post = writer.compose(
        rng, base, network, order=ids.order_at(at, low), at=at, about=struck(storm, base, writer)
    )
    return replace(post, revisions=())


def struck(storm: Storm, base: BasePost, writer: Writer) -> Facility | None:
    """An emergency department storm is about the one facility that has one."""
    if storm.kind != "ed" or base.facilities:
        return None
    with_one = (each for each in writer.world.facilities if "emergency department" in each.services)
    return next(with_one, None)
