"""What there is to read now: the generated stream, overlaid with everything that was asked of the sandbox."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from sandbox import ids
from sandbox.post import Post
from sandbox.records import Records
from sandbox.stream import HOUR, NETWORKS, Stream
from sandbox.world import World

WEEK = 7 * 24 * HOUR


class Ledger:
    """What has been served, by network; ids of own replies are left out, they are in the records."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.served: dict[str, dict[str, int]] = {network: {} for network in NETWORKS}
        self.requests: Counter[str] = Counter()

    def serve(self, posts: list[Post], at: int) -> None:
        for post in posts:
            if not post.is_ours:
                self.served[post.network].setdefault(post.key, at)


class Town:
    def __init__(self, world: World, stream: Stream, records: Records, clock: Callable[[], datetime]) -> None:
        self.world = world
        self.stream = stream
        self.records = records
        self.ledger = Ledger()
        self._clock = clock
        self._latest = 0
        self._posted = lru_cache(maxsize=1000)(self._posted_in)

    def now(self) -> int:
        """Milliseconds since 1970; never runs backwards, for ids must not."""
        self._latest = max(self._latest, int(self._clock().timestamp() * 1000))
        return self._latest

    def stay_awake(self) -> None:
        self.records.add("awake", at=self.now())

    def newest(self, network: str, *, after: int = 0, before: int | None = None) -> Iterator[Post]:
        """Posts of the last seven days, newest first, whose place is between `after` and `before`."""
        now = self.now()
        low = max(after, ids.order_at(now - WEEK) - 1)
        high = min(before or ids.order_at(now + 1), ids.order_at(now + 1))
        if high <= low + 1:
            return
        for hour in range(ids.moment_of(high - 1) // HOUR, ids.moment_of(low + 1) // HOUR - 1, -1):
            for order, which in sorted(self._places(network, hour, low, high), reverse=True):
                post = (
                    self.find(network, which) if isinstance(which, str) else self._generated(network, which)
                )
                # An edited post on X stands at the place of its newest edit only.
                if post is not None and not post.gone and post.order == order:
                    yield post

    def _places(self, network: str, hour: int, low: int, high: int) -> Iterator[tuple[int, int | str]]:
        for order, number in self._posted(network, hour, self.records.version):
            if low < order < high:
                yield order, number
        start, end = ids.order_at(hour * HOUR) - 1, ids.order_at((hour + 1) * HOUR)
        yield from self.records.between(network, max(low, start), min(high, end))

    def _posted_in(self, network: str, hour: int, version: tuple[int, int, bool]) -> list[tuple[int, int]]:
        return [
            (ids.order_at(at, ids.low_of(network, number)), number)
            for number, at in self.stream.hour(network, hour)
            if self._is_posted(network, number, at)
        ]

    def _is_posted(self, network: str, number: int, at: int) -> bool:
        kept = self.records.attendance.kept_at(at)
        return (kept >= 1 or self.stream.lot(network, number) < kept) and not self.records.was_quiet(at)

    def _generated(self, network: str, number: int) -> Post:
        return self.current(self.stream.post(network, number))

    def find(self, network: str, id: str) -> Post | None:
        """The post with this id as it is now, deleted ones included; None if there never was one."""
        key = self.records.first_ids.get((network, id), id)
        post = self.records.posts.get((network, key))
        if post is None:
            order = ids.order_of(network, key)
            post = None if order is None else self.stream.find(network, order)
        if post is None or post.id != key:
            return None
        return self.current(post) if ids.moment_of(post.order) <= self.now() else None

    def current(self, post: Post) -> Post:
        """With the edits that have happened by now, and marked if it is gone."""
        key = (post.network, post.id)
        gone = self.records.gone.get(key, "")
        edits = self.records.revisions.get(key, ())
        if not (post.revisions or edits or gone):
            return post
        shown = replace(post, revisions=(*post.revisions, *edits), gone=gone).as_of(self.now())
        if edits and edits[-1].id:
            edit_ids = (post.id, *(edit.id for edit in edits))
            return replace(shown, id=edits[-1].id, order=edits[-1].order, first_id=post.id, edit_ids=edit_ids)
        return shown

    def order_of(self, network: str, id: str) -> int | None:
        """Where an id stands, whether it was given out here or can be read from the id."""
        known = self.records.orders.get((network, id))
        return known if known is not None else ids.order_of(network, id)
