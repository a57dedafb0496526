"""Fits the learned reader of what must not wait: on posts invented for it (`corpus/safety*.tsv`), and on what
people write all day, of which next to nothing is urgent.

A line of the corpus is a lane and a post. `benign` only sounds like danger; incidents (P1) page nobody at
once either, and are a class of their own. Comments and tweets of the MIT sets, and posts invented for other
readers, are taken as benign, but for the few that speak of ending a life: those are left out.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from listening.evaluation import phase1, v6
from listening.evaluation.contract import digit
from listening.reading import alarm, safety
from listening.reading.alarm import ALARM, HARMS, INCIDENT, MODEL, URGENT
from listening.reading.concepts import Found
from listening.reading.lanes import INCIDENTS
from listening.reading.learned import FittedOn, Head, Model, Recipe
from listening.training import linear, sets
from listening.training.linear import Manner

CORPUS = Path(__file__).parent / "corpus"
VERSION = "5"
RECIPE = Recipe(phrase=2, shortest=3, longest=5, tag=0.3)
MANNER = Manner(strength=3.0, seldom=3, kind="logistic", least=0.055)
BACKGROUND = {
    v6.NAME: v6.TEXT,
    phase1.NAME: "feedback",
    "vader/tweets_GroundTruth": "text",
    "sarcasm/isarcasmeval_train_en": "tweet",
    "sarcasm/isarcasmeval_taskA_test_en": "text",
}
"""Sets of ordinary posts, each with the column of its text."""
OURS = ("answers", "clinics", "everyday", "hospitals", "services", "spanish")
"""Ordinary posts that were invented for other readers."""
OURS_NAME = "corpus/ordinary"
NAME = re.compile(r"\bnorthfield(?:'s)?\b", re.IGNORECASE)
LOOKS_ALIKE = 3.0
"""How much more an invented post that only sounds like danger counts than one of the background."""


def rows() -> list[tuple[str, str]]:
    """All posts invented for this reader: lane and text."""
    return [(row["lane"], row["text"]) for path in sorted(CORPUS.glob("safety*.tsv")) for row in corpus(path)]


def ordinary() -> list[str]:
    """Posts invented for others, none of them urgent."""
    return [row["text"] for name in OURS for row in corpus(CORPUS / "tone" / f"{name}.tsv")]


def corpus(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def fit(folder: Path, digits: str) -> Iterator[Model]:
    posts = [(lane, text) for lane, text in rows() if digit(text) in digits]
    ours = [text for text in ordinary() if digit(text) in digits]
    loaded = [(sets.load(folder, name, column, digits), column) for name, column in BACKGROUND.items()]
    calm = ours + [row.text(column) for each, column in loaded for row in each.rows]
    fitted_on = (
        FittedOn("corpus/safety", "invented", len(posts)),
        FittedOn(OURS_NAME, "invented", len(ours)),
        *(each.source for each, _ in loaded),
    )
    seen_digits = "".join(sorted({digit(text) for text in (*(text for _, text in posts), *calm)}))
    classes = (ALARM, *URGENT, INCIDENT, *HARMS)
    head = Head(MODEL, VERSION, classes, (0.0,) * len(classes), seen_digits, fitted_on, RECIPE)
    yield fitted(head, posts, [text for text in calm if not _is_grave(text)])


def fitted(head: Head, posts: Sequence[tuple[str, str]], calm: Sequence[str]) -> Model:
    """A model of invented posts, each with its lane, and of ordinary texts."""
    lanes = [lane for lane, _ in posts] + [""] * len(calm)
    found = [found_in(text) for text in (*(text for _, text in posts), *calm)]
    seen = [alarm.seen(each) for each in found]
    targets = np.array(
        [[_is_of(lane, name) for name in head.classes] for lane in lanes],
        np.int8,
    )
    unsaid = [not lane and is_heard(each, INCIDENTS) for lane, each in zip(lanes, found, strict=True)]
    targets[unsaid, head.classes.index(INCIDENT) :] = linear.UNSAID
    weights = np.array([LOOKS_ALIKE if lane and lane not in URGENT else 1.0 for lane in lanes], np.float32)
    return linear.fitted(head, seen, targets, MANNER, weights)


def _is_of(lane: str, name: str) -> bool:
    return lane in {ALARM: URGENT, INCIDENT: INCIDENTS}.get(name, (name,))


def found_in(text: str) -> Found:
    """A post as it is read, without the name of the hospital of the invented ones: it must weigh nothing."""
    return safety.rules().lexicon.find(NAME.sub("", text))


def _is_grave(text: str) -> bool:
    """Whoever speaks of ending a life may mean it, in whatever form it is asked for."""
    return is_heard(found_in(text), ("self_harm",))


def is_heard(found: Found, lanes: Sequence[str]) -> bool:
    """Whether a rule is sure of one of these lanes: an ordinary post may be such a one, nobody said."""
    return any(each.is_sure and each.lane in lanes for each in safety.rules().of(found))
