"""Which base post comes when: shuffled decks, so that none comes again before most others of its group.

Posts of a network are numbered for ever. A block of 240 numbers holds each group in fixed shares, in shuffled
order; within a group the base posts go round and round, each round shuffled only within quarters.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import ceil
from random import Random

from sandbox.basepost import BasePost

BLOCK = 240
QUIET_FOR = 150  # a base post should not come again on its network within this many posts
STARS = "stars"  # a rating with no text
REPOST = "repost"
RARE = ("emergency", "hostile", "namesake")  # stay rare, however small the other pools are
COMMENTS = "reddit comments"  # these may also say what is said on X, for they need no title

SHARES: dict[str, dict[str, int]] = {
    "x": {
        "complaint": 84, "chatter": 46, "praise": 26, "question": 22, "namesake": 20, "news": 4, "hostile": 4,
        "emergency": 3, "es": 13, "fr": 3, "vi": 3, REPOST: 12,
    },
    "reddit": {
        "complaint": 80, "question": 46, "chatter": 40, "praise": 24, "namesake": 20, "news": 5, "hostile": 4,
        "emergency": 3, "es": 10, "fr": 4, "vi": 4,
    },
    "google": {
        "complaint": 92, "praise": 82, "question": 4, "chatter": 4, "hostile": 4, "emergency": 3, "es": 14,
        "fr": 4, "vi": 4, STARS: 29,
    },
    "rss": {"news": 232, "hostile": 4, "namesake": 4},
}  # fmt: skip


class Decks:
    def __init__(self, posts: Sequence[BasePost], seed: str) -> None:
        self.seed = seed
        self.pools: dict[tuple[str, str], list[BasePost]] = {}
        for post in posts:
            for network in (*post.networks, *([COMMENTS] if is_comment_like(post) else [])):
                self.pools.setdefault((network, post.group), []).append(post)
        for key, pool in self.pools.items():
            Random(f"{seed}:pool:{key}").shuffle(pool)
        self.counts = {network: self._counts(network) for network in SHARES}
        self.block = lru_cache(maxsize=256)(self._block)
        self.quarter = lru_cache(maxsize=2048)(self._quarter)

    def draw(self, network: str, number: int, *, pool: str = "") -> tuple[str, BasePost | None]:
        """Group and base post of a network's post with this number; none for stars and reposts."""
        group, rank = self.block(network, number // BLOCK)[number % BLOCK]
        if group in (STARS, REPOST):
            return group, None
        return group, self.deal(pool or network, group, rank)

    def deal(self, network: str, group: str, rank: int) -> BasePost:
        """The base post dealt at this rank of a group's endless deck."""
        pool = self.pools[network, group]
        round_, place = divmod(rank, len(pool))
        size = max(1, len(pool) // 4)
        return self.quarter(network, group, round_, place // size)[place % size]

    def _counts(self, network: str) -> dict[str, int]:
        """How many of each group stand in a block: the shares, but no more than a small pool can carry."""
        fixed, common, room = {}, {}, {}
        for group, share in SHARES[network].items():
            pool = self._smallest_pool(network, group)
            if group in (STARS, REPOST):
                fixed[group] = share
            elif pool and group in RARE:
                fixed[group] = min(share, ceil(carried(pool)))
            elif pool:
                common[group], room[group] = float(share), carried(pool)
        if not common:
            return {}
        return fixed | apportion(within(common, room, BLOCK - sum(fixed.values())), BLOCK - sum(fixed.values()))

    def _smallest_pool(self, network: str, group: str) -> int:
        """How many posts stand behind a group; on Reddit only three in ten are drawn from its own pool."""
        own = len(self.pools.get((network, group), ()))
        if network != "reddit" or not own:
            return own
        return min(own * 10 // 3, len(self.pools.get((COMMENTS, group), ())) * 10 // 7)

    def _block(self, network: str, block: int) -> list[tuple[str, int]]:
        rng = Random(f"{self.seed}:{network}:block:{block}")
        # Each group is spread over the block, so that a base post's next turn cannot come early.
        places = [
            ((turn + rng.random()) / count, group)
            for group, count in self.counts[network].items()
            for turn in range(count)
        ]
        ranks = {group: block * count for group, count in self.counts[network].items()}
        drawn = []
        for _, group in sorted(places):
            drawn.append((group, ranks[group]))
            ranks[group] += 1
        return drawn

    def _quarter(self, network: str, group: str, round_: int, quarter: int) -> list[BasePost]:
        pool = self.pools[network, group]
        size = max(1, len(pool) // 4)
        part = pool[quarter * size : (quarter + 1) * size]
        Random(f"{self.seed}:{network}:{group}:{round_}:{quarter}").shuffle(part)
        return part


def is_comment_like(post: BasePost) -> bool:
    return "reddit" in post.networks or (
        "x" in post.networks and "{handle}" not in post.text and "@" not in post.text
    )


def carried(pool: int) -> float:
    """How many places in a block a pool can fill with none of it coming again too soon."""
    return max(1.0, (pool * 0.75 - 3) * BLOCK / QUIET_FOR)


def within(shares: dict[str, float], room: dict[str, float], seats: float) -> dict[str, float]:
    """Shares grown to fill the seats, none beyond its room while another has some left."""
    full: dict[str, float] = {}
    free = dict(shares)
    while free:
        grown = (seats - sum(full.values())) / sum(free.values())
        over = [group for group in free if free[group] * grown > room[group]]
        if not over:
            return full | {group: share * grown for group, share in free.items()}
        for group in over:
            full[group] = room[group]
            del free[group]
    return full


def apportion(shares: dict[str, float], seats: int) -> dict[str, int]:
    """Whole numbers in proportion to the shares that add up to `seats`, by largest remainder."""
    total = sum(shares.values())
    exact = {name: share * seats / total for name, share in shares.items()}
    whole = {name: int(value) for name, value in exact.items()}
    by_remainder = sorted(exact, key=lambda name: whole[name] - exact[name])
    for name in by_remainder[: seats - sum(whole.values())]:
        whole[name] += 1
    return whole
