"""What a word or phrase of a query looks like among the squeezed words of a post.

Most are plain bytes that are there or not: b" north ed ", or b" wait" for wait*. A ? or a * inside a phrase
makes a pattern of our own, linear in the text. Capitals, # and @ are left to `checks`.
"""

import re
from dataclasses import dataclass
from itertools import product

from listening.queries import words
from listening.queries.tree import Expression, Or, Phrase, Word
from listening.queries.words import ANY_LETTER

ONE_LETTER = rb"(?:[!-~]|[\xc2-\xf4][\x80-\xbf]{1,3})"
MOST_SPELLINGS = 8


@dataclass(frozen=True)
class Piece:
    """A word of a query as words of a text; `prefix` is of the last of them."""

    tokens: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True)
class Sign:
    """A # or @ that must stand before a word of the phrase."""

    word: Word
    first: int
    count: int


def spellings(word: Word) -> list[Piece]:
    """Ways to write the word: mary's is also marys, and hours also hour's."""
    text = word.text.replace("?", ANY_LETTER)
    tokens = tuple(words.listed(text))
    found = [Piece(tokens, word.prefix)]
    if word.exact or word.prefix or word.text[0] in "#@":
        return found
    last = tokens[-1]
    if last == words.POSSESSIVE and len(tokens) > 1:
        found.append(Piece((*tokens[:-2], tokens[-2] + "s")))
    elif "'" in words.folded(word.text):
        found.append(Piece(tuple(words.listed(words.folded(text).replace("'", "")))))
    elif last.endswith("s") and len(last) > 2:
        found.append(Piece((*tokens[:-1], last[:-1], words.POSSESSIVE)))
    return found


def words_of(term: Word | Phrase) -> tuple[Word, ...]:
    return term.words if isinstance(term, Phrase) else (term,)


def lines(term: Word | Phrase) -> list[tuple[Piece, ...]]:
    """All spellings of the whole term, the one it was written in first."""
    listed = words_of(term)
    ways = [spellings(word) for word in listed]
    if any(word.exact or word.text[0] in "#@" for word in listed):
        ways = [way[:1] for way in ways]
    count = 1
    for at, way in enumerate(ways):
        if count * len(way) > MOST_SPELLINGS:
            ways[at] = way[:1]
        count *= len(ways[at])
    return list(product(*ways))


def signs(term: Word | Phrase) -> list[Sign]:
    found, at = [], 0
    for word, piece in zip(words_of(term), lines(term)[0], strict=True):
        if word.text[0] in "#@":
            found.append(Sign(word, at, len(piece.tokens)))
        at += len(piece.tokens)
    return found


def is_plain(line: tuple[Piece, ...]) -> bool:
    """Whether the line is bytes that are there or not."""
    inner = any(piece.prefix for piece in line[:-1])
    return not inner and not any(ANY_LETTER in token for piece in line for token in piece.tokens)


def all_plain(tree: Expression) -> frozenset[bytes] | None:
    """Where the tree is true if and only if one of some needles is there: those needles."""
    if isinstance(tree, Or):
        found = [all_plain(part) for part in tree.parts]
        return None if None in found else frozenset().union(*(part for part in found if part is not None))
    if not isinstance(tree, Word | Phrase) or signs(tree) or words_of(tree)[0].exact:
        return None
    spelt = lines(tree)
    return frozenset(map(needle, spelt)) if all(map(is_plain, spelt)) else None


def needle(line: tuple[Piece, ...]) -> bytes:
    said = " ".join(token for piece in line for token in piece.tokens)
    return f" {said}{'' if line[-1].prefix else ' '}".encode()


def pattern(line: tuple[Piece, ...]) -> bytes:
    """The line as a pattern. The space after its last word is only looked at: the next may begin there."""
    said = b""
    for piece in line:
        for token in piece.tokens:
            parts = (re.escape(part.encode()) for part in token.split(ANY_LETTER))
            said += b" " + ONE_LETTER.join(parts)
        if piece.prefix:
            said += rb"[^ ]*"
    return said + b"(?= )"


def longest_literal(line: tuple[Piece, ...]) -> bytes:
    """The most telling bytes that any text with the line must hold."""
    if is_plain(line):
        return needle(line)
    found = [""]
    for piece in line:
        for at, token in enumerate(piece.tokens):
            first, *rest = token.split(ANY_LETTER)
            found += [found.pop() + " " + first, *rest]
            if piece.prefix and at == len(piece.tokens) - 1:
                found.append("")
    if not line[-1].prefix:
        found.append(found.pop() + " ")
    return max(found, key=lambda part: (len(part.strip()), len(part))).encode()
