"""Folds of the examples, each read by a model of the others: for what is chosen, and what is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from listening.evaluation import metrics
from listening.reading import topics
from listening.reading.learned import Floats, Model
from listening.reading.taxonomy import Topic, shipped
from listening.reading.topics import CATEGORY, MAJOR
from listening.training import cutting, plain
from listening.training.linear import Flags

if TYPE_CHECKING:
    from listening.training.topics import Examples

FOLDS = 4
HEAD = """\
# Macro-F1 by folds of the texts, each read by a model of the others, with the question that was asked.
# of	plain TF-IDF linear	ours
"""


@dataclass(frozen=True)
class Fold:
    model: Model  # of the other folds
    others: Examples
    held: Examples

    def scores(self) -> Floats:
        """Of the comments, then of the themed ones, as posts stand: they answer no question."""
        return np.array([self.model.read(each).scores for each in self.held.unasked])


def read(examples: Examples, digits: str, fitted: Callable[[Examples], Model]) -> list[Fold]:
    groups = [digits[at::FOLDS] for at in range(min(FOLDS, len(digits)))]
    made = []
    for group in groups:
        others = examples.of("".join(each for each in digits if each not in group))
        made.append(Fold(fitted(others), others, examples.of(group)))
    return made


def cuts(folds: Sequence[Fold], names: Sequence[str]) -> tuple[float, ...]:
    """The score from which each class counts: right often enough for its class, and for its topic."""
    scores = np.concatenate([fold.scores() for fold in folds])
    truth = np.concatenate([fold.held.targets(names) for fold in folds])
    is_themed = np.concatenate([_is_themed(fold.held) for fold in folds])
    themes = [each.themes for fold in folds for each in fold.held.themed]
    chosen = cutting.cuts(scores, truth)
    return tuple(
        _raised(cut, scores[is_themed, at], themes, _topic(name))
        for at, (name, cut) in enumerate(zip(names, chosen, strict=True))
    )


def _raised(cut: float, scores: Floats, themes: Sequence[frozenset[str]], topic: Topic | None) -> float:
    if topic is None:
        return cut
    truth = np.array([not each.isdisjoint(topic.categories) for each in themes], np.int8)
    return cutting.raised(cut, scores, truth) if truth.any() else cut


def _topic(name: str) -> Topic | None:
    found = shipped().by_category.get(name.partition(": ")[2], ())
    return shipped().topic(found[0]) if found and not name.startswith(MAJOR) else None


def _is_themed(held: Examples) -> Flags:
    return np.repeat([False, True], [len(held.comments), len(held.themed)])


def with_cuts(folds: Sequence[Fold], names: Sequence[str]) -> list[tuple[Model, Examples]]:
    """Each fold's model, with the cuts that the other folds would choose, and what it did not see."""
    made = []
    for fold in folds:
        head = replace(fold.model.head, cuts=cuts([each for each in folds if each is not fold], names))
        made.append((Model(head, fold.model.terms, fold.model.rarity, fold.model.weights), fold.held))
    return made


def compared(folds: Sequence[Fold]) -> str:
    """The table of macro-F1, beside a plain reader of the same folds."""
    held = [each for fold in folds for each in fold.held.comments]
    said = [topics.nhs(each.text, each.prompt, fold.model) for fold in folds for each in fold.held.comments]
    pairs = (
        (MAJOR, [each.major for each in held], [major for major, _ in said], "major"),
        (CATEGORY, [each.category for each in held], [category for _, category in said], "category"),
    )
    return HEAD + "".join(_line(folds, *pair) for pair in pairs)


def _line(folds: Sequence[Fold], kind: str, truth: list[str], ours: list[str], field: str) -> str:
    names = [name.removeprefix(kind) for name in folds[0].model.head.classes if name.startswith(kind)]
    baseline = metrics.macro_f1(truth, list(_plain(folds, field)), names)
    return f"{kind.strip()}\t{baseline:.3f}\t{metrics.macro_f1(truth, ours, names):.3f}\n"


def _plain(folds: Sequence[Fold], field: str) -> Iterator[str]:
    for fold in folds:
        fitted = fold.others.comments
        labels = [getattr(each, field) for each in fitted]
        texts = [each.text for each in fold.held.comments]
        yield from plain.said([each.text for each in fitted], labels, texts)
