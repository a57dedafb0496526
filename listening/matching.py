"""Which queries a post answers, and where. Pure: thousands of queries cost one walk over the text.

A query is one line of words and "phrases"; a post must hold all of them, as whole words, in its title or its
text. Spans count code points of the text, the part a wall marks: a hit in the title counts and has no span.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import ahocorasick

from listening.wording import Normal, is_edge, normal

MAX_SPANS = 100
"""Spans kept of one hit: a text that repeats a word thousands of times need not be marked everywhere."""

PIECE = re.compile(r'"([^"]*)"|[^\s"]+')
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))

Span = tuple[int, int]


class BadExpression(ValueError):
    """What is wrong with a query line, in words for whoever wrote it."""


@dataclass(frozen=True)
class Hit:
    query_id: int
    spans: list[Span]


def parse(expression: str) -> tuple[str, ...]:
    """The terms of a query line, in the words it was written in."""
    line = expression.translate(QUOTES)
    if not line.strip():
        raise BadExpression("The line is empty.")
    if line.count('"') % 2:
        raise BadExpression(f"The quote at character {line.rindex(chr(34)) + 1} is never closed.")
    return tuple(dict.fromkeys(_terms(line)))


def _terms(line: str) -> Iterator[str]:
    for piece in PIECE.finditer(line):
        quoted = piece[1] is not None
        term = " ".join((piece[1] if quoted else piece[0]).split())
        if not quoted and term == "AND":
            continue
        if not quoted and term in ("OR", "NOT"):
            raise BadExpression(
                f"{term} at character {piece.start() + 1} is not understood. "
                "Write each alternative as a line of its own."
            )
        if not any(_can_be_found(character) for character in term):
            raise BadExpression(f"There is no word at character {piece.start() + 1}.")
        yield term


def _can_be_found(character: str) -> bool:
    return character.isalnum() or ord(character) > 0x2190  # arrows and beyond: symbols, emoji


@dataclass
class _Found:
    """Terms seen so far, and where in the text."""

    ids: set[int] = field(default_factory=set)
    spans: dict[int, list[Span]] = field(default_factory=dict)


class Matcher:
    """All queries as one automaton over their terms; only queries whose longest term was seen are tried."""

    def __init__(self, queries: Iterable[tuple[int, str]]) -> None:
        self.size = 0
        self._term_ids: dict[str, int] = {}
        self._asked: dict[int, list[tuple[int, frozenset[int]]]] = {}
        self._automaton = ahocorasick.Automaton()
        for query_id, expression in queries:
            self._add(query_id, parse(expression))
        if self.size:
            self._automaton.make_automaton()

    def _add(self, query_id: int, terms: tuple[str, ...]) -> None:
        words = [normal(term).text.strip() for term in terms]
        ids = frozenset(self._term_id(word) for word in words)
        rarest = self._term_ids[max(words, key=len)]
        self._asked.setdefault(rarest, []).append((query_id, ids))
        self.size += 1

    def _term_id(self, word: str) -> int:
        known = self._term_ids.get(word)
        if known is not None:
            return known
        term_id = self._term_ids[word] = len(self._term_ids)
        self._automaton.add_word(word, (term_id, len(word)))
        return term_id

    def find(self, text: str, title: str = "") -> list[Hit]:
        """A hit for each query that the post answers, lowest id first."""
        if not self.size:
            return []
        found = _Found()
        self._walk(normal(text), found)
        if title:
            found.ids.update(term_id for term_id, _ in self._seen(normal(title).text))
        return sorted(self._hits(found), key=lambda hit: hit.query_id)

    def _walk(self, text: Normal, found: _Found) -> None:
        for term_id, span in self._seen(text.text):
            found.ids.add(term_id)
            spans = found.spans.setdefault(term_id, [])
            if len(spans) < MAX_SPANS:
                spans.append(text.original(*span))

    def _seen(self, text: str) -> Iterator[tuple[int, Span]]:
        for last, (term_id, length) in self._automaton.iter(text):
            start, end = last + 1 - length, last + 1
            if is_edge(text, start) and is_edge(text, end):
                yield term_id, (start, end)

    def _hits(self, found: _Found) -> Iterator[Hit]:
        for term_id in found.ids:
            for query_id, needed in self._asked.get(term_id, ()):
                if needed <= found.ids:
                    spans = {span for needed_id in needed for span in found.spans.get(needed_id, ())}
                    yield Hit(query_id, sorted(spans)[:MAX_SPANS])
