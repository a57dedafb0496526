"""The rules that a post must answer before a name in it counts: "Mercy" only beside "hospital". Pure.

A rule is a query, as in a watchlist; it may also say only what must not be there ("NOT football").
"""

from collections.abc import Iterable, Mapping

from listening.queries import evaluating
from listening.queries.asked import Asked
from listening.queries.evaluating import Node
from listening.queries.mistakes import BadExpression
from listening.queries.parsing import parse
from listening.queries.view import View


def check(rule: str) -> None:
    """BadExpression says what is wrong with a rule, and where."""
    parse(rule)


class Contexts:
    """Rules, each held against a post only when a name asks for it."""

    def __init__(self, rules: Iterable[str]) -> None:
        self._ready = {rule: _ready(rule) for rule in set(rules)}

    def of(self, asked: Asked) -> "Answering":
        return Answering(asked, self._ready)


class Answering:
    """Whether one post answers a rule. One that can no longer be read is never answered."""

    def __init__(self, asked: Asked, ready: Mapping[str, Node | None]) -> None:
        self._asked, self._ready = asked, ready
        self._view: View | None = None

    def __call__(self, rule: str) -> bool:
        ready = self._ready.get(rule)
        self._view = self._view or View(self._asked)
        return ready is not None and ready.holds(self._view)


def _ready(rule: str) -> Node | None:
    try:
        return evaluating.ready(parse(rule))
    except BadExpression:
        return None
