"""Fits what `learned` reads, on drafts that people have sorted. Only `manage.py train_gate` needs it."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from alerts.gate import data
from alerts.gate.canonical import canonical
from alerts.gate.learned import HUNDREDTHS, Seen, see
from alerts.gate.patterns import Line
from alerts.gate.shapes import shape
from alerts.gate.statements import state

STRENGTH = 0.1
SELDOM = 2
"""What is seen in fewer drafts is left out."""
LEAST = 0.01
KINDS = {"safe": 0, "unsafe": 1}
COLUMNS = ("expected", "draft")


class CannotFit(ValueError):
    """What is wrong with the drafts, in words for whoever gave them."""


def drafts_of(files: Iterable[Path]) -> list[tuple[int, str]]:
    """0 for a safe one, 1 for an unsafe one, and its words."""
    found = []
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()[1:], 2):
            columns = line.split("\t")
            if len(columns) < len(COLUMNS):
                raise CannotFit(f"{file.name}, line {number}: expected a kind, a tab and a draft")
            if columns[0] in KINDS:
                found.append((KINDS[columns[0]], columns[1]))
    if len({kind for kind, _ in found}) < len(KINDS):
        raise CannotFit("There must be safe drafts and unsafe ones.")
    return found


def fitted(drafts: Sequence[tuple[int, str]]) -> str:
    """The body of the file."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    seen = [_flat(_seen(text)) for _, text in drafts]
    counted = Counter(each for here in seen for each in here)
    rows = [{each: 1.0 for each in here if counted[each] >= SELDOM} for here in seen]
    columns = DictVectorizer()
    model = LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced")
    model.fit(columns.fit_transform(rows), [kind for kind, _ in drafts])
    head = {"bias": round(float(model.intercept_[0]), 4), "drafts": len(drafts)}
    weights = zip(columns.get_feature_names_out(), model.coef_[0], strict=True)
    kept = sorted((name, round(weight * HUNDREDTHS)) for name, weight in weights if abs(weight) >= LEAST)
    return "\n".join([json.dumps(head), *(f"{name}\t{weight}" for name, weight in kept)]) + "\n"


def _seen(text: str) -> Seen:
    known = data.shipped()
    line = Line(canonical(text, known).words, known)
    shape(line)
    state(line)
    return see(line)


def _flat(seen: Seen) -> set[str]:
    return set().union(*seen)
