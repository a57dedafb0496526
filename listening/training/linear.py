"""Fits a linear reader: one straight line between each class and the rest."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from listening.reading import learned
from listening.reading.features import Features, letters
from listening.reading.learned import Floats, Head, Model, Recipe
from listening.training import CannotTrain

Flags = NDArray[np.int8]
"""1: the text is of the class; 0: it is not; UNSAID: nobody said, and it is left out for this class."""
UNSAID = -1


@dataclass(frozen=True)
class Manner:
    """How it is fitted."""

    strength: float = 0.2  # C: how far it follows the examples
    seldom: int = 2  # a phrase seen less often is left out
    seldom_run: int = 0  # the same of a run of letters; 0: one more than a phrase
    is_balanced: bool = True  # rare classes weigh as much as common ones
    kind: str = "svc"  # or "logistic"
    least: float = 0.0  # weights nearer to nothing are left out: the file is the smaller


def fitted(
    head: Head,
    seen: Sequence[Features],
    targets: Flags,
    manner: Manner | None = None,
    weights: Floats | None = None,
) -> Model:
    """A model of the head's classes. `targets` has a row for each text and a column for each class.

    `weights` says how much each text counts, for all classes or, with a column for each, for one.
    """
    manner = manner or Manner()
    empty = vocabulary(head, seen, manner)
    inputs = matrix(empty, seen)
    lines = [
        _line(
            inputs,
            targets[:, at],
            manner,
            weights if weights is None or weights.ndim == 1 else weights[:, at],
        )
        for at in range(len(head.classes))
    ]
    columns = np.stack([weight for weight, _ in lines], axis=1).astype(np.float32)
    columns[np.abs(columns) < manner.least] = 0
    bias = tuple(round(bias, 4) for _, bias in lines)
    return Model(replace(head, bias=bias), empty.terms, empty.rarity, columns)


def vocabulary(head: Head, seen: Sequence[Features], manner: Manner) -> Model:
    """A model without weights: it knows which phrases, runs of letters and tags there are, and how rare."""
    phrases = _counted(seen, lambda each: set(each.phrases(head.recipe.phrase)))
    runs = _counted(seen, lambda each: _runs(each, head.recipe))
    tags = _counted(seen, lambda each: set(learned.tags(each, head.recipe)))
    crossed = _counted(seen, lambda each: set(each.crossed()) if head.recipe.is_crossed else set())
    seldom, seldom_run = manner.seldom, manner.seldom_run or manner.seldom + 1
    wanted = [(phrases, seldom), (runs, seldom_run), (tags, seldom), (crossed, seldom)]
    kept = sorted(
        (term, count) for counts, least in wanted for term, count in counts.items() if count >= least
    )
    rarity = [round(float(np.log((1 + len(seen)) / (1 + count)) + 1), 2) for _, count in kept]
    terms = {term: at for at, (term, _) in enumerate(kept)}
    weights = np.zeros((len(terms), len(head.classes)), np.float32)
    return Model(replace(head, bias=(0.0,) * len(head.classes)), terms, np.array(rarity, np.float32), weights)


def matrix(model: Model, seen: Sequence[Features]) -> Any:
    """The values of each text, exactly as the reader will see them."""
    from scipy.sparse import csr_matrix

    read = [model.read(each) for each in seen]
    starts = np.cumsum([0, *(len(each.ids) for each in read)])
    ids = np.concatenate([each.ids for each in read])
    values = np.concatenate([each.values for each in read])
    return csr_matrix((values, ids, starts), shape=(len(seen), len(model.terms)))


def _counted(seen: Sequence[Features], terms: Callable[[Features], set[str]]) -> Counter[str]:
    return Counter(term for each in seen for term in terms(each))


def _runs(seen: Features, recipe: Recipe) -> set[str]:
    if not recipe.longest:
        return set()
    return {run for word in set(seen.words) for run in letters(word, recipe.shortest, recipe.longest)}


def _line(inputs: Any, target: Flags, manner: Manner, weights: Floats | None) -> tuple[Any, float]:
    """The weights of one class, and its bias."""
    known = target >= 0
    if len(np.unique(target[known])) < 2:
        # All or none: nothing tells them apart.
        return np.zeros(inputs.shape[1], np.float32), 1.0 if target[known].any() else -1.0
    made = _made(manner).fit(
        inputs[known], target[known], sample_weight=None if weights is None else weights[known]
    )
    return made.coef_[0], float(made.intercept_[0])


def _made(manner: Manner) -> Any:
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.svm import LinearSVC
    except ImportError as error:
        raise CannotTrain("Training needs scikit-learn: pip install -r requirements-dev.txt.") from error
    balance = "balanced" if manner.is_balanced else None
    if manner.kind == "logistic":
        return LogisticRegression(
            C=manner.strength, class_weight=balance, solver="liblinear", random_state=0, max_iter=300
        )
    return LinearSVC(C=manner.strength, class_weight=balance, random_state=0)
