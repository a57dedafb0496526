"""A tree made ready to be held against posts, many times over.

`holds` answers as quickly as it can. Only of what holds, `found` tells which terms were there, and where.
Places are counted in words of the post; the words of a title come first.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Protocol

from listening.queries import checks, needles
from listening.queries.fields import FieldNode
from listening.queries.found import Found, Mark, Place
from listening.queries.tree import And, Expression, Field, Near, Not, Or, Phrase, Word
from listening.queries.view import View

MOST_PLACES = 1_000
"""Places of one term in one post that are looked at."""

MOST_PAIRS = 1_000
"""Pairs of places that one NEAR looks at."""


class Node(Protocol):
    def holds(self, view: View) -> bool: ...
    def found(self, view: View) -> Sequence[Found]: ...


class Placed(Node, Protocol):
    """What NEAR can stand beside."""

    def places(self, view: View) -> Sequence[Place]: ...


class TermNode:
    """A word or a phrase."""

    def __init__(self, term: Word | Phrase) -> None:
        self.said = str(term)
        lines = needles.lines(term)
        plain = [needles.needle(line) for line in lines if needles.is_plain(line)]
        self._needles = tuple((needle, needle.count(b" ") - needle.endswith(b" ")) for needle in plain)
        odd = [needles.pattern(line) for line in lines if not needles.is_plain(line)]
        self._pattern = re.compile(b"|".join(odd)) if odd else None
        self._checks = checks.of(term)
        self._marks_sign = bool(self._checks) and self._checks[0].marks_sign

    def holds(self, view: View) -> bool:
        if self._checks:
            return bool(self._marks(view))
        text = view.words
        for needle, _ in self._needles:
            if needle in text:
                return True
        return self._pattern is not None and self._pattern.search(text) is not None

    def found(self, view: View) -> Sequence[Found]:
        return (Found(self.said, self._marks(view)),)

    def places(self, view: View) -> Sequence[Place]:
        number = view.number
        return sorted(
            Place(number(mark[0]), number(mark[0] + mark[1] - 1), (mark,)) for mark in self._marks(view)
        )

    def _marks(self, view: View) -> list[Mark]:
        text, has_sign = view.words, self._marks_sign
        found: list[Mark] = []
        for needle, count in self._needles:
            if needle in text:
                found += [(word, count, has_sign) for word in _words_at(text, _places(text, needle))]
        if self._pattern:
            matches = list(_matches(text, self._pattern))
            words = _words_at(text, [match.start() for match in matches])
            found += [
                (word, match[0].count(b" "), has_sign) for word, match in zip(words, matches, strict=True)
            ]
        if self._checks:
            return [mark for mark in found if all(check.is_met(view, *mark[:2]) for check in self._checks)]
        return found


def _places(text: bytes, needle: bytes) -> list[int]:
    found: list[int] = []
    at = text.find(needle)
    while at >= 0 and len(found) < MOST_PLACES:
        found.append(at)
        at = text.find(needle, at + 1)
    return found


def _matches(text: bytes, pattern: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
    match = pattern.search(text)
    for _ in range(MOST_PLACES):
        if match is None:
            return
        yield match
        match = pattern.search(text, match.start() + 1)


def _words_at(text: bytes, places: Sequence[int]) -> list[int]:
    """The number of the word at each of some places, which are in order."""
    numbers, word, counted = [], 0, 0
    for at in places:
        word += text.count(b" ", counted, at)
        counted = at
        numbers.append(word)
    return numbers


class AllOf:
    def __init__(self, parts: Sequence[Node]) -> None:
        self.parts = tuple(parts)

    def holds(self, view: View) -> bool:
        for part in self.parts:  # noqa: SIM110 - a generator would take twice as long
            if not part.holds(view):
                return False
        return True

    def found(self, view: View) -> Sequence[Found]:
        return [found for part in self.parts for found in part.found(view)]


class AnyOf:
    def __init__(self, parts: Sequence[Node]) -> None:
        self.parts = tuple(parts)

    def holds(self, view: View) -> bool:
        for part in self.parts:  # noqa: SIM110
            if part.holds(view):
                return True
        return False

    def found(self, view: View) -> Sequence[Found]:
        return [found for part in self.parts if part.holds(view) for found in part.found(view)]


class AnyPlace(AnyOf):
    """An OR beside a NEAR."""

    def __init__(self, parts: Sequence[Placed]) -> None:
        super().__init__(parts)
        self._placed = tuple(parts)

    def places(self, view: View) -> Sequence[Place]:
        return sorted({place for part in self._placed for place in part.places(view)})


class NoneOf:
    def __init__(self, part: Node) -> None:
        self.part = part

    def holds(self, view: View) -> bool:
        return not self.part.holds(view)

    def found(self, view: View) -> Sequence[Found]:
        return ()


class NearNode:
    def __init__(self, near: Near, left: Placed, right: Placed) -> None:
        self.said = str(near)
        self.near, self.left, self.right = near, left, right

    def holds(self, view: View) -> bool:
        # Both must be there at all: cheaper to see than where.
        return self.left.holds(view) and self.right.holds(view) and next(self._pairs(view), None) is not None

    def found(self, view: View) -> Sequence[Found]:
        marks = {mark for place in self.places(view) for mark in place.marks}
        return [Found(self.said, sorted(marks))]

    def places(self, view: View) -> Sequence[Place]:
        return sorted(set(islice(self._pairs(view), MOST_PAIRS)))

    def _pairs(self, view: View) -> Iterator[Place]:
        lefts, rights = self.left.places(view), self.right.places(view)
        if not rights:
            return
        firsts = [place.first for place in rights]
        longest = max(place.last - place.first for place in rights)
        reach = self.near.within + 1
        for left in lefts:
            begin = bisect_left(firsts, left.last + 1 if self.near.ordered else left.first - reach - longest)
            end = bisect_left(firsts, left.last + reach + 1)
            for right in rights[begin:end]:
                if self._is_near(left, right):
                    first, last = min(left.first, right.first), max(left.last, right.last)
                    yield Place(first, last, left.marks + right.marks)

    def _is_near(self, left: Place, right: Place) -> bool:
        if right.first > left.last:
            return right.first - left.last - 1 <= self.near.within
        return not self.near.ordered and 0 <= left.first - right.last - 1 <= self.near.within


def ready(tree: Expression) -> Node:
    """The tree, ready to be held against posts."""
    if isinstance(tree, And):
        return AllOf([ready(part) for part in tree.parts])
    if isinstance(tree, Or):
        return AnyOf([ready(part) for part in tree.parts])
    if isinstance(tree, Not):
        return NoneOf(ready(tree.part))
    if isinstance(tree, Field):
        return FieldNode(tree)
    return _placed(tree)


def _placed(tree: Expression) -> Placed:
    if isinstance(tree, Near):
        return NearNode(tree, _placed(tree.left), _placed(tree.right))
    if isinstance(tree, Or):
        return AnyPlace([_placed(part) for part in tree.parts])
    if isinstance(tree, Word | Phrase):
        return _term(tree)
    raise TypeError(f"NEAR cannot stand beside {tree}")


# Many queries name the same things.
_term = lru_cache(maxsize=50_000)(TermNode)
