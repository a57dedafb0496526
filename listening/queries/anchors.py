"""What a post must hold for a query to be worth trying: of every query a set of things, one of which is there
whenever the query is true. The rarest such set is what the matcher looks for.
"""

from collections.abc import Callable, Iterable

from listening.queries import fields, needles
from listening.queries.fields import Key
from listening.queries.tree import And, Expression, Field, Near, Not, Or, Phrase, Word

Anchor = bytes | Key
Weigh = Callable[[Anchor], float]
Choice = frozenset[Anchor]


def rarest(tree: Expression, weigh: Weigh) -> Choice | None:
    """The lightest set; None where the tree can be true of a post that holds nothing it names."""
    return _rarest(tree, weigh, is_true=True)


def _rarest(tree: Expression, weigh: Weigh, *, is_true: bool) -> Choice | None:
    if isinstance(tree, Not):
        return _rarest(tree.part, weigh, is_true=not is_true)
    if isinstance(tree, And | Or):
        parts = [_rarest(part, weigh, is_true=is_true) for part in tree.parts]
        # Not (a or b) is neither: what holds for AND when true holds for OR when false.
        return _lightest(parts, weigh) if isinstance(tree, And) == is_true else _union(parts)
    if not is_true:
        return None
    if isinstance(tree, Near):
        return _lightest([_rarest(side, weigh, is_true=True) for side in (tree.left, tree.right)], weigh)
    return of(tree)


def of(term: Word | Phrase | Field) -> Choice:
    if isinstance(term, Field):
        return fields.keys(term)
    return frozenset(needles.longest_literal(line) for line in needles.lines(term))


def _lightest(parts: Iterable[Choice | None], weigh: Weigh) -> Choice | None:
    known = [part for part in parts if part is not None]
    return min(known, key=lambda part: sum(map(weigh, part)), default=None)


def _union(parts: Iterable[Choice | None]) -> Choice | None:
    found: set[Anchor] = set()
    for part in parts:
        if part is None:
            return None
        found |= part
    return frozenset(found)
