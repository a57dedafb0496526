"""All generated posts of a stretch of time, a pure function of seed and clock, with bounded caches."""

from datetime import date
from functools import lru_cache
from zlib import crc32

from sandbox import ids, sites
from sandbox.basepost import BasePost, People
from sandbox.decks import Decks
from sandbox.post import Post
from sandbox.timetable import Timetable
from sandbox.world import World
from sandbox.writer import Writer

NETWORKS = ("x", "reddit", "google", "rss", "mastodon", "bluesky", "mailbox", *sites.A_DAY)
HOUR = 3_600_000
KEPT_POSTS = 60_000
OTHER_DAYS = date(2020, 1, 1).toordinal()


class Stream:
    def __init__(
        self, world: World, posts: tuple[BasePost, ...], people: People, *, seed: str, pace: float = 1.0
    ) -> None:
        self.seed = seed
        self.timetable = Timetable(seed, world.zone, pace)
        self.decks = Decks(posts, seed)
        self.writer = Writer(world, self.decks, people, self.timetable, seed=seed)
        self.post = lru_cache(maxsize=KEPT_POSTS)(self.writer.write)
        self.hour = lru_cache(maxsize=1000)(self._hour)

    def _hour(self, network: str, hour: int) -> tuple[tuple[int, int], ...]:
        """Number and moment of the posts of one hour since 1970, oldest first."""
        if not self.decks.counts[network]:
            return ()
        return tuple(self.timetable.between(network, hour * HOUR, (hour + 1) * HOUR))

    def find(self, network: str, order: int) -> Post | None:
        moment, low = ids.moment_of(order), order & ((1 << ids.LOW_BITS) - 1)
        for number, at in self.hour(network, moment // HOUR):
            if at == moment and ids.low_of(network, number) == low:
                return self.post(network, number)
        return None

    def words(self, number: int) -> str:
        """What somebody says of the hospital, by any number: as on X, on days long past."""
        a_day = self.timetable.a_day["x"]
        return self.post("x", OTHER_DAYS * a_day + number % (a_day * 9)).text

    def lot(self, network: str, number: int) -> float:
        """A number between 0 and 1 drawn once and for ever for each post."""
        return crc32(f"{self.seed}:{network}:{number}:lot".encode()) / 2**32
