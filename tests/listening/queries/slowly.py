"""The obvious and slow way to answer a query, for tests. Word lists and loops, nothing of the quick way.

It knows ASCII letters, digits, spaces, commas, #, @ and 's, which is what the random posts are made of.
"""

import operator
import re
from dataclasses import dataclass

from listening.queries.tree import And, Expression, Field, Near, Not, Or, Phrase, Word

COMPARED = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True)
class Token:
    text: str  # as it was written
    sign: str  # the # or @ straight before it
    number: int  # as NEAR counts
    goes_on: bool  # as a handle does in @north-field


def tokens(text: str) -> list[Token]:
    found: list[Token] = []
    number = -1
    for match in re.finditer(r"([#@]?)('s(?![A-Za-z0-9])|[A-Za-z0-9]+)(?=(-[A-Za-z0-9])?)", text):
        number += match[2] != "'s"
        found.append(Token(match[2], match[1], number, match[3] is not None))
    return found


def holds(tree: Expression, text: str, stars: int | None) -> bool:
    if isinstance(tree, And):
        return all(holds(part, text, stars) for part in tree.parts)
    if isinstance(tree, Or):
        return any(holds(part, text, stars) for part in tree.parts)
    if isinstance(tree, Not):
        return not holds(tree.part, text, stars)
    if isinstance(tree, Field):
        return stars is not None and COMPARED[tree.comparison](stars, int(tree.value))
    return bool(runs(tree, tokens(text)))


def runs(tree: Expression, words: list[Token]) -> set[tuple[int, int]]:
    """Where it stands, from which number to which."""
    if isinstance(tree, Or):
        return {run for part in tree.parts for run in runs(part, words)}
    if isinstance(tree, Near):
        lefts, rights = runs(tree.left, words), runs(tree.right, words)
        return {
            (min(left[0], right[0]), max(left[1], right[1]))
            for left in lefts
            for right in rights
            if _is_near(tree, left, right)
        }
    assert isinstance(tree, Word | Phrase)
    listed = tree.words if isinstance(tree, Phrase) else (tree,)
    found = set()
    for first in range(len(words)):
        for end in _ends(listed, words, first):
            found.add((words[first].number, words[end - 1].number))
    return found


def _is_near(near: Near, left: tuple[int, int], right: tuple[int, int]) -> bool:
    after, before = right[0] - left[1] - 1, left[0] - right[1] - 1
    return 0 <= after <= near.within or (not near.ordered and 0 <= before <= near.within)


def _ends(listed: tuple[Word, ...], words: list[Token], first: int) -> set[int]:
    """Where the words of a phrase may end if they begin at `first`."""
    if not listed:
        return {first}
    return {end for after in _after(listed[0], words, first) for end in _ends(listed[1:], words, after)}


def _after(word: Word, words: list[Token], at: int) -> set[int]:
    found = set()
    if at < len(words) and is_word(word, words[at]):
        found.add(at + 1)
    # marys is also mary's
    stem = word.text[:-1]
    is_plain = not (word.exact or word.prefix or word.text[0] in "#@")
    may_be = is_plain and word.text.endswith("s") and len(word.text) > 2 and at + 1 < len(words)
    if may_be and is_word(Word(stem), words[at]) and words[at + 1].text == "'s":
        found.add(at + 2)
    return found


def is_word(word: Word, token: Token) -> bool:
    sign, said = (word.text[0], word.text[1:]) if word.text[0] in "#@" else ("", word.text)
    if sign and token.sign != sign:
        return False
    if sign == "@" and token.goes_on and not word.prefix:
        return False
    written = token.text if word.exact else token.text.lower()
    wanted = said if word.exact else said.lower()
    if word.prefix:
        written = written[: len(wanted)]
    return len(written) == len(wanted) and all(
        one in ("?", other) and other != "'" for one, other in zip(wanted, written, strict=True)
    )
