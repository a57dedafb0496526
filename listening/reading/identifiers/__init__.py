"""What in a text could name a person: spans with their kinds, after Safe Harbor's list. Pure.

1. The first 10,000 characters are made plain (`plain`); what lies beyond is covered whole, never shown.
2. Each family looks for its own kinds: `online`, `numbers`, `records`, `dates`, `places`, `names`.
3. Where two meet, the more telling kind wins; what is ours (names, handles, listed numbers) is let go.
4. At most 50 are kept, the last of which then covers all that follows.
Spans count code points of the text as it came.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from listening.reading.identifiers import dates, names, numbers, online, places, records
from listening.reading.identifiers.found import Found
from listening.reading.identifiers.kinds import KINDS, RANK
from listening.reading.identifiers.looked import look
from listening.reading.identifiers.plain import plain

__all__ = ["KINDS", "LONGEST", "MAX_FOUND", "Identifier", "Span", "find", "masked", "unsaid", "words_of"]

LONGEST = 10_000
MAX_FOUND = 50
PEOPLE = frozenset({"name", "staff_name"})
NUMBERS = frozenset({"code", "phone", "fax", "date", "date_of_birth", "zip", "room", "age"})
SAYING = PEOPLE | {"email", "handle", "url"}
Span = tuple[int, int]


@dataclass(frozen=True)
class Identifier:
    kind: str
    start: int
    end: int


def find(text: str, own: Iterable[Span] = ()) -> list[Identifier]:
    """Identifiers in order, none over another. `own` are spans of our own names and numbers in the text."""
    read = plain(text[:LONGEST])
    found = [
        Found(kind, *read.original(start, end)) for kind, start, end in _candidates(read.text) if start < end
    ]
    kept = _apart([*_not_ours(found, sorted(own), text)], text)
    if len(text) > LONGEST:
        kept.append(Found("unread", LONGEST, len(text)))
    if len(kept) > MAX_FOUND:
        kept = [*kept[: MAX_FOUND - 1], Found("unread", kept[MAX_FOUND - 1].start, len(text))]
    return [Identifier(*each) for each in kept]


def _candidates(text: str) -> Iterator[Found]:
    looked = look(text)
    for family in (online, numbers, records, dates, places, names):
        yield from family.find(looked)


def _not_ours(found: Sequence[Found], own: Sequence[Span], text: str) -> Iterator[Found]:
    for each in found:
        touching = [span for span in own if span[0] < each.end and each.start < span[1]]
        if not touching:
            yield each
        elif each.kind in PEOPLE:
            yield from _around(each, touching, text)
        elif not any(_holds(span, each) for span in touching):
            yield each


def _holds(own: Span, each: Found) -> bool:
    """Listed as it stands, or a handle without its sign."""
    return own[0] <= each.start + (each.kind == "handle") and each.end <= own[1]


def _around(each: Found, own: Sequence[Span], text: str) -> Iterator[Found]:
    """Emma Northfield keeps "Emma" masked, though Northfield is ours."""
    at = each.start
    for start, end in [*own, (each.end, each.end)]:
        piece = text[at : max(at, start)]
        if any(map(str.isalpha, piece)):
            begin = at + len(piece) - len(piece.lstrip())
            yield Found(each.kind, begin, begin + len(piece.strip()))
        at = max(at, end)


def _apart(found: Sequence[Found], text: str) -> list[Found]:
    """None over another: where two meet, the more telling kind has the characters, then the longer."""
    ordered = sorted(found, key=lambda each: (each.start, each.end))
    if all(one.end <= other.start for one, other in pairwise(ordered)):
        return ordered
    told_least_first = sorted(found, key=lambda each: (-RANK[each.kind], each.end - each.start))
    owners = array("l", bytes(array("l").itemsize * max(each.end for each in found)))
    for number, each in enumerate(told_least_first, 1):
        owners[each.start : each.end] = array("l", [number]) * (each.end - each.start)
    return [*_stretches(owners, told_least_first, text)]


def _stretches(owners: "array[int]", found: Sequence[Found], text: str) -> Iterator[Found]:
    at = 0
    for number, run in groupby(owners):
        start, at = at, at + sum(1 for _ in run)
        piece = text[start:at]
        if number and _tells(piece, found[number - 1]):
            begin = start + len(piece) - len(piece.lstrip())
            yield Found(found[number - 1].kind, begin, begin + len(piece.strip()))


def _tells(piece: str, whole: Found) -> bool:
    """What is left of a number without a digit of it tells nothing."""
    is_part_of_number = whole.kind in NUMBERS and len(piece) < whole.end - whole.start
    return any(map(str.isdigit if is_part_of_number else str.isalnum, piece))


def masked(text: str, found: Iterable[Identifier]) -> str:
    """The text with each identifier named instead of shown: "call me at [phone]"."""
    pieces, at = [], 0
    for each in found:
        pieces += [text[at : each.start], f"[{KINDS[each.kind].words}]"]
        at = each.end
    return "".join([*pieces, text[at:]])


WORD = re.compile(r"\w+")
LONG_NUMBER = 4


def words_of(text: str, found: Iterable[Identifier]) -> frozenset[str]:
    """The words, in small letters, that name somebody wherever they are said again."""
    return frozenset(
        word.casefold()
        for each in found
        if each.kind != "unread"
        for word in WORD.findall(text[each.start : each.end])
        if (each.kind in SAYING and len(word) > 2) or sum(map(str.isdigit, word)) >= LONG_NUMBER
    )


def unsaid(said: str, words: frozenset[str]) -> str:
    """The same with those words left out: a reason quotes the post, and must not quote a name."""
    return WORD.sub(lambda word: "…" if word[0].casefold() in words else word[0], said) if words else said
