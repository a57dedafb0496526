"""Which base post comes when: shuffled decks, so that none comes again before most others of its group.

Posts of a network are numbered for ever. A block of 240 numbers holds each group in fixed shares, in shuffled
order; within a group the base posts go round and round, each round shuffled only within quarters.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
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
        shares: dict[str, float] = {}
        for group, share in SHARES[network].items():
            pool = self._smallest_pool(network, group)
            if group in (STARS, REPOST):
                shares[group] = share
            elif pool:
                shares[group] = min(share, max(1.0, pool * 0.75 * BLOCK / QUIET_FOR))
        if not set(shares) - {STARS, REPOST, *RARE}:
            return {}
        rare = {group: round(share) for group, share in shares.items() if group in RARE}
        common = {group: share for group, share in shares.items() if group not in RARE}
        return rare | apportion(common, BLOCK - sum(rare.values()))

    def _smallest_pool(self, network: str, group: str) -> int:
        """How many posts stand behind a group; on Reddit only three in ten are drawn from its own pool."""
        own = len(self.pools.get((network, group), ()))
        if network != "reddit" or not own:
            return own
        return min(own * 10 // 3, len(self.pools.get((COMMENTS, group), ())) * 10 // 7)

    def _block(self, network: str, block: int) -> list[tuple[str, int]]:
        groups = list(Counter(self.counts[network]).elements())
        Random(f"{self.seed}:{network}:block:{block}").shuffle(groups)
        ranks = {group: block * count for group, count in self.counts[network].items()}
        drawn = []
        for group in groups:
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


def apportion(shares: dict[str, float], seats: int) -> dict[str, int]:
    """Whole numbers in proportion to the shares that add up to `seats`, by largest remainder."""
    total = sum(shares.values())
    exact = {name: share * seats / total for name, share in shares.items()}
    whole = {name: int(value) for name, value in exact.items()}
    by_remainder = sorted(exact, key=lambda name: whole[name] - exact[name])
    for name in by_remainder[: seats - sum(whole.values())]:
        whole[name] += 1
    return whole
