"""How readings, and what became of them, are put into words and rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.cards import Card, for_cards, span_in_words
from listening import readers
from listening.changes import COUNTED, Move, Tally
from listening.models import Mention, Rereading
from listening.trying import Sample, Trial

NOTHING = "none"


@dataclass(frozen=True)
class Row:
    """One move of a tally, in words."""

    move: Move
    before: str
    after: str

    @property
    def count(self) -> int:
        return self.move.count


@dataclass(frozen=True)
class Shown:
    """A sample with its card, by which what must not be seen is masked."""

    card: Card
    differences: list[tuple[str, str, str]]
    sample: Sample


@dataclass(frozen=True)
class Preview:
    trial: Trial
    table: list[tuple[str, list[Row]]]
    shown: list[Shown]
    chosen: Row | None

    @property
    def is_cut(self) -> bool:
        return self.trial.tried < self.trial.wanted


def preview(trial: Trial) -> Preview:
    table = rows(trial.tally)
    chosen = next((row for _, listed in table for row in listed if row.move.name == trial.shown), None)
    return Preview(trial, table, shown(trial.samples), chosen)


def rows(tally: Tally) -> list[tuple[str, list[Row]]]:
    return [(label, [row(move) for move in moves]) for label, moves in tally.rows()]


def row(move: Move) -> Row:
    return Row(move, value_in_words(move.aspect, move.before), value_in_words(move.aspect, move.after))


def value_in_words(aspect: str, value: str) -> str:
    if not value:
        return NOTHING
    if aspect == "level" and value in Mention.Level.values:
        return f"{value} {Mention.Level(value).label}"
    if aspect == "topics":
        return topic_in_words(value)
    return value.replace("_", " ").capitalize()


def topic_in_words(name: str) -> str:
    """As the list in force calls it; one that it no longer knows by its id."""
    topic = readers.current().taxonomy.topic(name)
    return topic.label if topic else name.replace("_", " ").capitalize()


def shown(samples: list[Sample]) -> list[Shown]:
    found = for_cards(Mention.objects.within(None).filter(pk__in=[sample.mention_id for sample in samples]))
    cards = {mention.pk: Card(mention) for mention in found}
    return [
        Shown(cards[sample.mention_id], differences(sample), sample)
        for sample in samples
        if sample.mention_id in cards
    ]


def differences(sample: Sample) -> list[tuple[str, str, str]]:
    """Of each aspect that changes: its name, what it was, what it would be."""
    return [
        (label, _said(aspect, sample.before[aspect]), _said(aspect, sample.after[aspect]))
        for aspect, label in COUNTED.items()
        if _said(aspect, sample.before[aspect]) != _said(aspect, sample.after[aspect])
    ]


def _said(aspect: str, value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(topic_in_words(str(each)) for each in sorted(value)) or NOTHING
    return value_in_words(aspect, str(value))


def version_in_words(number: int) -> str:
    return f"Version {number}" if number else "The shipped list"


@dataclass(frozen=True)
class Account:
    """A rereading as its page tells of it."""

    rereading: Rereading
    now: datetime

    @property
    def is_running(self) -> bool:
        return self.rereading.state == Rereading.State.RUNNING

    @property
    def is_waiting(self) -> bool:
        return self.is_running and self.rereading.started_at is None

    @property
    def table(self) -> list[tuple[str, list[Row]]]:
        return rows(Tally.of(self.rereading.tally))

    @property
    def time_left(self) -> str:
        left = self.rereading.time_left(self.now)
        return span_in_words(left + timedelta(seconds=1)) if left is not None else ""
