"""Query lines as a person types them: cut into queries, and each mistake found where it was made.

A line is a query. It goes on in the next one where a bracket is still open, or where AND, OR, NOT or NEAR
stands between them, at the end of one or at the beginning of the other. An empty line ends a query.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from listening.queries import limits
from listening.queries.lexing import TYPED
from listening.queries.parsing import BadExpression, hints, parse
from listening.queries.tree import Expression

GOES_ON = re.compile(r"\s*(?:(?:AND|OR|NOT|NEAR(?:/\S{0,9})?)(?=[\s(\"]|$)|\))")
IS_OPEN = re.compile(r"(?:^|[\s)\"])(?:AND|OR|NOT|NEAR(?:/\S{0,9})?)\s*\Z")
QUOTED = re.compile(r'"[^"]*(?:"|\Z)')
BREAK = re.compile(r" (?=(?:AND|OR|NOT) )")
PLACE = re.compile(r" ?\(?(?:at )?character \d+\)?")
LONG = 72
"""Characters of a query that is shown on one line."""

MOST_MISTAKES = 20
AROUND = 60
"""Characters shown on either side of a mistake."""


@dataclass(frozen=True)
class Typed:
    """One query, with the lines it was typed on."""

    first: int  # the number of its first line, from 1
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def place(self, at: int) -> tuple[int, int]:
        """The line, and the character in it from 0, of a character of the text."""
        for number, line in enumerate(self.lines, self.first):
            if at <= len(line):
                return number, at
            at -= len(line) + 1
        return self.first + len(self.lines) - 1, len(self.lines[-1])


@dataclass(frozen=True)
class Understood:
    typed: Typed
    expression: Expression
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mistake:
    """What is wrong, and the line around it: before the character at fault, that character, and after it."""

    line: int
    character: int
    sentence: str
    expected: str = ""
    before: str = ""
    wrong: str = ""
    after: str = ""

    @property
    def indent(self) -> str:
        return " " * len(self.before)


@dataclass(frozen=True)
class Reading:
    understood: tuple[Understood, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    @property
    def texts(self) -> list[str]:
        """As they are kept: each once, on one line."""
        return list(dict.fromkeys(" ".join(each.typed.text.split()) for each in self.understood))


def read(text: str) -> Reading:
    """Every query that can be read, and the mistakes in the others; after so many nobody reads on."""
    understood: list[Understood] = []
    mistakes: list[Mistake] = []
    for typed in queries(text):
        try:
            expression = parse(typed.text)
            limits.check(expression)
        except BadExpression as error:
            mistakes.append(_mistake(typed, error))
            if len(mistakes) == MOST_MISTAKES:
                break
        else:
            said = tuple(_placeless(hint.sentence) for hint in hints(typed.text))
            understood.append(Understood(typed, expression, said))
    return Reading(tuple(understood), tuple(mistakes))


def readable(expressions: Iterable[str]) -> Iterator[str]:
    """Those of stored queries that are queries still."""
    for expression in expressions:
        with suppress(BadExpression):
            parse(expression)
            yield expression


def queries(text: str) -> Iterator[Typed]:
    first, depth, last = 1, 0, ""
    lines: list[str] = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        plain = line.translate(TYPED)
        is_on = depth > 0 or IS_OPEN.search(last) or GOES_ON.match(plain)
        if lines and not (is_on and plain.strip()):
            yield Typed(first, tuple(lines))
            lines, depth = [], 0
        if plain.strip():
            first = first if lines else number
            lines.append(line)
            last = QUOTED.sub('""', plain)
            depth += last.count("(") - last.count(")")
    if lines:
        yield Typed(first, tuple(lines))


def wrapped(expressions: Sequence[str]) -> str:
    """Stored queries for a person to edit: a long one over several lines, read as the same query."""
    return "\n".join(each if len(each) <= LONG else "\n".join(_broken(each)) for each in expressions)


def _broken(text: str) -> Iterator[str]:
    """Before each AND, OR and NOT outside brackets and quotes."""
    begin = 0
    plain = QUOTED.sub(lambda found: '"' * len(found[0]), text.translate(TYPED))
    for found in BREAK.finditer(plain):
        before = plain[begin : found.start()]
        if plain.count("(", 0, found.start()) == plain.count(")", 0, found.start()) and before:
            yield text[begin : found.start()]
            begin = found.end()
    yield text[begin:]


def mistake_in(line: str, error: BadExpression) -> Mistake:
    """Of a query by itself, whose line needs no number."""
    return _mistake(Typed(0, (line,)), error)


def _mistake(typed: Typed, error: BadExpression) -> Mistake:
    number, at = typed.place(error.at)
    line = typed.lines[number - typed.first]
    begin = max(0, at - AROUND)
    return Mistake(
        line=number,
        character=at + 1,
        sentence=_placeless(str(error).removesuffix(f" Expected {error.expected}.")),
        expected=error.expected,
        before=("…" if begin else "") + line[begin:at],
        wrong=line[at : at + 1] or " ",
        after=line[at + 1 : at + 1 + AROUND],
    )


def _placeless(sentence: str) -> str:
    """Without the place, which counts from the beginning of the query and is shown otherwise."""
    plain = PLACE.sub("", sentence)
    return f"This{plain}" if plain.startswith(" is") else plain
