"""What stands on a big screen at a moment. Pure: from its playlist, what broke in, and the time.

Scenes follow each other, each as long as it was given. What breaks in stops their clock: when it is over the
same scene goes on with what was left of its time. A pinned scene stands until it is let go, and then the
playlist goes on where it was; what breaks in comes before a pinned scene too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

LEAST, MOST = timedelta(seconds=10), timedelta(seconds=600)
NOTHING = timedelta()
LIVE = "live"
BROKEN_IN = "break"
"""What stands while something breaks in; no scene's file has this name."""


@dataclass(frozen=True)
class Step:
    scene: str
    dwell: timedelta


@dataclass(frozen=True)
class Playlist:
    """`played` is how long its scenes had stood at the moment from which they are counted."""

    steps: tuple[Step, ...]
    counted_from: datetime
    played: timedelta = NOTHING
    pinned: str = ""
    pinned_at: datetime | None = None

    @property
    def length(self) -> timedelta:
        return sum((step.dwell for step in self.steps), NOTHING)


@dataclass(frozen=True)
class Break:
    """Something that comes before the playlist for a while. `key` says what."""

    at: datetime
    until: datetime
    key: str


@dataclass(frozen=True)
class Standing:
    """What stands now. A pinned scene has no end."""

    scene: str
    since: datetime
    until: datetime | None
    after: str  # the scene that follows
    key: str = ""  # of what broke in

    @property
    def is_break(self) -> bool:
        return self.scene == BROKEN_IN

    @property
    def turn(self) -> str:
        """Tells one turn of a scene from the next."""
        return f"{self.scene}-{self.since.timestamp():.0f}"

    def left(self, now: datetime) -> int:
        """Whole seconds until the next, at least one; 0 when none is to come."""
        return max(1, round((self.until - now).total_seconds())) if self.until else 0


def standing(playlist: Playlist, breaks: Sequence[Break], now: datetime) -> Standing:
    below = _of_the_playlist(playlist, breaks, now)
    running = [each for each in breaks if each.at <= now < each.until]
    if not running:
        return below
    newest = max(running, key=lambda each: (each.at, each.until))
    return Standing(BROKEN_IN, newest.at, newest.until, below.scene, newest.key)


def _of_the_playlist(playlist: Playlist, breaks: Sequence[Break], now: datetime) -> Standing:
    if playlist.pinned:
        return Standing(playlist.pinned, playlist.pinned_at or now, None, "")
    if not playlist.length:
        return Standing(LIVE, playlist.counted_from, None, "")
    spent = played(playlist, breaks, now) % playlist.length
    for number, step in enumerate(playlist.steps):
        if spent < step.dwell:
            following = playlist.steps[(number + 1) % len(playlist.steps)]
            return Standing(step.scene, now - spent, now + step.dwell - spent, following.scene)
        spent -= step.dwell
    raise AssertionError("a moment lies within the playlist's length")


def played(playlist: Playlist, breaks: Iterable[Break], now: datetime) -> timedelta:
    """How long the scenes themselves have stood. Time stands still while one is pinned."""
    until = playlist.pinned_at if playlist.pinned and playlist.pinned_at else now
    start = playlist.counted_from
    return playlist.played + (until - start) - covered(breaks, start, until)


def covered(breaks: Iterable[Break], start: datetime, end: datetime) -> timedelta:
    """The time between two moments in which something broke in. What overlaps counts once."""
    total, at = NOTHING, start
    for each in sorted(breaks, key=lambda each: each.at):
        begin, finish = max(each.at, at), min(each.until, end)
        if begin < finish:
            total, at = total + (finish - begin), finish
    return total


def skipped(playlist: Playlist, breaks: Sequence[Break], now: datetime) -> timedelta:
    """What the playlist has played when its next scene begins."""
    until = _of_the_playlist(playlist, breaks, now).until or now
    return played(playlist, breaks, now) + (until - now)


def is_between(start: time | None, end: time | None, moment: time) -> bool:
    """Whether a time of day lies in a span that may reach over midnight."""
    if start is None or end is None:
        return False
    if start <= end:
        return start <= moment < end
    return moment >= start or moment < end
