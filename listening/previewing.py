"""Query lines tried on what is stored, before they are saved: how much they find, and what changes.

Nothing is written. The archive is walked newest first for as long as there is time; a walk that was cut short
is taken up again from what it told, `Told`, which a form carries to and fro.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import Literal

from django.utils import timezone

from listening import candidates
from listening.queries.evaluating import ready
from listening.queries.matching import Matcher, prepared
from listening.queries.parsing import parse
from listening.queries.tree import Expression
from listening.queries.view import View
from listening.walking import Place, Reader, Row, Walk, count, mentions, words_for

SECONDS = 1.0
"""Of walking. The last step, counting and drawing come on top, and a person waits for two seconds at most."""

DAYS = 30
SAMPLES = 20
SHOWN = 200
"""The most of one day, or of what an edit adds or removes, that are opened at once."""

Span = tuple[int, int]
Change = Literal["kept", "added", "removed"]
CHANGES: tuple[Change, ...] = ("kept", "added", "removed")


@dataclass(frozen=True)
class Lines:
    """What is tried: the lines as typed beside those in force, and what a paid network would be asked."""

    typed: tuple[str, ...]
    in_force: tuple[str, ...] = ()
    paid: Mapping[str, tuple[Expression, ...]] = field(default_factory=dict)  # by kind of source

    @property
    def expressions(self) -> list[Expression]:
        paid = [each for asked in self.paid.values() for each in asked]
        return [*map(parse, (*self.typed, *self.in_force)), *paid]

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr((self.typed, self.in_force)).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Tried:
    """What the lines make of one mention: the change, the typed lines that find it, and whether it costs."""

    change: Change | None
    by: tuple[int, ...]
    is_paid: bool


class Trier:
    """All the lines, asked of one mention after the other."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.typed = [prepared(line).node for line in lines.typed]
        self.in_force = [prepared(line).node for line in lines.in_force]
        self.paid = {kind: [ready(each) for each in asked] for kind, asked in lines.paid.items()}

    def tried(self, row: Row) -> Tried:
        # Only whether they hold: where, is asked of the few that are shown.
        view = View(row.asked)
        by = tuple(at for at, node in enumerate(self.typed) if node.holds(view))
        was = any(node.holds(view) for node in self.in_force)
        change: Change | None = ("kept" if was else "added") if by else "removed" if was else None
        return Tried(change, by, any(node.holds(view) for node in self.paid.get(row.source_kind, ())))


class Days:
    """The days of the chart, in the hospital's time."""

    def __init__(self, now: datetime) -> None:
        self.first = timezone.localdate(now) - timedelta(days=DAYS - 1)
        dates = [self.first + timedelta(days=ahead) for ahead in range(DAYS)]
        self.names = [day.isoformat() for day in dates]
        # In UTC as what is stored: moments of two zones are slow to compare.
        self.begins = [timezone.make_aware(datetime.combine(day, time())).astimezone(UTC) for day in dates]

    def of(self, moment: datetime) -> str | None:
        """None before the first."""
        at = bisect_right(self.begins, moment)
        return self.names[at - 1] if at else None


@dataclass
class Told:
    """What a walk has told so far. All of it is plain values: a form carries it."""

    at: str = ""  # where the walk stands; empty before it begins
    pk: int = 0
    is_over: bool = False
    days: dict[str, list[int]] = field(default_factory=dict)  # by date: kept, added, removed
    older: list[int] = field(default_factory=lambda: [0, 0, 0])  # before the days of the chart
    by_line: dict[str, int] = field(default_factory=dict)  # by the line's place
    paid: dict[str, int] = field(default_factory=dict)  # by kind of source, in the days of the chart
    samples: list[list[int]] = field(default_factory=list)  # of what is found: rank, id, whether it is added

    def add(self, row: Row, tried: Tried, days: "Days") -> None:
        day = days.of(row.published_at)
        is_old = day is None
        if tried.is_paid and not is_old:
            self.paid[row.source_kind] = self.paid.get(row.source_kind, 0) + 1
        if tried.change:
            self._count(row, tried.change, tried.by, day)

    def _count(self, row: Row, change: Change, by: tuple[int, ...], day: str | None) -> None:
        tally = self.older if day is None else self.days.setdefault(day, [0, 0, 0])
        tally[CHANGES.index(change)] += 1
        for at in by:
            self.by_line[str(at)] = self.by_line.get(str(at), 0) + 1
        if change != "removed":
            self._sample([(day is None) * 2**32 + _rank(row.pk), row.pk, int(change == "added")])

    def _sample(self, drawn: list[int]) -> None:
        """Keeps those of the lowest rank, a fair draw however often the walk was cut short."""
        if len(self.samples) < SAMPLES or drawn < self.samples[-1]:
            self.samples = sorted([*self.samples, drawn])[:SAMPLES]

    def stand(self, place: Place | None) -> None:
        """All that is newer than the place has been looked at; than none, all there is."""
        self.is_over = place is None
        if place is not None:
            self.at, self.pk = place.at.isoformat(), place.pk

    def drawn(self) -> dict[int, Change]:
        """The samples, and what each is."""
        return {pk: "added" if is_added else "kept" for _, pk, is_added in self.samples}

    def total(self, change: Change) -> int:
        """In the days of the chart."""
        return sum(day[CHANGES.index(change)] for day in self.days.values())


