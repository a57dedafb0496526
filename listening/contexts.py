"""The rules that a post must answer before a name in it counts: "Mercy" only beside "hospital". Pure."""

from collections.abc import Callable, Iterable
from functools import cache

from listening.matching import BadExpression, Matcher, parse


def check(rule: str) -> None:
    """BadExpression says what is wrong with a rule, and where."""
    parse(rule)


class Contexts:
    """Rules, each held against a post only when a name asks for it."""

    def __init__(self, rules: Iterable[str]) -> None:
        self._ready = {rule: _ready(rule) for rule in set(rules)}

    def of(self, text: str, title: str = "") -> Callable[[str], bool]:
        """Whether this post answers a rule. One that can no longer be read is never answered."""

        @cache
        def answers(rule: str) -> bool:
            ready = self._ready.get(rule)
            return bool(ready and ready.find(text, title))

        return answers


def _ready(rule: str) -> Matcher | None:
    try:
        return Matcher([(0, rule)])
    except BadExpression:
        return None
