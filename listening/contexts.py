"""The rules that a post must answer before a name in it counts: "Mercy" only beside "hospital". Pure.

A rule is a query, as in a watchlist; it may also say only what must not be there ("NOT football").
"""

from collections.abc import Callable, Iterable
from functools import cache

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

    def of(self, asked: Asked) -> Callable[[str], bool]:
        """Whether this post answers a rule. One that can no longer be read is never answered."""
        if not self._ready:
            return _never

        @cache
        def view() -> View:
            return View(asked)

        @cache
        def answers(rule: str) -> bool:
            ready = self._ready.get(rule)
            return ready is not None and ready.holds(view())

        return answers


def _never(rule: str) -> bool:
    return False


def _ready(rule: str) -> Node | None:
    try:
        return evaluating.ready(parse(rule))
    except BadExpression:
        return None
