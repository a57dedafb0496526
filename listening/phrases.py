"""Known phrases in a text, and where: names, lexicons. Pure: thousands cost one walk over the text.

A line is words and "phrases"; a text must hold all of them, as they are written, as whole words. What admins
write to be listened for is richer, and is read in `queries`.
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


class BadPhrase(ValueError):
    """A line in which nothing can be looked for."""


@dataclass(frozen=True)
class Hit:
    number: int
    spans: list[Span]


def parse(line: str) -> tuple[str, ...]:
    """The words and phrases of a line."""
    line = line.translate(QUOTES)
    if line.count('"') % 2:
        raise BadPhrase("A quote is never closed.")
    found = tuple(dict.fromkeys(_terms(line)))
    if not found:
        raise BadPhrase("The line is empty.")
    return found


def _terms(line: str) -> Iterator[str]:
    for piece in PIECE.finditer(line):
        term = " ".join((piece[0] if piece[1] is None else piece[1]).split())
        if not any(_can_be_found(character) for character in term):
            raise BadPhrase(f"There is no word at character {piece.start() + 1}.")
        yield term


def _can_be_found(character: str) -> bool:
    return character.isalnum() or ord(character) > 0x2190  # arrows and beyond: symbols, emoji


@dataclass
class _Found:
    """Terms seen so far, and where in the text."""

    ids: set[int] = field(default_factory=set)
    spans: dict[int, list[Span]] = field(default_factory=dict)


class Phrases:
    """All lines as one automaton over their terms; only lines whose longest term was seen are tried."""

    def __init__(self, lines: Iterable[tuple[int, str]]) -> None:
        self.size = 0
        self._term_ids: dict[str, int] = {}
        self._asked: dict[int, list[tuple[int, frozenset[int]]]] = {}
        self._automaton = ahocorasick.Automaton()
        for number, line in lines:
            self._add(number, parse(line))
        if self.size:
            self._automaton.make_automaton()

    def _add(self, number: int, terms: tuple[str, ...]) -> None:
        words = [normal(term).text.strip() for term in terms]
        ids = frozenset(self._term_id(word) for word in words)
        rarest = self._term_ids[max(words, key=len)]
        self._asked.setdefault(rarest, []).append((number, ids))
        self.size += 1

    def _term_id(self, word: str) -> int:
        known = self._term_ids.get(word)
        if known is not None:
            return known
        term_id = self._term_ids[word] = len(self._term_ids)
        self._automaton.add_word(word, (term_id, len(word)))
        return term_id

    def find(self, text: str) -> list[Hit]:
        """A hit for each line that the text holds, lowest number first."""
        if not self.size:
            return []
        read, found = normal(text), _Found()
        for term_id, span in self._seen(read):
            found.ids.add(term_id)
            spans = found.spans.setdefault(term_id, [])
            if len(spans) < MAX_SPANS:
                spans.append(read.original(*span))
        return sorted(self._hits(found), key=lambda hit: hit.number)

    def _seen(self, read: Normal) -> Iterator[tuple[int, Span]]:
        text = read.text
        for last, (term_id, length) in self._automaton.iter(text):
            start, end = last + 1 - length, last + 1
            if is_edge(text, start) and is_edge(text, end):
                yield term_id, (start, end)

    def _hits(self, found: _Found) -> Iterator[Hit]:
        for term_id in found.ids:
            for number, needed in self._asked.get(term_id, ()):
                if needed <= found.ids:
                    spans = {span for needed_id in needed for span in found.spans.get(needed_id, ())}
                    yield Hit(number, sorted(spans)[:MAX_SPANS])
