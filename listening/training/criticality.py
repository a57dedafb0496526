"""Fits how grave a complaint is, on the criticality that people gave NHS comments."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from listening.evaluation import phase1
from listening.reading import criticality, features
from listening.reading.learned import Head, Model, Recipe
from listening.training import linear, sets
from listening.training.linear import Manner

VERSION = "1"
MANNER = Manner(strength=1, seldom=3, kind="logistic")
UNASKED = 0.5
"""How much an answer counts when it is shown a second time without its question: posts answer none."""


def fit(folder: Path, digits: str) -> Iterator[Model]:
    found = sets.load(folder, phase1.NAME, "feedback", digits)
    graded = [each for each in map(phase1.comment, found.rows) if each.criticality is not None]
    seen = [
        *(features.of(each.text, each.prompt) for each in graded),
        *(features.of(each.text) for each in graded),
    ]
    grave = np.array([[each.is_grave] for each in graded] * 2, np.int8)
    weights = np.repeat(np.array([1, UNASKED], np.float32), len(graded))
    recipe = Recipe(is_crossed=True, has_mood=True)
    head = Head(criticality.MODEL, VERSION, (criticality.GRAVE,), (), found.digits, (found.source,), recipe)
    yield linear.fitted(head, seen, grave, MANNER, weights)
