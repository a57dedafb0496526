"""What names a person, on made-up sentences whose identifiers were marked: recall and precision by kind.

Their entities are held against our kinds. Places, organisations, job titles, nationalities, ages under 90 and
times coarser than a day name nobody by themselves: these are not claimed.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from listening.evaluation import files
from listening.evaluation.contract import Score, unseen
from listening.evaluation.files import Row
from listening.reading import identifiers
from listening.reading.identifiers import Identifier

SET = "pii_presidio"
TUNED_ON = "012345"
CLAIMED: dict[str, frozenset[str]] = {
    "PERSON": frozenset({"name", "staff_name"}),
    "STREET_ADDRESS": frozenset({"address", "zip"}),
    "ZIP_CODE": frozenset({"zip", "address"}),
    "DATE_TIME": frozenset({"date", "date_of_birth"}),
    "PHONE_NUMBER": frozenset({"phone", "fax"}),
    "EMAIL_ADDRESS": frozenset({"email"}),
    "DOMAIN_NAME": frozenset({"url", "photo"}),
    "CREDIT_CARD": frozenset({"credit_card"}),
    "IBAN_CODE": frozenset({"iban"}),
    "US_SSN": frozenset({"ssn"}),
    "IP_ADDRESS": frozenset({"ip"}),
    "US_DRIVER_LICENSE": frozenset({"licence"}),
}
ENOUGH = 0.5
"""Of an entity's letters and digits that must be hidden for it to count as found."""


@dataclass(frozen=True)
class Entity:
    type: str
    start: int
    end: int


@dataclass
class Counts:
    """Of entities by type: how many are there and found. Of masks by kind: how many, and how many right."""

    entities: Counter[str]
    found: Counter[str]
    masks: Counter[str]
    right: Counter[str]


def scores(folder: Path) -> Iterator[Score]:
    path = files.find(folder, SET, "synth_dataset_v2")
    if path is None:
        return
    kept, note = unseen(files.rows(path), lambda row: row.text("full_text"), TUNED_ON)
    counts = Counts(Counter(), Counter(), Counter(), Counter())
    for row in kept:
        _count(row, counts)
    for name, count in counts.entities.most_common():
        yield Score(SET, count, f"recall {name}", None, counts.found[name] / count, note)
    for kind, count in counts.masks.most_common():
        yield Score(SET, count, f"precision {kind}", None, counts.right[kind] / count, note)
    yield from _whole(counts, note)


def _whole(counts: Counts, note: str) -> Iterator[Score]:
    for metric, part, whole in (
        ("recall, all kinds", counts.found, counts.entities),
        ("precision, all kinds", counts.right, counts.masks),
    ):
        if whole.total():
            yield Score(SET, whole.total(), metric, None, part.total() / whole.total(), note)


def _count(row: Row, counts: Counts) -> None:
    text = row.text("full_text")
    entities, found = [*_entities(row, text)], identifiers.find(text)
    for entity in entities:
        counts.entities[entity.type] += 1
        counts.found[entity.type] += _is_found(entity, found, text)
    for mask in found:
        counts.masks[mask.kind] += 1
        counts.right[mask.kind] += any(_is_right(mask, entity) for entity in entities)


def _entities(row: Row, text: str) -> Iterator[Entity]:
    spans = row.fields.get("spans")
    if not isinstance(spans, list):
        raise row.bad("has no list of spans")
    for span in spans:
        entity = _entity(row, span)
        if entity.type in CLAIMED and (
            entity.type != "DATE_TIME" or _is_a_day(text[entity.start : entity.end])
        ):
            yield entity


def _entity(row: Row, span: Any) -> Entity:
    try:
        return Entity(str(span["entity_type"]), int(span["start_position"]), int(span["end_position"]))
    except (TypeError, KeyError, ValueError) as error:
        raise row.bad("has a span without its type, start or end") from error


def _is_a_day(said: str) -> bool:
    return sum(map(str.isdigit, said)) > len("2024")


def _is_found(entity: Entity, found: list[Identifier], text: str) -> bool:
    telling = [at for at in range(entity.start, entity.end) if text[at : at + 1].isalnum()]
    hidden = sum(any(mask.start <= at < mask.end for mask in found) for at in telling)
    is_named = any(_is_right(mask, entity) for mask in found)
    return bool(telling) and hidden >= ENOUGH * len(telling) and is_named


def _is_right(mask: Identifier, entity: Entity) -> bool:
    return mask.kind in CLAIMED[entity.type] and mask.start < entity.end and entity.start < mask.end
