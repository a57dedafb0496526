"""Fits the learned reader of who waits in the building: on posts invented for it (`corpus/building.tsv`), on
those invented for what must not wait, and on what people write all day.

It stands apart from `safety`, whose alarms must not shift when a waiting room is taught.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from listening.evaluation.contract import digit
from listening.reading import alarm
from listening.reading.alarm import BUILDING, BUILDING_MODEL, URGENT
from listening.reading.concepts import Found
from listening.reading.learned import FittedOn, Head, Model
from listening.training import linear, safety, sets

VERSION = "3"
SET = "corpus/building"
MANNER = replace(safety.MANNER, seldom=3)
LOOKS_ALIKE = 3.0
"""How much more an invented post counts than one of the background."""


def rows() -> list[tuple[str, str]]:
    """Lane and text."""
    read = safety.corpus(safety.CORPUS / "building.tsv")
    return [(row["lane"], row["text"]) for row in read]


def fit(folder: Path, digits: str) -> Iterator[Model]:
    posts = [(lane, text) for lane, text in (*rows(), *safety.rows()) if digit(text) in digits]
    ours = [text for text in safety.ordinary() if digit(text) in digits]
    loaded = [(sets.load(folder, name, column, digits), column) for name, column in safety.BACKGROUND.items()]
    calm = ours + [row.text(column) for each, column in loaded for row in each.rows]
    fitted_on = (
        FittedOn(SET, "invented", len(posts)),
        FittedOn(safety.OURS_NAME, "invented", len(ours)),
        *(each.source for each, _ in loaded),
    )
    seen_digits = "".join(sorted({digit(text) for text in (*(text for _, text in posts), *calm)}))
    head = Head(BUILDING_MODEL, VERSION, (BUILDING,), (0.0,), seen_digits, fitted_on, safety.RECIPE)
    lanes = [lane for lane, _ in posts] + [""] * len(calm)
    found = [safety.found_in(text) for text in (*(text for _, text in posts), *calm)]
    seen = [alarm.seen(each) for each in found]
    targets = np.array([[_target(lane, each)] for lane, each in zip(lanes, found, strict=True)], np.int8)
    weights = np.array([LOOKS_ALIKE if lane else 1.0 for lane in lanes], np.float32)
    yield linear.fitted(head, seen, targets, MANNER, weights)


def _target(lane: str, found: Found) -> int:
    """Who waits and is in danger was put into the graver lane, and nobody sorted the ordinary posts."""
    if lane == BUILDING:
        return 1
    return linear.UNSAID if lane in ("", *URGENT) and safety.is_heard(found, (BUILDING,)) else 0
