"""A text as every family looks at it: its plain letters, its words, and how many digits there are."""

import re
from collections.abc import Callable
from typing import NamedTuple

from listening.reading.identifiers.words import words

TOKEN = re.compile(r"[^\W\d_]+(?:['-](?!s\b)[^\W\d_]+){0,4}")
DIGIT = re.compile(r"\d")


class Token(NamedTuple):
    start: int
    end: int
    word: str  # in small letters
    known: int
    is_capital: bool
    is_initial: bool
    is_shouted: bool


class Looked(NamedTuple):
    text: str
    tokens: list[Token]
    seen: frozenset[str]
    """The words in small letters, and parts of those with a hyphen: most shapes need one of a few words."""
    digits: int  # how many there are


def look(text: str) -> Looked:
    of = words().of
    tokens = [_token(hit, of) for hit in TOKEN.finditer(text)]
    seen = {token.word for token in tokens}
    seen.update(part for word in tuple(seen) if "-" in word or "'" in word for part in re.split("['-]", word))
    return Looked(text, tokens, frozenset(seen), len(DIGIT.findall(text)))


def _token(hit: re.Match[str], known: Callable[[str], int]) -> Token:
    start, end = hit.span()
    said = hit[0]
    word = said.lower()
    length = end - start
    return Token(
        start, end, word, known(word), said[0] != word[0], length == 1, length > 1 and said.isupper()
    )
