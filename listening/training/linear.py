"""Fits a linear reader: one straight line between each class and the rest."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from listening.reading.features import Features, letters
from listening.reading.learned import Floats, Head, Model, Recipe
from listening.training import CannotTrain

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Manner:
    """How it is fitted."""

    strength: float = 0.2  # C: how far it follows the examples
    seldom: int = 2  # a phrase seen less often is left out; runs of letters want one more
    is_balanced: bool = True  # rare classes weigh as much as common ones
    kind: str = "svc"  # or "logistic"


def fit(
    head: Head,
    seen: Sequence[Features],
    targets: Flags,
    manner: Manner | None = None,
    weights: Floats | None = None,
) -> Model:
    """A model of the head's classes. `targets` has a row for each text and a column for each class."""
    manner = manner or Manner()
    empty = vocabulary(head, seen, manner.seldom)
    inputs = matrix(empty, seen)
    fitted = [_one(inputs, targets[:, at], manner, weights) for at in range(len(head.classes))]
    bias = tuple(round(float(each.intercept_[0]), 4) for each in fitted)
    columns = np.stack([each.coef_[0] for each in fitted], axis=1).astype(np.float32)
    return Model(replace(head, bias=bias), empty.terms, empty.rarity, columns)


def vocabulary(head: Head, seen: Sequence[Features], seldom: int) -> Model:
    """A model without weights: it knows which phrases, runs of letters and tags there are, and how rare."""
    phrases = _counted(seen, lambda each: set(each.phrases(head.recipe.phrase)))
    runs = _counted(seen, lambda each: _runs(each, head.recipe))
    tags = _counted(seen, lambda each: set(each.tags))
    wanted = [(phrases, seldom), (runs, seldom + 1), (tags, seldom)]
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


def _one(inputs: Any, target: Flags, manner: Manner, weights: Floats | None) -> Any:
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.svm import LinearSVC
    except ImportError as error:
        raise CannotTrain("Training needs scikit-learn: pip install -r requirements-dev.txt.") from error
    balance = "balanced" if manner.is_balanced else None
    if manner.kind == "logistic":
        made = LogisticRegression(
            C=manner.strength, class_weight=balance, solver="liblinear", random_state=0, max_iter=300
        )
    else:
        made = LinearSVC(C=manner.strength, class_weight=balance, random_state=0)
    return made.fit(inputs, target, sample_weight=weights)
