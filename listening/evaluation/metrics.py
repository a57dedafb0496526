"""The few measures that are printed, in plain Python: reading and measuring need no scikit-learn."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import groupby
from math import sqrt


def precision_recall(truth: Sequence[bool], said: Sequence[bool]) -> tuple[float, float]:
    """How much of what was said is true, and how much of what is true was said; 0 where there is none."""
    both = sum(1 for is_true, is_said in zip(truth, said, strict=True) if is_true and is_said)
    return _share(both, sum(map(bool, said))), _share(both, sum(map(bool, truth)))


def f1(truth: Sequence[bool], said: Sequence[bool]) -> float:
    precision, recall = precision_recall(truth, said)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def macro_f1(
    truth: Sequence[Hashable], said: Sequence[Hashable], classes: Iterable[Hashable] | None = None
) -> float:
    """The mean of the F1 of each class: the rare ones count as much as the common ones."""
    counted = sorted({*truth, *said}, key=str) if classes is None else list(classes)
    each = [f1([true == name for true in truth], [one == name for one in said]) for name in counted]
    return _share(sum(each), len(each))


def weighted_f1(truth: Sequence[Hashable], said: Sequence[Hashable]) -> float:
    """The mean of the F1 of each class, each counted by its rows."""
    each = [
        rows * f1([true == name for true in truth], [one == name for one in said])
        for name, rows in Counter(truth).items()
    ]
    return _share(sum(each), len(truth))


def average_precision(truth: Sequence[bool], scores: Sequence[float]) -> float:
    """The mean precision at each true row, the highest score first; rows of one score count together."""
    ranked = sorted(zip(scores, truth, strict=True), key=lambda pair: -pair[0])
    total, taken, found = 0.0, 0, 0
    for _, group in groupby(ranked, key=lambda pair: pair[0]):
        same = [is_true for _, is_true in group]
        taken += len(same)
        found += sum(map(bool, same))
        total += sum(map(bool, same)) * found / taken
    return _share(total, found)


def pearson(ours: Sequence[float], theirs: Sequence[float]) -> float:
    mean, other = _share(sum(ours), len(ours)), _share(sum(theirs), len(theirs))
    together = sum((a - mean) * (b - other) for a, b in zip(ours, theirs, strict=True))
    spread = sqrt(sum((a - mean) ** 2 for a in ours) * sum((b - other) ** 2 for b in theirs))
    return _share(together, spread)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
