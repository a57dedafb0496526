"""What stands in a line of words: concepts, patterns over them, in one walk over the text.

A concept is a class of words and phrases (`weapon`, `kin`, `cannot`). `breath*` is every word that begins so,
`@kin` is all of another concept. A pattern puts concepts in an order and at a distance:

    cannot breathe        one after the other, at most two words between
    weapon .. place       in this order, at most eight words between, in one sentence
    despair + means       in any order, at most twelve words between
    despair ++ goodbye    in any order, at most forty words between
    kin/child unwell      a bar is either

A compound is a concept made of patterns; rules and later compounds use it like any other.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ahocorasick

from listening.reading.tokens import Line, Spelling, line, unaccented
from listening.wording import normal

MAX_HITS = 60
"""Places kept of one concept in one post."""

IDIOM = "idiom"
"""The concept whose phrases are not meant as they are said."""

NEAR, FAR, AROUND, ANYWHERE = 2, 8, 12, 40
ORDERED = {"": NEAR, "..": FAR}
EITHER_WAY = {"+": AROUND, "++": ANYWHERE}

Span = tuple[int, int]


@dataclass(frozen=True)
class Step:
    link: str  # "", "..", "+" or "++": how it stands to what came before
    concept: str


@dataclass(frozen=True)
class Pattern:
    steps: tuple[Step, ...]
    concepts: frozenset[str]


@dataclass
class Found:
    """The concepts of one post, each with its places in order."""

    line: Line
    places: dict[str, list[Span]] = field(default_factory=dict)

    def of(self, concept: str) -> list[Span]:
        return self.places.get(concept, [])

    def add(self, concept: str, spans: Iterable[Span]) -> None:
        merged = sorted({*self.of(concept), *spans})[:MAX_HITS]
        if merged:
            self.places[concept] = merged

    def matches(self, pattern: Pattern) -> Iterator[Span]:
        """Where the pattern fits; of several ways to reach a place, the nearest."""
        first, *rest = pattern.steps
        for span in self.of(first.concept):
            reached = self._reached(span, rest)
            if reached is not None:
                yield reached

    def _reached(self, span: Span, steps: Sequence[Step]) -> Span | None:
        for step in steps:
            found = self._next(span, step)
            if found is None:
                return None
            span = found
        return span

    def _next(self, span: Span, step: Step) -> Span | None:
        places = self.of(step.concept)
        start, end = span
        after = bisect_left(places, (end, 0))
        if step.link in ORDERED:
            if after < len(places) and places[after][0] - end <= ORDERED[step.link]:
                last = places[after][1]
                return (start, last) if self._is_one_sentence(end - 1, places[after][0]) else None
            return None
        return self._around(span, places, after, EITHER_WAY[step.link])

    def _around(self, span: Span, places: list[Span], after: int, within: int) -> Span | None:
        """A place after the span, before it, or within it."""
        start, end = span
        for before in reversed(places[max(0, after - 8) : after]):
            if before[1] > start:
                return (min(start, before[0]), max(end, before[1]))
        if after < len(places) and places[after][0] - end <= within:
            return (start, places[after][1])
        if after and 0 <= start - places[after - 1][1] <= within:
            return (places[after - 1][0], end)
        return None

    def _is_one_sentence(self, first: int, last: int) -> bool:
        return self.line.sentences[first] == self.line.sentences[last]


class Lexicon:
    """Concepts and compounds, ready to be found in one walk."""

    def __init__(
        self, concepts: Mapping[str, str], compounds: Mapping[str, str], spelling: Mapping[str, Any]
    ) -> None:
        short = Spelling.of((), spelling["short"], ())
        self._listed = {name: tuple(_phrases(body, short)) for name, body in concepts.items()}
        self.listed = frozenset(self._listed)
        self._names = {*self._listed, *compounds}
        self._unions: dict[str, tuple[str, ...]] = {}
        self._united_by: dict[str, list[str]] = {}
        self._automaton = ahocorasick.Automaton()
        self._fill({name: list(self._resolved(name)) for name in self._listed})
        self.compounds = [(name, self.patterns(body)) for name, body in compounds.items()]
        words = {word for each in self._listed.values() for phrase in each for word in phrase.split()}
        self._spelling = Spelling.of(
            {word for word in words if word[-1] != "*"}, spelling["short"], parts(spelling["guarded"])
        )

    def _resolved(self, name: str, depth: int = 0) -> Iterator[str]:
        if depth > 5:
            raise ValueError(f"the concept {name} holds itself")
        for phrase in self._listed[name]:
            if phrase.startswith("@"):
                yield from self._resolved(phrase[1:], depth + 1)
            else:
                yield phrase

    def _fill(self, concepts: dict[str, list[str]]) -> None:
        owners: dict[str, list[str]] = {}
        for name, phrases in concepts.items():
            for phrase in phrases:
                key = f" {phrase[:-1]}" if phrase.endswith("*") else f" {phrase} "
                owners.setdefault(key, []).append(name)
        for key, names in owners.items():
            self._automaton.add_word(key, (len(key), tuple(dict.fromkeys(names))))
        self._automaton.make_automaton()

    def patterns(self, body: str) -> list[Pattern]:
        return [self._pattern(part) for part in parts(body)]

    def _pattern(self, body: str) -> Pattern:
        steps: list[Step] = []
        link = ""
        for piece in body.split():
            if piece in ("..", "+", "++"):
                link = piece
                continue
            steps.append(Step(link, self._concept(piece)))
            link = ""
        return Pattern(tuple(steps), frozenset(step.concept for step in steps))

    def _concept(self, piece: str) -> str:
        for name in piece.split("/"):
            if name not in self._names:
                raise ValueError(f"no concept is called {name!r}")
        if "/" in piece and piece not in self._unions:
            self._unions[piece] = tuple(piece.split("/"))
            for name in self._unions[piece]:
                self._united_by.setdefault(name, []).append(piece)
        return piece

    def find(self, text: str) -> Found:
        found = Found(line(text, self._spelling))
        self._walk(found)
        for name in list(found.places):
            self._unite(found, name)
        for name, patterns in self.compounds:
            for pattern in patterns:
                if pattern.concepts <= found.places.keys():
                    found.add(name, found.matches(pattern))
            if name in found.places:
                self._unite(found, name)
        return found

    def _walk(self, found: Found) -> None:
        words = found.line.words
        starts, at = [], 1
        for word in words:
            starts.append(at)
            at += len(word) + 1
        places: dict[str, set[Span]] = {}
        for last, (length, names) in self._automaton.iter(f" {' '.join(words)} "):
            span = (bisect_left(starts, last + 2 - length), bisect_right(starts, last))
            for name in names:
                places.setdefault(name, set()).add(span)
        idioms = places.get(IDIOM, ())
        for name, spans in places.items():
            kept = _outside(spans, idioms) if idioms and name != IDIOM else spans
            if kept:
                found.places[name] = sorted(kept)[:MAX_HITS]

    def _unite(self, found: Found, name: str) -> None:
        for union in self._united_by.get(name, ()):
            found.add(union, found.of(name))


def _outside(spans: Iterable[Span], idioms: Iterable[Span]) -> list[Span]:
    """What stands wholly within a turn of speech is not meant as it is said."""
    return [
        (start, end)
        for start, end in spans
        if not any(first <= start and end <= last for first, last in idioms)
    ]


def parts(body: str) -> list[str]:
    return [" ".join(part.split()) for part in body.split("|") if part.strip()]


def _phrases(body: str, short: Spelling) -> Iterator[str]:
    """Each phrase as the words of a post are written: phone spellings spelled out, without accents."""
    for part in parts(body):
        if part.startswith("@"):
            yield part
            continue
        plain = unaccented(normal(part).text)
        yield " ".join(word for raw in plain.split() for word in short.spelled_out(raw))
