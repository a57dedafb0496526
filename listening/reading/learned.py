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
from functools import cache, cached_property
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
    is_crossed: bool = False  # whether each word is looked at beside what was asked, too
    has_mood: bool = False  # whether sour and sweet words are counted


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
    cuts: tuple[float, ...] = ()  # the score from which a class counts, where several may
    parents: tuple[str, ...] = ()  # of each class, the class above it, or nothing


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

    def of(self, terms: Iterable[str], name: str) -> float:
        """What these, together, said for a class."""
        model, column = self.model, self.model.column(name)
        wanted = np.isin(self.ids, [model.terms[term] for term in terms if term in model.terms])
        return float(self.values[wanted] @ model.weights[self.ids[wanted], column])

    def why(self, name: str, most: int = 3) -> list[tuple[str, float]]:
        """The words and phrases that spoke for a class, strongest first; its letters speak for a word."""
        shares = np.zeros(len(self.model.terms) + 1, np.float32)  # the last: of what is not known
        shares[self.ids] = self.values * self.model.weights[self.ids, self.model.column(name)]
        said = self._said
        weights = shares[said.places]
        weights[: len(said.crossed)] += shares[said.crossed] + said.by_letters(shares)
        strongest = np.argsort(-weights, kind="stable")[:most].tolist()
        return [(said.phrases[at], round(float(weights[at]), 2)) for at in strongest if weights[at] >= 0.005]

    @cached_property
    def _said(self) -> "_Said":
        model, words = self.model, list(dict.fromkeys(self.seen.words))
        phrases = list(dict.fromkeys([*words, *self.seen.phrases(model.head.recipe.phrase)]))
        each = [model.letter_ids(word) for word in words]
        return _Said(
            phrases,
            model.places(phrases),
            model.places([f"{word}|{self.seen.asked}" for word in words]),
            np.concatenate([*each, np.empty(0, np.int32)]),
            np.repeat(np.arange(len(words)), [len(ids) for ids in each]),
        )


@dataclass(frozen=True)
class _Said:
    """What a text says, the single words first, and where a model keeps it."""

    phrases: list[str]
    places: Ids
    crossed: Ids  # of each word, beside what was asked
    runs: Ids  # of letters
    owners: NDArray[np.int64]  # the word that each run belongs to

    def by_letters(self, shares: Floats) -> Floats:
        """What the letters of each word said; runs that several words have are shared between them."""
        parts = shares[self.runs] / self._times(len(shares))
        return np.bincount(self.owners, weights=parts, minlength=len(self.crossed)).astype(np.float32)

    def _times(self, size: int) -> NDArray[np.int64]:
        return np.bincount(self.runs, minlength=size)[self.runs]


class Model:
    def __init__(self, head: Head, terms: dict[str, int], rarity: Floats, weights: Floats) -> None:
        self.head = head
        self.terms = terms
        self.rarity = rarity
        self.weights = weights
        self._bias = np.array(head.bias, np.float32)
        self.columns = {name: at for at, name in enumerate(head.classes)}
        self._letters: dict[str, Ids] = {}

    def places(self, terms: list[str]) -> Ids:
        """Where terms stand; one past the end for those that are not known."""
        known, unknown = self.terms, len(self.terms)
        return np.array([known.get(term, unknown) for term in terms], np.int32)

    def column(self, name: str) -> int:
        return self.columns[name]

    def read(self, seen: Features) -> Decision:
        blocks = [self._values(self._phrase_ids(seen)), self._values(self._run_ids(seen)), self._tags(seen)]
        if self.head.recipe.is_crossed:
            blocks.append(self._values(self._ids(seen.crossed())))
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
        if not len(ids):
            return ids, np.empty(0, np.float32)
        # As numpy.unique does it, at a third of its cost.
        ordered = np.sort(ids)
        edges = np.flatnonzero(ordered[1:] != ordered[:-1])
        last = np.empty(len(edges) + 1, np.int64)
        last[:-1], last[-1] = edges, len(ordered) - 1
        each, counts = ordered[last], last.copy()
        counts[1:] -= last[:-1]
        counts[0] += 1
        values = (1 + np.log(counts.astype(np.float32))) * self.rarity[each]
        length = float(np.sqrt(values @ values))
        return each, values / length if length else values

    def _tags(self, seen: Features) -> tuple[Ids, Floats]:
        ids = self._ids(tags(seen, self.head.recipe))
        return ids, np.full(len(ids), self.head.recipe.tag, np.float32)


def tags(seen: Features, recipe: Recipe) -> tuple[str, ...]:
    return (*seen.tags, *seen.mood) if recipe.has_mood else seen.tags


def written(model: Model) -> str:
    """A model as its file; what it does not need is left out."""
    head = {name: value for name, value in asdict(model.head).items() if value or name != "parents"}
    lines = [json.dumps(head, ensure_ascii=False)]
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
    # All pairs at once: one by one they would take as long as all else that a process does as it starts.
    pairs = " ".join(pairs for _, _, pairs in parts).replace(":", " ")
    columns, hundredths = np.fromstring(pairs, np.int32, sep=" ").reshape(-1, 2).T
    at = np.repeat(np.arange(len(parts)), [pairs.count(":") for _, _, pairs in parts])
    weights[at, columns] = hundredths / HUNDREDTHS
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
        cuts=tuple(read.get("cuts", ())),
        parents=tuple(read.get("parents", ())),
    )


@cache
def model(name: str) -> Model:
    """A shipped model, read once."""
    return parsed((MODELS / f"{name}.tsv").read_text(encoding="utf-8"))
