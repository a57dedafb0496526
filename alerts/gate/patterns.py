"""Patterns over the words of a draft, matched for all places at once: the places are the bits of a number.

    YOUR CARE          a class behind a class; words in small letters stand for themselves
    we/i looked into   a bar is either
    so? sorry          may be there
    _                  any one word
    .. ...             up to three words between, up to eight
Nothing reaches over the end of a sentence. Time grows with the words, never with what they say.
"""

from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from alerts.gate.canonical import Word
from alerts.gate.data import Data

IDIOM = "IDIOM"
PROGRAM = "PROGRAM"
CLINICAL = ("PROCEDURE", "CONDITION", "MED", "BODY", "DEVICE", "MONEY", "WARD", "RECORD", "STAFFROLE")
KEPT = frozenset({IDIOM, PROGRAM, "WE", "GENERAL", "START", "CANNOT", "IF", "EVENT"})
"""Classes that a turn of speech leaves as they are."""
GAPS = {"..": 3, "...": 8}
MAX_FOUND = 8
"""Places named of one pattern."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Step:
    names: tuple[str, ...] = ()  # none: any word
    gap: int = 0
    is_optional: bool = False

    @property
    def is_needed(self) -> bool:
        return bool(self.names) and not self.is_optional


def compiled(pattern: str, data: Data) -> tuple[Step, ...]:
    steps = []
    for piece in pattern.split():
        if piece in GAPS:
            steps.append(Step(gap=GAPS[piece]))
        elif piece == "_":
            steps.append(Step())
        else:
            names = tuple(piece.rstrip("?").split("/"))
            unknown = [
                name for name in names if name.isupper() and name not in data.classes and name not in MADE
            ]
            if unknown:
                raise ValueError(f"no class is called {unknown[0]}, in {pattern!r}")
            steps.append(Step(names, is_optional=piece.endswith("?")))
    return tuple(steps)


MADE = frozenset(
    {
        "PAST",
        "NAME",
        "ING",
        "NUMBER",
        "START",
        "PRETERITE",
        "YOU_ODD",
        "YOUR_ODD",
        "PAST_ODD",
        "QUESTION",
        "OPEN_MATTER",
    }
)
"""Classes that are no lists: see `shapes`."""


@dataclass
class Line:
    """The words of a draft with, for every class, where it begins and how many words long it is there."""

    words: list[Word]
    data: Data
    places: dict[str, dict[int, int]] = field(default_factory=dict)
    lasts: int = 0  # bits of the words that end a sentence
    firsts: int = 0  # and of those that begin one

    def __post_init__(self) -> None:
        for at, word in enumerate(self.words):
            self._put(word.text, at, 1)
            for name in self.data.classes_of(word.text):
                self._put(name, at, 1)
            after = self.words[at + 1].text if at + 1 < len(self.words) else ""
            for phrase, name in self.data.phrases.get((word.text, after), ()):
                if self._says(at, phrase):
                    self._put(name, at, len(phrase))
            if at + 1 == len(self.words) or self.words[at + 1].sentence != word.sentence:
                self.lasts |= 1 << at
            if not at or self.words[at - 1].sentence != word.sentence:
                self.firsts |= 1 << at
                self._put("START", at, 0)

        self._drop_idioms()

    def _drop_idioms(self) -> None:
        """What stands in a turn of speech ("patient portal") is not meant as it is said."""
        over = self._before_program()
        for length, bits in self.places.get(IDIOM, {}).items():
            for step in range(length):
                over |= bits << step
        if not over:
            return
        for name, lengths in self.places.items():
            if name.isupper() and name not in KEPT:
                for length in lengths:
                    for step in range(length):
                        lengths[length] &= ~(over >> step)

    def _before_program(self) -> int:
        """The first words of "cancer center", "stroke team", "MRI desk": what is offered, to anybody."""
        first = self.places.get(PROGRAM, {}).get(1, 0)
        offered = 0
        for name in CLINICAL:
            for length, bits in self.places.get(name, {}).items():
                begun = (bits << length & first) >> length & ~self.lasts
                for step in range(length):
                    offered |= begun << step
        return offered

    def _put(self, name: str, at: int, length: int) -> None:
        lengths = self.places.setdefault(name, {})
        lengths[length] = lengths.get(length, 0) | 1 << at

    def put(self, name: str, at: int, length: int = 1) -> None:
        self._put(name, at, length)

    def _says(self, at: int, phrase: tuple[str, ...]) -> bool:
        said = self.words[at : at + len(phrase)]
        same = len(said) == len(phrase) and all(
            word.text == each for word, each in zip(said, phrase, strict=True)
        )
        return same and said[0].sentence == said[-1].sentence

    def has(self, name: str, at: int) -> bool:
        return any(bits >> at & 1 for bits in self.places.get(name, {}).values())

    def find(self, steps: tuple[Step, ...]) -> list[Span]:
        everywhere = (1 << len(self.words)) - 1
        if any(step.is_needed and not any(name in self.places for name in step.names) for step in steps):
            return []
        if not self._reached(everywhere, steps):
            return []
        found = []
        for at in range(len(self.words)):
            reached = self._reached(1 << at, steps) if self._may_begin(at, steps) else 0
            if reached:
                found.append((at, (reached & -reached).bit_length() - 1))
            if len(found) == MAX_FOUND:
                break
        return found

    def _may_begin(self, at: int, steps: tuple[Step, ...]) -> bool:
        first = steps[0]
        return first.is_optional or not first.names or any(self.has(name, at) for name in first.names)

    def _reached(self, state: int, steps: tuple[Step, ...]) -> int:
        """Where a match may end, as bits behind its last word, begun at any of `state`."""
        has_begun = False
        for step in steps:
            if has_begun:
                state &= ~self.firsts
            if step.gap:
                state = self._with_gap(state, step.gap)
                continue
            moved = self._moved(state, step.names)
            state = moved | state if step.is_optional else moved
            has_begun = has_begun or not (step.is_optional or {"START", "QUESTION"} & set(step.names))
            if not state:
                return 0
        return state

    def _moved(self, state: int, names: tuple[str, ...]) -> int:
        if not names:
            return (state & ((1 << len(self.words)) - 1)) << 1
        lengths = [pair for name in names for pair in self.places.get(name, {}).items()]
        return reduce(or_, ((state & bits) << length for length, bits in lengths), 0)

    def _with_gap(self, state: int, gap: int) -> int:
        for _ in range(gap):
            state |= (state & ~self.lasts) << 1
        return state
