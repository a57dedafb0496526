"""A query line read into a tree, or a sentence about the character at fault.

Tightest first: NEAR, NOT, AND (which may be left out), OR. So `a OR b c` is `a OR (b AND c)`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from lark import Lark, Token, UnexpectedToken

from listening.queries.lexing import MOST_CHARACTERS, Line, Pieces
from listening.queries.mistakes import OPERAND, BadExpression, mistake
from listening.queries.tree import Expression, Near, Not, Or, Phrase, Word, all_of, any_of

__all__ = ["BadExpression", "Hint", "hints", "parse"]

GRAMMAR = """
    start: either
    ?either: both | both (_OR both)+ -> any_of
    ?both: negated | negated (_AND? negated)+ -> all_of
    ?negated: near | NOT negated -> negation
    ?near: single | near NEAR single
    ?single: TERM -> term | _OPEN either _CLOSE
    %declare _OR _AND NOT NEAR TERM _OPEN _CLOSE
"""


class Build:
    """What each rule of the grammar becomes."""

    @staticmethod
    def start(parts: list[Expression]) -> Expression:
        return parts[0]

    @staticmethod
    def any_of(parts: list[Expression]) -> Expression:
        return any_of(*parts)

    @staticmethod
    def all_of(parts: list[Expression]) -> Expression:
        return all_of(*parts)

    @staticmethod
    def term(parts: list[Token]) -> Any:
        return parts[0].value

    @staticmethod
    def negation(parts: list[Any]) -> Expression:
        return Not(parts[1])

    @staticmethod
    def near(parts: list[Any]) -> Expression:
        left, token, right = parts
        for side in (left, right):
            _check_near(side, token.start_pos)
        return Near(left, right, *token.value)


def _check_near(side: Expression, at: int) -> None:
    parts = side.parts if isinstance(side, Or) else (side,)
    for part in parts:
        if not isinstance(part, Word | Phrase | Near):
            raise mistake("NEAR at {at} stands between words.", at, 'words, "phrases", or (these OR those)')


PARSER = Lark(GRAMMAR, parser="lalr", lexer=Pieces, transformer=Build(), maybe_placeholders=False)


def parse(text: str) -> Expression:
    """The tree of a query line. BadExpression says what is wrong with it, and where."""
    if len(text) > MOST_CHARACTERS:
        said = f"A query holds at most {MOST_CHARACTERS:,} characters; this one has {len(text):,}."
        raise BadExpression(said, at=MOST_CHARACTERS)
    return _parse(text)


# Matchers are built anew after each change of a watchlist, and all but its own queries are as they were.
@lru_cache(maxsize=20_000)
def _parse(text: str) -> Expression:
    line = Line(text)
    try:
        return cast(Expression, PARSER.parse(line))
    except UnexpectedToken as error:
        raise _explained(line, error.token) from None


def _explained(line: Line, token: Token) -> BadExpression:
    before = line.before
    if token.type == "$END":
        before = line.last
        if before is None:
            return BadExpression(f"The query is empty. Expected {OPERAND}.", expected=OPERAND)
        if before.type in ("TERM", "_CLOSE"):
            return mistake("The bracket at {at} is never closed.", line.open[-1], ")")
    if before is not None and before.type == "_OPEN" and token.type in ("_CLOSE", "$END"):
        return mistake("There is nothing in the brackets that open at {at}.", _at(before), OPERAND)
    if before is not None and before.type in ("_OR", "_AND", "NOT", "NEAR"):
        name = _name(before)
        expected = 'a word, a "phrase" or (' if before.type == "NEAR" else OPERAND
        return mistake(f"{name} at {{at}} has nothing to go with after it.", _at(before), expected)
    if token.type in ("_OR", "_AND", "NEAR"):
        return mistake(f"{_name(token)} at {{at}} has nothing to go with before it.", _at(token), OPERAND)
    return mistake("{at} is not understood.", _at(token), OPERAND)


def _at(token: Token) -> int:
    return token.start_pos or 0


def _name(token: Token) -> str:
    return "-" if token.value == "-" else token.type.lstrip("_")


@dataclass(frozen=True)
class Hint:
    """What may not be meant as it is written. No mistake: the line can be saved."""

    at: int
    sentence: str


LITTLE = re.compile(r'(?<![^\s()"])(and|or|not|near(?:/\d+f?)?)(?![^\s()"])')
ASKING = re.compile(r'[^\W_]\?+(?=["\s)]|\Z)')


def hints(text: str) -> Sequence[Hint]:
    """For a line that parses: words that look like operators, and a ? that looks like a question."""
    found = []
    for little in LITTLE.finditer(_unquoted(text)):
        said = f"“{little[1]}” at character {little.start() + 1} is looked for as a word. "
        found.append(Hint(little.start(), f"{said}For the operator write {little[1].upper()}."))
    for asking in ASKING.finditer(text):
        at = asking.end() - 1
        said = f"The ? at character {at + 1} stands for one more letter: wait? finds waits, not wait."
        found.append(Hint(at, said))
    return sorted(found, key=lambda hint: hint.at)


def _unquoted(text: str) -> str:
    """The text with what stands between quotes blanked out, as long as before."""
    return re.sub(r'"[^"]*"', lambda found: " " * len(found[0]), Line(text).typed)