def _rank(pk: int) -> int:
    """A number drawn for an id, always the same: Knuth's multiplication."""
    return pk * 2654435761 % 2**32


@dataclass
class Preview:
    lines: Lines
    told: Told
    looked: int = 0  # mentions, of which few answered; a guess where they are many
    stored: int = 0
    first_day: date = date.min

    @property
    def days_looked_at(self) -> int:
        """Of the chart's; the day that a walk stands in counts."""
        if self.told.is_over:
            return DAYS
        reached = timezone.localdate(datetime.fromisoformat(self.told.at))
        return max(1, min(DAYS, DAYS - (reached - self.first_day).days))


@dataclass
class Behind:
    shown: list[tuple[int, Change]] = field(default_factory=list)
    is_whole: bool = False  # whether it is all of them


def preview(
    lines: Lines,
    *,
    facility_ids: frozenset[int] | None,
    now: datetime,
    told: Told | None = None,
    goes_on: bool = True,
    timer: Callable[[], float] = monotonic,
) -> Preview:
    """Try the lines, which can all be read, on as much of the archive as there is time for.

    With what was told before, that is added to where it `goes_on`, and else shown as it is.
    """
    ends_at = timer() + SECONDS
    told, is_new = told or Told(), told is None
    days = Days(now)
    if (goes_on or is_new) and not told.is_over:
        trier = Trier(lines)
        start = Place(datetime.fromisoformat(told.at), told.pk) if told.at else Place(now)
        for rows, place in _over(lines, facility_ids).rows(start, now):
            for row in rows:
                told.add(row, trier.tried(row), days)
            told.stand(place)
            if timer() >= ends_at:
                break
    stored = mentions(facility_ids)
    total = count(stored)
    looked = total if told.is_over else count(stored.filter(published_at__gte=told.at))
    return Preview(lines, told, min(looked, total), total, days.first)


def behind(
    lines: Lines,
    *,
    changes: Collection[Change],
    since: datetime,
    until: datetime,
    facility_ids: frozenset[int] | None,
    timer: Callable[[], float] = monotonic,
) -> Behind:
    """The mentions behind a number: the newest of them, with what the lines make of each."""
    ends_at = timer() + SECONDS
    trier, found = Trier(lines), Behind()
    for rows, place in _over(lines, facility_ids, since).rows(Place(until, 0), until):
        found.shown += [
            (row.pk, change) for row in rows if (change := trier.tried(row).change) and change in changes
        ]
        found.is_whole = place is None
        if timer() >= ends_at or len(found.shown) >= SHOWN:
            break
    found.is_whole = found.is_whole and len(found.shown) <= SHOWN
    del found.shown[SHOWN:]
    return found


def spans(lines: Lines, ids: Sequence[int]) -> dict[int, list[Span]]:
    """What the typed lines find in the texts of these mentions; where nothing, what those in force did."""
    typed, in_force = Matcher(enumerate(lines.typed)), Matcher(enumerate(lines.in_force))
    rows = _reader(lines).rows(ids)
    found = {row.pk: typed.find(row.asked) or in_force.find(row.asked) for row in rows}
    return {pk: sorted({span for hit in hits for span in hit.spans}) for pk, hits in found.items()}


def _over(lines: Lines, facility_ids: frozenset[int] | None, since: datetime | None = None) -> Walk:
    return Walk(facility_ids, _reader(lines), words_for(lines.expressions), since)


def _reader(lines: Lines) -> Reader:
    return Reader(with_authors=candidates.ask_for(lines.expressions, "author"))
