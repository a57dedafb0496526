"""Chooses from which score a class counts, on scores of texts that the model did not see."""

import numpy as np

from listening.reading.learned import Floats
from listening.training.linear import Flags

NEVER = 99.0
"""The cut of a class that is not right often enough at any score."""
LEAST_SAID = 5
LEAST_PRECISION = 0.6


def cuts(scores: Floats, truth: Flags) -> tuple[float, ...]:
    """Of each class, a column of both."""
    return tuple(chosen(scores[:, at], truth[:, at]) for at in range(scores.shape[1]))


def chosen(scores: Floats, truth: Flags) -> float:
    """The score from which precision counts for twice what recall does, at its best (F 0.5)."""
    known = truth >= 0
    order = np.argsort(-scores[known], kind="stable")
    ranked, is_true = scores[known][order], truth[known][order]
    right, said = np.cumsum(is_true), np.arange(1, len(ranked) + 1)
    precision, recall = right / said, right / max(1, int(is_true.sum()))
    value = 1.25 * precision * recall / np.maximum(0.25 * precision + recall, 1e-9)
    value[(said < LEAST_SAID) | (precision < LEAST_PRECISION)] = 0
    best = int(value.argmax()) if len(value) else 0
    return round(float(ranked[best]), 3) if len(value) and value[best] > 0 else NEVER


def raised(cut: float, scores: Floats, truth: Flags) -> float:
    """The cut, or a higher one where other texts, of which all is known, show it to be wrong too often."""
    is_said = scores >= cut
    if is_said.sum() < LEAST_SAID or truth[is_said].mean() >= LEAST_PRECISION:
        return cut
    return max(cut, chosen(scores, truth))
