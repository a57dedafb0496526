"""Fits the learned reader of what must not wait, on posts invented for it: `corpus/safety*.tsv`.

A line is a lane and a post. `benign` only sounds like danger; the incidents (P1) are no alarm of this kind either.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from listening.evaluation.contract import digit
from listening.reading import alarm, safety
from listening.reading.alarm import ALARM, MODEL, URGENT, Seen
from listening.reading.learned import FittedOn, Head, Model, Recipe
from listening.training import linear
from listening.training.linear import Manner

CORPUS = Path(__file__).parent / "corpus"
VERSION = "1"
RECIPE = Recipe(phrase=2, longest=0, tag=0.5)
MANNER = Manner(strength=3.0, seldom=1, kind="logistic")


def rows() -> list[tuple[str, str]]:
    """All invented posts: lane and text."""
    found = []
    for path in sorted(CORPUS.glob("safety*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            found += [(row["lane"], row["text"]) for row in reader]
    return found


def fit(folder: Path, digits: str) -> Iterator[Model]:
    kept = [(lane, text) for lane, text in rows() if digit(text) in digits]
    fitted_on = (FittedOn("corpus/safety", "invented", len(kept)),)
    classes = (ALARM, *URGENT)
    head = Head(MODEL, VERSION, classes, (0.0,) * len(classes), digits, fitted_on, RECIPE)
    targets = np.array([[lane in URGENT, *(lane == name for name in URGENT)] for lane, _ in kept])
    yield linear.fit(head, [_seen(text) for _, text in kept], targets, MANNER)


def _seen(text: str) -> Seen:
    found = safety.rules().lexicon.find(text)
    return alarm.seen(found, safety.rules().of(found))
