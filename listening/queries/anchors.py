"""What a post must hold for a query to be worth trying: of every query a set of things, one of which is there
whenever the query is true. Which set is the rarest depends on what else is listened for, so all are kept.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from listening.queries import fields, needles, rarity, words
from listening.queries.fields import Key
from listening.queries.tree import And, Expression, Field, Near, Not, Or, Phrase, Word

Anchor = bytes | Key
POSSESSIVE = words.POSSESSIVE.encode()
Weigh = Callable[[Anchor], float]
Choice = frozenset[Anchor]


@dataclass(frozen=True)
class OneOf:
    """Whichever of these ways is the rarest: each is there whenever the query is true."""

    ways: tuple["Ways", ...]


@dataclass(frozen=True)
class Each:
    """All of these together: one of them is there whenever the query is true."""

    ways: tuple["Ways", ...]


Ways = Choice | OneOf | Each


def ways(tree: Expression, *, is_true: bool = True) -> Ways | None:
    """None where the tree can be true of a post that holds nothing it names."""
    if isinstance(tree, Not):
        return ways(tree.part, is_true=not is_true)
    if isinstance(tree, And | Or):
        parts = [ways(part, is_true=is_true) for part in tree.parts]
        # "Neither a nor b" needs both to be missing: what holds for AND when true holds for OR when false.
        return _one_of(parts) if isinstance(tree, And) == is_true else _each(parts)
    if not is_true:
        return None
    if isinstance(tree, Near):
        return _one_of([ways(tree.left), ways(tree.right)])
    return of(tree)


@lru_cache(maxsize=50_000)
def of(term: Word | Phrase | Field) -> Choice:
    if isinstance(term, Field):
        return fields.keys(term)
    return frozenset(needles.longest_literal(line) for line in needles.lines(term))


def _one_of(parts: Iterable[Ways | None]) -> Ways | None:
    known = tuple(part for part in parts if part is not None)
    return OneOf(known) if len(known) > 1 else known[0] if known else None


def _each(parts: list[Ways | None]) -> Ways | None:
    known = tuple(part for part in parts if part is not None)
    if len(known) < len(parts):
        return None
    if all(isinstance(part, frozenset) for part in known):
        return frozenset(anchor for part in known for anchor in part)  # type: ignore[union-attr]
    return Each(known)


def named(way: Ways) -> Iterator[Anchor]:
    """All that could be looked for."""
    if isinstance(way, frozenset):
        yield from way
    else:
        for part in way.ways:
            yield from named(part)


def needed(way: Ways) -> Iterator[frozenset[bytes]]:
    """Sets of needles of which each must have one in the post. Other things may be needed too."""
    if isinstance(way, OneOf):
        for part in way.ways:
            yield from needed(part)
    else:
        found = frozenset(named(way))
        if all(isinstance(anchor, bytes) for anchor in found):
            yield found  # type: ignore[misc]


@lru_cache(maxsize=50_000)
def rarest_word(needle: bytes) -> bytes:
    """The most telling word of a needle, or what the needle has of it. No 's: loose text keeps none."""
    tokens = needle.split(b" ")
    last = len(tokens) - 1
    parts = [
        b" " * (at > 0) + token + b" " * (at < last)
        for at, token in enumerate(tokens)
        if token and token != POSSESSIVE
    ]
    return min(parts, key=rarity.of_needle)


def rarest(way: Ways, weigh: Weigh) -> tuple[float, Choice]:
    """The lightest choice and its weight."""
    if isinstance(way, frozenset):
        return sum(map(weigh, way)), way
    found = [rarest(part, weigh) for part in way.ways]
    if isinstance(way, OneOf):
        return min(found, key=lambda each: each[0])
    return sum(weight for weight, _ in found), frozenset().union(*(choice for _, choice in found))
