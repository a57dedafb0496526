"""Which stored mentions a query may find, as a condition that an index answers: always all of them, and more.

The index holds, for each mention, its words in plain letters and each other character by itself: the
database's function `listening_words` cuts a text as `pieces` cuts a word here. What an index cannot tell
(order, capitals, NOT, fields) is left to the matcher.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from listening.queries.needles import Piece, spellings
from listening.queries.tree import And, Expression, Field, Near, Not, Or, Phrase, Word
from listening.queries.words import ANY_LETTER

LONGEST = 64
"""Letters of a word that the index keeps."""

SHORTEST_PREFIX = 2
PIECE = re.compile(r"[a-z0-9]+|[^\x00-\x7f]")


def words(expressions: Iterable[Expression]) -> str:
    """A tsquery that whatever any of the queries finds answers to; empty where every mention may be found."""
    wanted = [_wanted(expression) for expression in expressions]
    return " | ".join(dict.fromkeys(wanted)) if all(wanted) else ""


def ask_for(expressions: Iterable[Expression], name: str) -> bool:
    """Whether some query asks for a field of this name."""
    return any(_asks_for(expression, name) for expression in expressions)


def _asks_for(part: Expression, name: str) -> bool:
    match part:
        case Field():
            return part.name == name
        case And() | Or():
            return any(_asks_for(each, name) for each in part.parts)
        case Not():
            return _asks_for(part.part, name)
        case _:
            return False


def _wanted(part: Expression) -> str:
    match part:
        case Word():
            return _word(part)
        case Phrase():
            return _joined(map(_word, part.words), "&")
        case Near():
            return _joined((_wanted(part.left), _wanted(part.right)), "&")
        case And():
            return _joined((_wanted(each) for each in part.parts if not isinstance(each, Not)), "&")
        case Or():
            alternatives = [_wanted(each) for each in part.parts]
            return _joined(alternatives, "|") if all(alternatives) else ""
        case _:
            return ""


def _joined(parts: Iterable[str], sign: str) -> str:
    known = list(dict.fromkeys(filter(None, parts)))
    return f"({f' {sign} '.join(known)})" if len(known) > 1 else "".join(known)


def _word(word: Word) -> str:
    """However it is spelt: mary's is also marys."""
    ways = [_joined(pieces(spelling), "&") for spelling in spellings(word)]
    return _joined(ways, "|") if all(ways) else ""


def pieces(spelling: Piece) -> Iterator[str]:
    """What must be in the index wherever a word, spelt so, is in a text."""
    text = " ".join(spelling.tokens)
    for found in PIECE.finditer(text):
        before, after = text[: found.start()][-1:], text[found.end() :][:1]
        if after and unicodedata.category(after)[0] == "M":
            # Folding took a letter with its mark apart; the index has it whole.
            continue
        if found[0] == ANY_LETTER:
            continue
        if not found[0].isascii():
            yield from _sign(found[0])
        elif before != ANY_LETTER:
            is_open = after == ANY_LETTER or (spelling.prefix and not after)
            yield from _letters(found[0], is_open)


def _letters(letters: str, is_open: bool) -> Iterator[str]:
    if not is_open:
        yield f"'{letters[:LONGEST]}'"
    elif len(letters) >= SHORTEST_PREFIX:
        yield f"'{letters[:LONGEST]}':*"


def _sign(character: str) -> Iterator[str]:
    if unicodedata.category(character)[0] in "LNS":
        written = {character, *_written().get(character, ())}
        yield _joined([f"'{each}'" for each in sorted(written)], "|")


@cache
def _written() -> dict[str, set[str]]:
    """Folded characters with the others that a text may have them as: capitals, a final sigma, ligatures."""
    found: dict[str, set[str]] = {}
    for kept in map(chr, range(0x80, sys.maxunicode + 1)):
        if (folded := kept.casefold()) != kept:
            for each in folded:
                found.setdefault(each, set()).add(kept)
    return found
