"""Which base post comes when: shuffled decks, so that none comes again before most others of its group.

Posts of a network are numbered for ever. A block of 240 numbers holds each group in fixed shares, in shuffled
order; within a group the base posts go round and round, each round shuffled only within quarters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from operator import itemgetter
from random import Random

from sandbox.basepost import BasePost

BLOCK = 240
QUIET_FOR = 150  # a base post should not come again on its network within this many posts
STARS = "stars"  # a rating with no text
REPOST = "repost"
RARE = ("emergency", "hostile", "namesake")  # stay rare, however small the other pools are
COMMENTS = "reddit comments"  # drawn from what is said on X, for they need no title
REVIEWS = "reviews"  # those of Google that have words

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
        "complaint": 68, "praise": 55, "question": 4, "chatter": 4, "hostile": 4, "emergency": 3, "es": 14,
        "fr": 4, "vi": 4, STARS: 80,
    },
    "rss": {"news": 232, "hostile": 4, "namesake": 4},
    "mailbox": {
        "complaint": 100, "praise": 48, "question": 36, "hostile": 3, "emergency": 3, "es": 26, "fr": 12,
        "vi": 12,
    },
}  # fmt: skip


SHARES[COMMENTS] = SHARES["reddit"]
LIKE_X = ("mastodon", "bluesky")
"""Networks where people say what they say on X; a corpus names them no further."""
for _network in LIKE_X:
    SHARES[_network] = {group: share for group, share in SHARES["x"].items() if group != REPOST}
SHARES[REVIEWS] = {group: share for group, share in SHARES["google"].items() if group != STARS}
PARTS = {
    "reddit": {"reddit": 72, COMMENTS: 168},
    "facebook": {"google": 100, COMMENTS: 140},
    "yelp": {REVIEWS: BLOCK},
    "trustpilot": {REVIEWS: BLOCK},
    "careopinion": {REVIEWS: BLOCK},
    "youtube": {COMMENTS: BLOCK},
    "pages": {REVIEWS: BLOCK},
    "mailbox": {"mailbox": 200, REVIEWS: 40},  # a mail in six tells of a review
}
"""Where a network's posts are drawn from several pools: how many places of a block each has."""


@dataclass(frozen=True)
class Card:
    """What stands at one place of a block: its pool, its group, and its turn in that group."""

    pool: str
    group: str
    turn: int


class Decks:
    def __init__(self, posts: Sequence[BasePost], seed: str) -> None:
        self.seed = seed
        self.pools: dict[tuple[str, str], list[BasePost]] = {}
        for post in posts:
            for network in pools_of(post):
                self.pools.setdefault((network, post.group), []).append(post)
        for key, pool in self.pools.items():
            Random(f"{seed}:pool:{key}").shuffle(pool)
        self.counts = {network: self._counts(network) for network in {"x", "google", "rss", *LIKE_X, *PARTS}}
        self.block = lru_cache(maxsize=256)(self._block)
        self.quarter = lru_cache(maxsize=2048)(self._quarter)

    def draw(self, network: str, number: int) -> tuple[Card, BasePost | None]:
        """Card and base post of a network's post with this number; stars and reposts have no base post."""
        card = self.card(network, number)
        return card, None if card.group in (STARS, REPOST) else self.deal(card.pool, card.group, card.turn)

    def card(self, network: str, number: int) -> Card:
        return self.block(network, number // BLOCK)[number % BLOCK]

    def deal(self, pool: str, group: str, turn: int) -> BasePost:
        """The base post of this turn of a group's endless deck."""
        posts = self.pools[pool, group]
        round_, place = divmod(turn, len(posts))
        size = max(1, len(posts) // 4)
        return self.quarter(pool, group, round_, place // size)[place % size]

    def _counts(self, network: str) -> dict[tuple[str, str], int]:
        """How many of each pool and group stand in a block of this network."""
        parts = PARTS.get(network, {network: BLOCK})
        filled = {pool: shares for pool in parts if (shares := self._counts_of(pool, parts[pool]))}
        if len(filled) < len(parts):  # a small corpus may have nothing for one of the pools
            filled = {pool: self._counts_of(pool, BLOCK) for pool in list(filled)[:1]}
        return {(pool, group): count for pool, shares in filled.items() for group, count in shares.items()}

    def _counts_of(self, pool: str, seats: int) -> dict[str, int]:
        """The shares of a pool's groups, but no more of a small group than it can carry."""
        fixed, common, room = {}, {}, {}
        for group, share in SHARES[pool].items():
            size = len(self.pools.get((pool, group), ()))
            scaled = max(1, round(share * seats / BLOCK))
            if group in (STARS, REPOST):
                fixed[group] = scaled
            elif size and group in RARE:
                fixed[group] = min(scaled, ceil(carried(size)))
            elif size:
                common[group], room[group] = float(share), carried(size)
        if not common:
            return {}
        left = seats - sum(fixed.values())
        return fixed | apportion(within(common, room, left), left)

    def _block(self, network: str, block: int) -> list[Card]:
        rng = Random(f"{self.seed}:{network}:block:{block}")
        # Each group is spread over the block, so that a base post's next turn cannot come early.
        places = [
            ((place + rng.random()) / count, Card(pool, group, block * count + place))
            for (pool, group), count in self.counts[network].items()
            for place in range(count)
        ]
        return [card for _, card in sorted(places, key=itemgetter(0))]

    def _quarter(self, pool: str, group: str, round_: int, quarter: int) -> list[BasePost]:
        posts = self.pools[pool, group]
        size = max(1, len(posts) // 4)
        part = posts[quarter * size : (quarter + 1) * size]
        Random(f"{self.seed}:{pool}:{group}:{round_}:{quarter}").shuffle(part)
        return part


def pools_of(post: BasePost) -> set[str]:
    also = LIKE_X if "x" in post.networks else ()
    borrowed = [COMMENTS] if is_comment_like(post) else []
    return {*post.networks, *also, *borrowed, *([REVIEWS] if "google" in post.networks else [])}


def is_comment_like(post: BasePost) -> bool:
    """Said on X without calling on the hospital, and no submission on Reddit at other times."""
    calls = "{handle}" in post.text or "@" in post.text
    return "x" in post.networks and "reddit" not in post.networks and not calls


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
