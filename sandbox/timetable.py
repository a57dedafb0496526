"""When each numbered post of a network is written: a pure function of seed, number and local day."""

from datetime import date
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

from sandbox import rhythm, sites

CLUMP = 8  # posts placed freely among each other: what makes arrivals bunch as they do in life
# 8,640 in all on the first four, six a minute; the others are small places beside them.
A_DAY = {"x": 6330, "reddit": 1900, "google": 350, "rss": 60, "mastodon": 300, "bluesky": 900, "mailbox": 240}


class Timetable:
    def __init__(self, seed: str, zone: ZoneInfo, pace: float = 1.0) -> None:
        self.seed = seed
        self.zone = zone
        self.a_day = {
            network: max(1, round(count * pace)) for network, count in (A_DAY | sites.A_DAY).items()
        }
        self.clump = lru_cache(maxsize=4096)(self._clump)

    def moment(self, network: str, number: int) -> int:
        day, place = divmod(number, self.a_day[network])
        return self.clump(network, day, place // CLUMP)[place % CLUMP]

    def between(self, network: str, start: int, end: int) -> list[tuple[int, int]]:
        """Number and moment of every post from `start` up to, not including, `end`."""
        found: list[tuple[int, int]] = []
        day = rhythm.day_of(start, self.zone)
        while start < end and rhythm.bounds(day, self.zone)[0] < end:
            found += self._within_day(network, day, start, end)
            day = date.fromordinal(day.toordinal() + 1)
        return found

    def _within_day(self, network: str, day: date, start: int, end: int) -> list[tuple[int, int]]:
        count = self.a_day[network]
        first = int(rhythm.share_by(start, day, self.zone) * count) // CLUMP
        last = int(rhythm.share_by(end, day, self.zone) * count) // CLUMP
        found = []
        # One clump more on either side: a share and its moment are only equal up to rounding.
        for clump in range(max(first - 1, 0), min(last + 1, (count - 1) // CLUMP) + 1):
            base = day.toordinal() * count + clump * CLUMP
            for place, moment in enumerate(self.clump(network, day.toordinal(), clump)):
                if start <= moment < end:
                    found.append((base + place, moment))
        return found

    def _clump(self, network: str, day: int, clump: int) -> list[int]:
        count = self.a_day[network]
        base = clump * CLUMP
        size = min(CLUMP, count - base)
        rng = Random(f"{self.seed}:{network}:{day}:{clump}")
        shares = sorted((base + rng.random() * size) / count for _ in range(size))
        return [rhythm.moment_at(share, date.fromordinal(day), self.zone) for share in shares]
