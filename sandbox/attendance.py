"""Which generated posts count as posted: all of them while the sandbox ran, fewer the longer before.

A first poll, or the first after days off, should fill a wall and not bury it. What was once served stays: a
stretch only counts as slept through when no sign of life was written for a quarter of an hour.
"""

from bisect import bisect_left

MINUTE = 60_000
HOUR = 60 * MINUTE
SIGN_EVERY = 5 * MINUTE
SLEPT_AFTER = 15 * MINUTE
KEPT = ((1 * HOUR, 1.0), (6 * HOUR, 0.35), (24 * HOUR, 0.12))
KEPT_BEFORE = 0.03


class Attendance:
    def __init__(self) -> None:
        self.last = 0
        self.slept: list[tuple[int, int]] = []  # from, until; in order of time

    def sign(self, at: int) -> None:
        """There was life at this moment."""
        if at - self.last > SLEPT_AFTER:
            self.slept.append((self.last + SLEPT_AFTER, at))
        self.last = max(self.last, at)

    def kept_at(self, at: int) -> float:
        """What part of the posts of a moment there is to read."""
        place = bisect_left(self.slept, (at, 0))
        if not place or at >= self.slept[place - 1][1]:
            return 1.0
        age = self.slept[place - 1][1] - at
        return next((kept for limit, kept in KEPT if age <= limit), KEPT_BEFORE)
