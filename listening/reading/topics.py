"""What a post is about: several topics, strongest first, each with its reason.

1. The words of each topic speak, unless they stand in a phrase that means something else.
2. The learned reader speaks: it sees which topics those words mean, too. It knows the categories of the NHS
   framework, and the taxonomy says which topic each means. A category counts from the score at which it was
   right often enough.
3. A general topic ("care") counts only where nothing narrower was found.

How often each topic was right, on comments that nothing was fitted on, is in `measured()`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import exp

import numpy as np

from listening.reading import features, learned
from listening.reading.features import Features
from listening.reading.learned import MODELS, Decision, Model
from listening.reading.taxonomy import Taxonomy, Topic, shipped

MODEL = "topics"
MAJOR, CATEGORY, THEME = "major: ", "category: ", "theme: "
"""The kinds of classes that the model knows: one major and one category to a comment, and several themes."""

FROM_BELOW, FROM_ABOVE = 0.6, 0.3
"""How much of its likeliest category's score a major gains, and a category of its major's."""

UNLIKE = -1.0
"""The score of a class that is not known."""

MOST = 5
WORD = 0.5
"""The strength of a topic that one word speaks for; each further word takes a third of what is left."""


@dataclass(frozen=True)
class TopicFound:
    id: str
    reason: str
    strength: float  # 0 to 1


@dataclass(frozen=True)
class Measured:
    """How often a topic was right where it was said; None where people were never asked about it."""

    said: int
    right: int
    asked: int  # rows that truly have it

    @property
    def precision(self) -> float | None:
        return self.right / self.said if self.said else None


def read(
    text: str, prompt: str = "", taxonomy: Taxonomy | None = None, model: Model | None = None
) -> tuple[TopicFound, ...]:
    taxonomy = taxonomy or shipped()
    if not (seen := seen_of(text, prompt)).words:
        return ()
    words = _words_of(features.cut(text)) if taxonomy is shipped() else taxonomy.found(features.cut(text))
    decision = (model or learned.model(MODEL)).read(seen)
    likeness = _likeness(taxonomy, decision)
    found = [
        each
        for topic in taxonomy.topics
        if (each := _found(topic, words.get(topic.id, []), likeness.get(topic.id), decision))
    ]
    return _strongest(found, taxonomy)


def nhs(text: str, prompt: str = "", model: Model | None = None) -> tuple[str, str]:
    """The one major and the one category of the NHS framework that fit best."""
    decision = (model or learned.model(MODEL)).read(seen_of(text, prompt))
    return _best(decision, MAJOR), _best(decision, CATEGORY)


def seen_of(text: str, prompt: str = "") -> Features:
    """What the model sees: the post, and which of the shipped topics its words speak for."""
    seen = features.of(text, prompt)
    return (
        replace(seen, marks=tuple(f"topic:{name}" for name in _words_of(features.cut(text))))
        if seen.words
        else seen
    )


def _found(
    topic: Topic, words: list[str], likeness: tuple[str, float] | None, decision: Decision
) -> TopicFound | None:
    if not words and not likeness:
        return None
    by_words = 1 - (1 - WORD) * (2 / 3) ** (len(words) - 1) if words else 0.0
    by_likeness = 1 / (1 + exp(-2 * likeness[1])) if likeness else 0.0
    reasons = ["words: " + ", ".join(f"'{word[:40]}'" for word in words[:4])] if words else []
    if likeness:
        reasons.append(_reads_like(likeness[0], decision))
    strength = 1 - (1 - by_words) * (1 - by_likeness)
    return TopicFound(topic.id, "; ".join(reasons), round(strength, 3))


def _likeness(taxonomy: Taxonomy, decision: Decision) -> dict[str, tuple[str, float]]:
    """By topic: its category that is furthest above its cut, and how far."""
    head = decision.model.head
    above: dict[str, tuple[str, float]] = {}
    for at in np.flatnonzero(decision.scores >= np.array(head.cuts, np.float32)).tolist():
        name, score = head.classes[at], float(decision.scores[at]) - head.cuts[at]
        for topic in taxonomy.by_category.get(name.partition(": ")[2], ()):
            if not name.startswith(MAJOR) and score >= above.get(topic, ("", -1.0))[1]:
                above[topic] = (name, score)
    return above


def _reads_like(name: str, decision: Decision) -> str:
    words = ", ".join(f"'{word[:40]}' {weight:+.1f}" for word, weight in decision.why(name) if weight >= 0.05)
    label = name.partition(": ")[2]
    return f"reads like {label}: {words}" if words else f"reads like {label}"


def _strongest(found: list[TopicFound], taxonomy: Taxonomy) -> tuple[TopicFound, ...]:
    general = {topic.id for topic in taxonomy.topics if topic.is_general}
    narrow = [each for each in found if each.id not in general] or found
    return tuple(sorted(narrow, key=lambda each: -each.strength)[:MOST])


def _best(decision: Decision, kind: str) -> str:
    """Majors and categories stand in for each other: each gains by what is said of the other."""
    head = decision.model.head
    score = dict(zip(head.classes, decision.scores.tolist(), strict=True))
    below: dict[str, float] = {}
    for name, parent in zip(head.classes, head.parents, strict=True):
        below[parent] = max(below.get(parent, score[name]), score[name])
    joined = {
        name: score[name]
        + FROM_BELOW * below.get(name, UNLIKE)
        + FROM_ABOVE * (score[parent] if parent else 0)
        for name, parent in zip(head.classes, head.parents, strict=True)
        if name.startswith(kind)
    }
    return max(joined, key=lambda name: joined[name]).removeprefix(kind)


@lru_cache(maxsize=4)
def _words_of(text: str) -> Mapping[str, list[str]]:
    return shipped().found(text)


PRECISION = "topics_precision.tsv"
FOLDS = "topics_folds.tsv"


@cache
def measured() -> dict[str, Measured]:
    """By topic id, as `manage.py train` measured the shipped topics, each fold by a model of the others."""
    return {topic: Measured(*map(int, counts)) for topic, *counts in _table(PRECISION)}


@dataclass(frozen=True)
class Compared:
    """Macro-F1 on texts that the fit had not seen."""

    plain: float  # a plain TF-IDF linear reader fitted on the same rows
    ours: float


@cache
def compared() -> dict[str, Compared]:
    """Of majors and of categories, as `manage.py train` measured them by folds."""
    return {f"{kind} ": Compared(float(plain), float(ours)) for kind, plain, ours in _table(FOLDS)}


def _table(name: str) -> list[list[str]]:
    lines = (MODELS / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]
