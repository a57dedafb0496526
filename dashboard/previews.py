"""A preview as its page draws it: a bar for each day, samples as cards, and what its form carries."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core import signing
from django.utils import timezone

from dashboard.cards import Card, for_cards
from listening import previewing
from listening.models import Mention
from listening.previewing import CHANGES, DAYS, Change, Lines, Preview, Told
from listening.reading.identifiers import Span

SALT = "watchlist-preview"
TALL = 96
"""Of the 100 of a bar's drawing: the rest parts what is found, above, from what is lost, below."""


@dataclass(frozen=True)
class Scale:
    """How tall a mention is in the chart, and where its ground is."""

    unit: float
    ground: float

    def height(self, count: int) -> float:
        # What is there at all is seen.
        return max(2.0, round(count * self.unit, 1)) if count else 0.0


@dataclass(frozen=True)
class Bar:
    """One day of the chart, with the heights of its drawing."""

    day: date
    kept: int
    added: int
    removed: int
    scale: Scale
    is_looked_at: bool

    @property
    def found(self) -> int:
        return self.kept + self.added

    @property
    def rects(self) -> list[tuple[str, float, float]]:
        """What is drawn: its kind, its top, its height."""
        kept, added, removed = map(self.scale.height, (self.kept, self.added, self.removed))
        top = self.scale.ground - kept
        drawn = [("kept", top, kept), ("added", top - added, added), ("gone", self.scale.ground + 4, removed)]
        return [(kind, round(y, 1), height) for kind, y, height in drawn if height]

    @property
    def words(self) -> str:
        """For who does not see the bar."""
        said = f"{self.day:%-d %B}: {self.found:,}"
        said += f", {self.added:,} of them added" if self.added else ""
        said += f", {self.removed:,} removed" if self.removed else ""
        return said if self.is_looked_at else f"{self.day:%-d %B}: not looked at yet"


def bars(preview: Preview) -> list[Bar]:
    days = [preview.first_day + timedelta(days=ahead) for ahead in range(DAYS)]
    counts = [preview.told.days.get(day.isoformat(), [0, 0, 0]) for day in days]
    if not preview.lines.in_force:
        # Nothing is added to what did not exist.
        counts = [[kept + added, 0, 0] for kept, added, _ in counts]
    highest = max(1, *(kept + added for kept, added, _ in counts))
    deepest = max(removed for _, _, removed in counts)
    unit = TALL / (highest + deepest)
    scale = Scale(unit, round(highest * unit, 1))
    reached = date.min if preview.told.is_over else _day_of(preview.told.at)
    return [
        Bar(day, kept, added, removed, scale, is_looked_at=day >= reached)
        for day, (kept, added, removed) in zip(days, counts, strict=True)
    ]


def _day_of(moment: str) -> date:
    return timezone.localdate(datetime.fromisoformat(moment)) if moment else date.max


@dataclass(frozen=True)
class Found(Card):
    """A card marked with what the lines find in it, and what they do with it."""

    found: tuple[Span, ...] = ()
    change: Change | None = None

    @property
    def spans(self) -> list[Span]:
        return list(self.found)


def cards(
    lines: Lines, ids: Sequence[int], facility_ids: frozenset[int] | None, changes: dict[int, Change]
) -> list[Found]:
    """The mentions of these ids that may be seen, newest first."""
    spans = previewing.spans(lines, ids)
    shown = for_cards(Mention.objects.within(facility_ids).filter(pk__in=ids).there()).newest_first()
    return [
        Found(mention, found=tuple(spans.get(mention.pk, ())), change=changes.get(mention.pk))
        for mention in shown
    ]


@dataclass(frozen=True)
class Wanted:
    """What is to be opened of a preview: a day, or what is added or removed; nothing if empty."""

    name: str = ""
    day: date | None = None

    @property
    def changes(self) -> Sequence[Change]:
        return (self.name,) if self.name in CHANGES else CHANGES  # type: ignore[return-value]

    def span(self, first_day: date, now: datetime) -> tuple[datetime, datetime]:
        if self.day is None:
            return _midnight(first_day), now
        return _midnight(self.day), min(now, _midnight(self.day + timedelta(days=1)))


def wanted(asked: str, first_day: date) -> Wanted:
    if asked in ("added", "removed"):
        return Wanted(asked)
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return Wanted()
    return Wanted(asked, day) if 0 <= (day - first_day).days < DAYS else Wanted()


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def sealed(preview: Preview, facility_ids: frozenset[int] | None) -> str:
    """What a preview has told, for its form to carry to where it goes on."""
    return signing.dumps(
        [_owner(preview.lines, facility_ids), asdict(preview.told)], salt=SALT, compress=True
    )


def opened(text: str, lines: Lines, facility_ids: frozenset[int] | None) -> Told | None:
    """What was told of these very lines, within the last hour; None where it is of others."""
    try:
        owner, values = signing.loads(text, salt=SALT, max_age=timedelta(hours=1))
    except signing.BadSignature:
        return None
    return Told(**values) if owner == _owner(lines, facility_ids) else None


def _owner(lines: Lines, facility_ids: frozenset[int] | None) -> list[Any]:
    return [lines.digest, None if facility_ids is None else sorted(facility_ids)]


@dataclass(frozen=True)
class Line:
    """A query, and how many of the mentions that were looked at it found."""

    text: str
    found: int


@dataclass(frozen=True)
class Drawn:
    """All that the page shows of a preview."""

    preview: Preview
    bars: list[Bar]
    lines: list[Line]
    samples: list[Found]
    wanted: Wanted
    is_whole: bool  # whether the samples are all there are of what was wanted

    @property
    def is_edit(self) -> bool:
        return bool(self.preview.lines.in_force)

    @property
    def found(self) -> int:
        return self.preview.told.total("kept") + self.added

    @property
    def added(self) -> int:
        return self.preview.told.total("added")

    @property
    def removed(self) -> int:
        return self.preview.told.total("removed")

    @property
    def before(self) -> int:
        """How many the lines in force find."""
        return self.preview.told.total("kept") + self.removed

    @property
    def older(self) -> int:
        """Found before the days of the chart."""
        kept, added, _ = self.preview.told.older
        return kept + added

    @property
    def busiest(self) -> Bar:
        return max(self.bars, key=lambda bar: bar.found)

    @property
    def goes_on(self) -> bool:
        """Whether days of the chart are left to look at: the page then goes on by itself."""
        return self.preview.days_looked_at < DAYS

    @property
    def back_to(self) -> datetime | None:
        at = self.preview.told.at
        return None if self.preview.told.is_over or not at else datetime.fromisoformat(at)


def drawn(preview: Preview, facility_ids: frozenset[int] | None, wanted: Wanted, now: datetime) -> Drawn:
    lines, told = preview.lines, preview.told
    is_whole = False
    if wanted.name:
        since, until = wanted.span(preview.first_day, now)
        behind = previewing.behind(
            lines, changes=wanted.changes, since=since, until=until, facility_ids=facility_ids
        )
        changes, is_whole = dict(behind.shown), behind.is_whole
    else:
        changes = told.drawn()
    counted = [Line(text, told.by_line.get(str(at), 0)) for at, text in enumerate(lines.typed)]
    samples = cards(lines, list(changes), facility_ids, changes)
    return Drawn(preview, bars(preview), counted, samples, wanted, is_whole)
