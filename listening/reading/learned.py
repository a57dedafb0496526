"""A linear reader: a weight for each word and class, read from a file, added up, and explained word by word.

A model file is text. Its first line is a JSON head: name, version, classes, what it was fitted on. Each
further line is one thing that can be seen (`features`), how rare it is, and its weight for each class:

    front desk <tab> 5.31 <tab> 3:124 7:-40

Weights are hundredths. A text's values are normed within each block (words, letters), so that its length does
not count; tags (the question, the length) have a fixed value. `training` fits and writes these files.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from listening.reading.features import Features, letters

MODELS = Path(__file__).parent / "models"
MAX_WORDS_KEPT = 20_000
"""Words whose runs of letters are kept in memory."""
HUNDREDTHS = 100

Floats = NDArray[np.float32]
Ids = NDArray[np.int32]


@dataclass(frozen=True)
class Recipe:
    """What of a text is looked at."""

    phrase: int = 2  # words in the longest phrase
    shortest: int = 2  # letters in a run
    longest: int = 5  # 0: no runs of letters
    tag: float = 0.7  # the value of a tag


@dataclass(frozen=True)
class FittedOn:
    set: str
    licence: str
    rows: int


@dataclass(frozen=True)
class Head:
    name: str
    version: str
    classes: tuple[str, ...]
    bias: tuple[float, ...]
    digits: str  # the first sha1 digits of the texts it was fitted on
    fitted_on: tuple[FittedOn, ...] = ()
    recipe: Recipe = Recipe()


@dataclass(frozen=True)
class Decision:
    """What a model says of one text: a score for each class, and on request why."""

    model: "Model"
    seen: Features
    scores: Floats
    ids: Ids
    values: Floats

    def score(self, name: str) -> float:
        return float(self.scores[self.model.column(name)])

    @property
    def best(self) -> str:
        return self.model.head.classes[int(self.scores.argmax())]

    def why(self, name: str, most: int = 3) -> list[tuple[str, float]]:
        """The words and phrases that spoke for a class, strongest first; its letters speak for a word."""
        model, column = self.model, self.model.column(name)
        shares = dict(
            zip(self.ids.tolist(), (self.values * model.weights[self.ids, column]).tolist(), strict=True)
        )
        said: dict[str, float] = {}
        for phrase in dict.fromkeys(self.seen.phrases(model.head.recipe.phrase)):
            said[phrase] = shares.get(model.terms.get(phrase, -1), 0.0)
        for word in dict.fromkeys(self.seen.words):
            said[word] += sum(shares.pop(each, 0.0) for each in model.letter_ids(word).tolist())
        strongest = sorted(said.items(), key=lambda pair: -pair[1])[:most]
        return [(word, round(weight, 2)) for word, weight in strongest if weight >= 0.005]


class Model:
    def __init__(self, head: Head, terms: dict[str, int], rarity: Floats, weights: Floats) -> None:
        self.head = head
        self.terms = terms
        self.rarity = rarity
        self.weights = weights
        self._bias = np.array(head.bias, np.float32)
        self._columns = {name: at for at, name in enumerate(head.classes)}
        self._letters: dict[str, Ids] = {}

    def column(self, name: str) -> int:
        return self._columns[name]

    def read(self, seen: Features) -> Decision:
        blocks = [self._values(self._phrase_ids(seen)), self._values(self._run_ids(seen)), self._tags(seen)]
        ids = np.concatenate([block[0] for block in blocks])
        values = np.concatenate([block[1] for block in blocks])
        return Decision(self, seen, values @ self.weights[ids] + self._bias, ids, values)

    def letter_ids(self, word: str) -> Ids:
        """The known runs of letters of a word; kept, for words come again."""
        found = self._letters.get(word)
        if found is None:
            if len(self._letters) >= MAX_WORDS_KEPT:
                self._letters.clear()
            recipe = self.head.recipe
            found = self._letters[word] = self._ids(letters(word, recipe.shortest, recipe.longest))
        return found

    def _phrase_ids(self, seen: Features) -> Ids:
        return self._ids(seen.phrases(self.head.recipe.phrase))

    def _run_ids(self, seen: Features) -> Ids:
        if not self.head.recipe.longest or not seen.words:
            return np.empty(0, np.int32)
        return np.concatenate([self.letter_ids(word) for word in seen.words])

    def _ids(self, terms: Iterable[str]) -> Ids:
        known = self.terms
        return np.array([known[term] for term in terms if term in known], np.int32)

    def _values(self, ids: Ids) -> tuple[Ids, Floats]:
        """What is seen often counts more, but not as many times more; all together have the length 1."""
        each, counts = np.unique(ids, return_counts=True)
        values = (1 + np.log(counts.astype(np.float32))) * self.rarity[each]
        length = float(np.sqrt(values @ values))
        return each, values / length if length else values

    def _tags(self, seen: Features) -> tuple[Ids, Floats]:
        ids = self._ids(seen.tags)
        return ids, np.full(len(ids), self.head.recipe.tag, np.float32)


def written(model: Model) -> str:
    """A model as its file; what it does not need is left out."""
    lines = [json.dumps(asdict(model.head), ensure_ascii=False)]
    for term, at in sorted(model.terms.items()):
        hundredths = np.rint(model.weights[at] * HUNDREDTHS).astype(int)
        pairs = " ".join(f"{column}:{hundredths[column]}" for column in np.flatnonzero(hundredths))
        lines.append(f"{term}\t{model.rarity[at]:.2f}\t{pairs}")
    return "\n".join(lines) + "\n"


def parsed(body: str) -> Model:
    first, *lines = body.rstrip("\n").split("\n")
    head = _head(json.loads(first))
    parts = [line.split("\t") for line in lines]
    weights = np.zeros((len(parts), len(head.classes)), np.float32)
    for at, (_, _, pairs) in enumerate(parts):
        for pair in pairs.split():
            column, _, hundredths = pair.partition(":")
            weights[at, int(column)] = int(hundredths) / HUNDREDTHS
    rarity = np.array([float(part[1]) for part in parts], np.float32)
    return Model(head, {part[0]: at for at, part in enumerate(parts)}, rarity, weights)


def _head(read: dict[str, Any]) -> Head:
    return Head(
        name=read["name"],
        version=read["version"],
        classes=tuple(read["classes"]),
        bias=tuple(read["bias"]),
        digits=read["digits"],
        fitted_on=tuple(FittedOn(**each) for each in read["fitted_on"]),
        recipe=Recipe(**read["recipe"]),
    )


@cache
def model(name: str) -> Model:
    """A shipped model, read once."""
    return parsed((MODELS / f"{name}.tsv").read_text(encoding="utf-8"))
