"""What the samples have shown so far of the reader's tone: read from the database, judged by `accuracy`."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models.fields.json import KT
from django.utils import timezone

from listening import readers
from listening.accuracy import Accuracy, Answer
from listening.models import Label

Key = TypeVar("Key")

KEPT_FOR = timedelta(minutes=1)


@dataclass(frozen=True)
class Answered:
    """One answer of a sample, with what it can be told apart by."""

    label_id: int
    answer: Answer
    source_id: int
    facility_id: int | None
    reader_version: str
    month: str  # 2026-03, of the week it was drawn for


def answered(facility_ids: frozenset[int] | None = None) -> list[Answered]:
    """Every answer about mentions of these facilities.

    Each weighs its group's size over the number of answers from that group, wherever they were given.
    """
    rows = list(
        Label.objects.sampled()
        .filter(aspect=Label.Aspect.SENTIMENT)
        .annotate(reader=KT("reader_said__sentiment"))
        .values(
            *("pk", "reader", "value", "reader_version", "mention__facility_id"),
            *(
                "item__sample_id",
                "item__sample__starts_at",
                "item__source_id",
                "item__said",
                "item__group_size",
            ),
        )
    )
    numbers = Counter(_group(row) for row in rows)
    return [
        Answered(
            label_id=row["pk"],
            answer=Answer(row["reader"], row["value"], row["item__group_size"] / numbers[_group(row)]),
            source_id=row["item__source_id"],
            facility_id=row["mention__facility_id"],
            reader_version=row["reader_version"],
            month=f"{timezone.localtime(row['item__sample__starts_at']):%Y-%m}",
        )
        for row in rows
        if facility_ids is None or row["mention__facility_id"] in facility_ids
    ]


def _group(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["item__sample_id"], row["item__source_id"], row["item__said"]


def judged(found: Iterable[Answered]) -> Accuracy:
    return Accuracy.of(each.answer for each in found)


def by(found: Iterable[Answered], key: Callable[[Answered], Key]) -> dict[Key, Accuracy]:
    groups: dict[Key, list[Answer]] = {}
    for each in found:
        groups.setdefault(key(each), []).append(each.answer)
    return {name: Accuracy.of(answers) for name, answers in groups.items()}


_kept: tuple[datetime, Accuracy] | None = None


def present(now: datetime) -> Accuracy:
    """Of the reader in force, for a line under a chart. Kept for a minute: it costs a page nothing."""
    global _kept
    if _kept is None or not timedelta(0) <= now - _kept[0] < KEPT_FOR:
        version = readers.current().version
        _kept = now, judged(each for each in answered() if each.reader_version == version)
    return _kept[1]


def forget() -> None:
    global _kept
    _kept = None
