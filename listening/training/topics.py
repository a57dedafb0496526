"""Fits what a comment is about, on the themes that people gave NHS comments.

One model holds three kinds of classes: nine majors and the categories below them (one of each to a comment),
and the themes of the later framework (several to a comment). A class learns from rows that were asked for it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from listening.evaluation import phase1, v6
from listening.evaluation.contract import digit
from listening.evaluation.phase1 import Comment
from listening.evaluation.v6 import Themed
from listening.reading import topics
from listening.reading.features import Features
from listening.reading.learned import Floats, Head, Model, Recipe
from listening.training import Table, folds, linear, precision, sets
from listening.training.linear import Flags, Manner

VERSION = "2"
RECIPE = Recipe(shortest=3, tag=0.5, is_crossed=True)
MANNER = Manner(strength=0.1, seldom=2, seldom_run=6, is_balanced=False, least=0.02)
EVENNESS = 0.65
"""1 would make each class count the same, however rare: then the rare ones are said too often."""
CATEGORIES = 33
"""Of some forty; the others stand on a handful of rows each."""
LEAST_THEME = 10


@dataclass(frozen=True)
class Examples:
    comments: Sequence[Comment]
    themed: Sequence[Themed]

    @property
    def asked(self) -> list[Features]:
        both: list[Comment | Themed] = [*self.comments, *self.themed]
        return [topics.seen_of(each.text, each.prompt) for each in both]

    @property
    def unasked(self) -> list[Features]:
        """As posts stand: they answer no question."""
        both: list[Comment | Themed] = [*self.comments, *self.themed]
        return [topics.seen_of(each.text) for each in both]

    def of(self, digits: str) -> "Examples":
        """Those whose texts have these first digits."""
        return Examples(
            [each for each in self.comments if digit(each.text) in digits],
            [each for each in self.themed if digit(each.text) in digits],
        )

    def targets(self, classes: Sequence[str]) -> Flags:
        column = {name: at for at, name in enumerate(classes)}
        first, last = len(self.comments), len(self.comments) + len(self.themed)
        found = np.full((last, len(classes)), -1, np.int8)
        single = [at for at, name in enumerate(classes) if not name.startswith(topics.THEME)]
        several = [at for at, name in enumerate(classes) if name.startswith(topics.THEME)]
        found[:first, single] = 0
        found[first:, several] = 0
        for at, comment in enumerate(self.comments):
            _mark(found[at], column, (topics.MAJOR + comment.major, topics.CATEGORY + comment.category))
        for at, themed in enumerate(self.themed, start=first):
            _mark(found[at], column, (topics.THEME + name for name in themed.themes))
        return found

    def weights(self, targets: Flags, classes: Sequence[str]) -> Floats:
        """A rare major or category weighs more, yet in all less than a common one.
        Each theme weighs as much as all that is not of it."""
        found = np.ones(targets.shape, np.float32)
        for kind in (topics.MAJOR, topics.CATEGORY):
            columns = [at for at, name in enumerate(classes) if name.startswith(kind)]
            if columns:
                found[:, columns] = _evened(targets[:, columns])[:, None]
        for at, name in enumerate(classes):
            if name.startswith(topics.THEME):
                found[:, at] = _balanced(targets[:, at])
        return found


def _evened(targets: Flags) -> Floats:
    """By row: what its class weighs. Rows of none, and of classes too rare to be known, weigh 1."""
    is_of, counts = targets == 1, np.maximum(1, (targets == 1).sum(axis=0))
    shares = (is_of.sum() / len(counts) / counts) ** EVENNESS
    weights = np.where(is_of.any(axis=1), (is_of * shares).sum(axis=1), 1.0)
    return np.asarray(weights / weights.mean(), np.float32)


def _balanced(target: Flags) -> Floats:
    counts = np.maximum(1, [(target == 0).sum(), (target == 1).sum()])
    each = counts.sum() / (2 * counts)
    return np.asarray(np.where(target == 1, each[1], each[0]), np.float32)


def _mark(row: Flags, column: dict[str, int], names: Iterable[str]) -> None:
    for name in names:
        if name in column:
            row[column[name]] = 1


def classes(examples: Examples) -> tuple[str, ...]:
    majors = sorted({topics.MAJOR + each.major for each in examples.comments})
    categories = Counter(topics.CATEGORY + each.category for each in examples.comments)
    themes = Counter(topics.THEME + name for each in examples.themed for name in each.themes)
    return (
        *majors,
        *sorted(name for name, _ in categories.most_common(CATEGORIES)),
        *sorted(name for name, count in themes.items() if count >= LEAST_THEME),
    )


def parents(examples: Examples, names: Sequence[str]) -> tuple[str, ...]:
    """Of each category the major that it stands under most often; of other classes nothing."""
    pairs = Counter(
        (topics.CATEGORY + each.category, topics.MAJOR + each.major) for each in examples.comments
    )
    above = {category: major for (category, major), _ in reversed(pairs.most_common())}
    return tuple(above.get(name, "") for name in names)


def fit(folder: Path, digits: str) -> Iterator[Model | Table]:
    """
    1. Each fold of the texts is read by a model of the others: cuts are chosen on what is said of them.
    2. The model that ships is fitted on all.
    3. What is right is counted on the same folds, each with cuts that were chosen on the others.
    """
    first = sets.load(folder, phase1.NAME, "feedback", digits)
    later = sets.load(folder, v6.NAME, v6.TEXT, digits)
    examples = Examples(list(map(phase1.comment, first.rows)), list(map(v6.themed, later.rows)))
    seen = "".join(sorted({*first.digits, *later.digits}))
    names = classes(examples)
    head = Head(topics.MODEL, VERSION, names, (), seen, (first.source, later.source), RECIPE)
    head = replace(head, parents=parents(examples, names))
    read = folds.read(examples, seen, partial(_fitted, head))
    yield _fitted(replace(head, cuts=folds.cuts(read, names)), examples)
    yield Table(topics.PRECISION, precision.table(folds.with_cuts(read, names), seen))
    yield Table(topics.FOLDS, folds.compared(read))


def _fitted(head: Head, examples: Examples) -> Model:
    targets = examples.targets(head.classes)
    return linear.fitted(head, examples.asked, targets, MANNER, examples.weights(targets, head.classes))
