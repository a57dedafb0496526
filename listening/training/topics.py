"""Fits what a comment is about, on the themes that people gave NHS comments.

One model holds three kinds of classes: nine majors and the categories below them (one of each to a comment),
and the themes of the later framework (several to a comment). A class learns from rows that were asked for it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from listening.evaluation import phase1, v6
from listening.evaluation.contract import digit
from listening.evaluation.phase1 import Comment
from listening.evaluation.v6 import Themed
from listening.reading import features, topics
from listening.reading.features import Features
from listening.reading.learned import Floats, Head, Model, Recipe
from listening.training import Table, cutting, linear, precision, sets
from listening.training.linear import Flags, Manner

VERSION = "1"
RECIPE = Recipe(shortest=3)
MANNER = Manner(strength=0.1, seldom=3, least=0.02)
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
        return [features.of(each.text, each.prompt) for each in both]

    @property
    def unasked(self) -> list[Features]:
        """As posts stand: they answer no question."""
        both: list[Comment | Themed] = [*self.comments, *self.themed]
        return [features.of(each.text) for each in both]

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


def fit(folder: Path, digits: str) -> Iterator[Model | Table]:
    """
    1. Two halves of the earlier digits read each other: cuts are chosen on what they say.
    2. The model that ships is fitted on all.
    3. Another, of both halves, reads the last digits: how often each topic is right is counted there.
    """
    first = sets.load(folder, phase1.NAME, "feedback", digits)
    later = sets.load(folder, v6.NAME, v6.TEXT, digits)
    examples = Examples(list(map(phase1.comment, first.rows)), list(map(v6.themed, later.rows)))
    seen = "".join(sorted({*first.digits, *later.digits}))
    head = Head(topics.MODEL, VERSION, classes(examples), (), seen, (first.source, later.source), RECIPE)
    tuning, measuring = seen[: -max(1, len(seen) // 4)], seen[-max(1, len(seen) // 4) :]
    head = replace(head, cuts=cutting.cuts(*_each_other(head, examples, tuning)))
    yield _fitted(head, examples)
    model = _fitted(head, examples.of(tuning))
    yield Table(topics.PRECISION, precision.table(model, examples.of(measuring), measuring))


def _each_other(head: Head, examples: Examples, digits: str) -> tuple[Floats, Flags]:
    """Scores of each half by a model of the other half, and what is true."""
    halves = [examples.of(digits[::2]), examples.of(digits[1::2])]
    models = [_fitted(head, half) for half in halves]
    scores = [_scores(model, half) for model, half in zip(reversed(models), halves, strict=True)]
    return np.concatenate(scores), np.concatenate([half.targets(head.classes) for half in halves])


def _fitted(head: Head, examples: Examples) -> Model:
    return linear.fitted(head, examples.asked, examples.targets(head.classes), MANNER)


def _scores(model: Model, examples: Examples) -> Floats:
    return np.array([model.read(each).scores for each in examples.unasked])
