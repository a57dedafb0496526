"""Charts as data: lines with their numbers, each with the address of the mentions that it counts.

Charts.css draws them from a table of classes, `of-37` for a part of 37 in a hundred of the longest; the same
numbers stand in a plain table beside each.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from dashboard.boards import asked
from dashboard.boards.asked import UNSORTED, Asked, topics_in_words
from dashboard.boards.facilities import Number
from dashboard.boards.ground import Ground, Row, counted, slot_of
from dashboard.boards.topics import TONES, of_each
from listening.accuracy import wilson
from listening.usual import FEWEST
from listening.weeks import Span

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SPANS = {"day": "24 hours", "week": "7 days", "month": "30 days"}
DAYS = {"week": 7, "month": 30}
HOURS = 24
EVERY = {"day": 3, "week": 1, "month": 5}
"""Of the columns every third or fifth has its name below it, and of these on a narrow screen every third."""


@dataclass(frozen=True)
class Cell:
    tone: str
    label: str
    number: Number
    size: int  # in hundredths of the longest line


@dataclass(frozen=True)
class Line:
    name: str
    cells: Sequence[Cell]
    total: Number
    label: str = ""  # how its name stands in the drawing, as Charts.css or ours calls it

    @property
    def negative(self) -> str:
        """The part of it that is negative, where there is enough to tell."""
        return share_in_words(self.cells[0].number.value, self.total.value)


@dataclass(frozen=True)
class Chart:
    name: str
    title: str
    head: str  # what its lines are
    shape: str  # as Charts.css calls it
    lines: Sequence[Line]
    summary: str
    note: str = ""


def share_in_words(part: int, whole: int) -> str:
    if whole < FEWEST:
        return "too few to judge" if whole else "none"
    low, high = wilson(part / whole, whole)
    return f"{part / whole:.0%} ({low:.0%} to {high:.0%})".replace("%", " %")


def spans(name: str, now: datetime, zone: ZoneInfo) -> list[Span]:
    """The hours or days of a chart, by the hospital's clock; the last one up to now."""
    until = asked.last(HOUR, now).until
    here = now.astimezone(zone)
    if name == "day":
        first = here.replace(minute=0, second=0, microsecond=0).astimezone(UTC) - (HOURS - 1) * HOUR
        edges = [first + at * HOUR for at in range(HOURS)]
    else:
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        days = [midnight - at * DAY for at in reversed(range(DAYS[name]))]
        edges = [day.replace(tzinfo=zone).astimezone(UTC) for day in days]
    return [Span(since, until) for since, until in zip(edges, [*edges[1:], until], strict=True)]


def charts(ground: Ground, base: Asked, name: str, now: datetime, sources: dict[int, Any]) -> list[Chart]:
    """All charts of a time, narrowed by what `base` asks."""
    parts = spans(name, now, timezone.get_current_timezone())
    whole = base.but(span=Span(parts[0].since, parts[-1].until))
    mentions = whole.narrow(ground.reachable)
    by_time = counted(mentions.annotate(slot=slot_of([part.since for part in parts])), "slot", "sentiment")
    by_source = counted(mentions, "source_id", "sentiment")
    by_topic = counted(of_each(mentions), "topic", "sentiment")
    topics = topics_in_words(row[0] for row in by_topic)
    return [
        over_time(by_time, parts, whole, name),
        ranked(
            "sources", "By source", by_source, lambda pk: (sources[pk].name, whole.but(source=sources[pk]))
        ),
        ranked(
            "topics",
            "By topic",
            by_topic,
            lambda topic: (topics[topic], whole.but(topic=topic)),
            note="One mention may speak of several topics.",
        ),
    ]


def over_time(rows: list[Row], parts: Sequence[Span], whole: Asked, name: str) -> Chart:
    named = [(_part_in_words(part, name), whole.but(span=part)) for part in parts]
    tones = Counter({(slot - 1, tone): number for slot, tone, number in rows})
    lines = _lines([(at, *each) for at, each in enumerate(named)], tones, every=EVERY[name])
    total = sum(line.total.value for line in lines)
    busiest = max(lines, key=lambda line: line.total.value)
    negative = sum(line.cells[0].number.value for line in lines)
    said = f"{total:,} mention{'' if total == 1 else 's'} in {SPANS[name]}"
    if total:
        said += f", most {'at' if name == 'day' else 'on'} {busiest.name} ({busiest.total.value:,})"
        said += f". Negative: {share_in_words(negative, total)}"
    title = f"By the {'hour' if name == 'day' else 'day'}"
    return Chart("time", title, title.removeprefix("By the ").capitalize(), "column", lines, f"{said}.")


def _part_in_words(part: Span, name: str) -> str:
    return f"{timezone.localtime(part.since):{'%a %H:%M' if name == 'day' else '%a %-d %b'}}"


def ranked(name: str, title: str, rows: list[Row], named: Any, note: str = "") -> Chart:
    """The most spoken of first; what was sorted nowhere last."""
    tones: Counter[tuple[Any, str]] = Counter({(key, tone): number for key, tone, number in rows})
    totals: Counter[Any] = Counter()
    for key, _, number in rows:
        totals[key] += number
    keys = sorted(totals, key=lambda key: (key == UNSORTED, -totals[key], str(key)))
    lines = _lines([(key, *named(key)) for key in keys], tones)
    sorts = len([key for key in keys if key != UNSORTED])
    many = f"{sorts} {title.removeprefix('By ')}{'' if sorts == 1 else 's'}"
    said = f"{many}, most from" if name == "sources" else f"{many}, most about"
    first = lines[0] if lines else None
    summary = f"{said} {first.name} ({first.total.value:,})." if first else "Nothing was said."
    return Chart(name, title, title.removeprefix("By ").capitalize(), "bar", lines, summary, note)


def _lines(
    keyed: Iterable[tuple[Any, str, Asked]], tones: Counter[tuple[Any, str]], every: int | None = None
) -> list[Line]:
    rows = list(keyed)
    totals = {key: sum(tones[key, tone] for tone, _ in TONES) for key, _, _ in rows}
    most = max(1, *totals.values(), 1)
    return [
        Line(
            name,
            [_cell(tone, label, tones[key, tone], base, most) for tone, label in TONES],
            Number(totals[key], base.url),
            label=_label(at, every),
        )
        for at, (key, name, base) in enumerate(rows)
    ]


def _label(at: int, every: int | None) -> str:
    if every is None or at % (3 * every) == 0:
        return ""
    return "hide-label" if at % every else "wide-label"


def _cell(tone: str, label: str, number: int, base: Asked, most: int) -> Cell:
    size = max(1, round(100 * number / most)) if number else 0
    return Cell(tone, label, Number(number, base.but(sentiment=tone).url), size)
