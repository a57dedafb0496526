"""The rules that a post must answer before a name in it counts: "Mercy" only beside "hospital". Pure.

A rule is a query, as in a watchlist; it may also say only what must not be there ("NOT football").
"""

from collections.abc import Iterable, Mapping

from listening.queries import evaluating
from listening.queries.asked import Asked
from listening.queries.evaluating import Node
from listening.queries.mistakes import BadExpression
from listening.queries.parsing import parse
from listening.queries.tree import Expression, fields_of
from listening.queries.view import View


def check(rule: str) -> None:
    """BadExpression says what is wrong with a rule, and where."""
    if any(field.name == "facility" for field in fields_of(parse(rule))):
        raise BadExpression("facility: is what the rule is to decide. Ask for something else.")


class Contexts:
    """Rules, each held against a post only when a name asks for it."""

    def __init__(self, rules: Iterable[str]) -> None:
        trees = {rule: tree for rule in set(rules) if (tree := _tree(rule))}
        self.fields = frozenset(field.name for tree in trees.values() for field in fields_of(tree))
        self._ready = {rule: evaluating.ready(tree) for rule, tree in trees.items()}

    def of(self, asked: Asked) -> "Answering":
        return Answering(asked, self._ready)


class Answering:
    """Whether one post answers a rule. One that can no longer be read is never answered."""

    def __init__(self, asked: Asked, ready: Mapping[str, Node]) -> None:
        self._asked, self._ready = asked, ready
        self._view: View | None = None

    def __call__(self, rule: str) -> bool:
        ready = self._ready.get(rule)
        self._view = self._view or View(self._asked)
        return ready is not None and ready.holds(self._view)


def _tree(rule: str) -> Expression | None:
    try:
        return parse(rule)
    except BadExpression:
        return None
