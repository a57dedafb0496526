"""What in a draft could name somebody. A reply is a narrow kind of text: what is not known to be ours is not.

1. What the hospital has listed, and public lines (911, 988), are put away first.
2. Then the readers of identifiers look, on letters whose case is restored the same way for every spelling.
3. Then what `remains` is looked at.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from alerts.gate import contacts as listed
from alerts.gate import remains, tongue
from alerts.gate.canonical import Canonical
from alerts.gate.contacts import Contacts, digits
from alerts.gate.data import Data
from alerts.gate.reasons import BLOCK, WARN, Reason
from alerts.gate.remains import TOKEN, Kinded, Span
from alerts.gate.shapes import is_name
from listening.reading import identifiers
from listening.reading.identifiers import KINDS
from listening.reading.identifiers.kinds import RANK
from listening.reading.identifiers.words import words

PUBLIC = re.compile(r"(?<![\w-])(?:911|988|112|999|111|211|311|741741|24/7)(?![\w-])")
WHY = "It tells {words}, which could name somebody."
INSTEAD = "Leave it out. Give only numbers and addresses that the hospital has listed."
UNKNOWN = (
    "This word is in no list: it may be the name of a person or a place.",
    "Leave it out, or have an approver confirm that it names nobody.",
)
MASK = "\u2003"


def reasons(
    read: Canonical,
    draft: str,
    contacts: Contacts,
    own: frozenset[str],
    data: Data,
    open_matters: Sequence[Span] = (),
) -> Iterator[Reason]:
    text = _without(read.text, [*contacts.spans(read.text), *_public(read.text, data)])
    is_english = tongue.is_plain_english(read, data)
    cased = _cased(text, own, data, is_english=is_english)
    is_foreign = not tongue.is_checked(read, data)
    for kind, start, end in _apart([*_read(cased), *remains.find(text, own, data, is_english=is_english)]):
        # In a language that is not known, any word may look like a name: it goes to a reader of it anyway.
        if text[start:end].strip() and not (is_foreign and kind in ("name", "staff_name", "address")):
            is_open = any(first <= start and end <= last for first, last in open_matters)
            weight = WARN if is_open and _is_public(kind, text[start:end]) else BLOCK
            yield _reason(kind, *read.original(start, end), draft, weight)
    for span in remains.unknown(text, own, data) if is_english else ():
        start, end = read.original(*span)
        yield Reason("unknown-word", WARN, start, end, draft[start:end], *UNKNOWN)


def _read(text: str) -> Iterator[Kinded]:
    for each in identifiers.find(text):
        if each.kind != "unread":
            yield each.kind, each.start, each.end


def _apart(found: Iterable[Kinded]) -> list[Kinded]:
    """One for each place: of two that touch, the more telling kind."""
    kept: list[Kinded] = []
    for each in sorted(set(found), key=lambda one: (RANK[one[0]], one[1] - one[2])):
        if not any(other[1] < each[2] and each[1] < other[2] for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda one: one[1])


def _is_public(kind: str, said: str) -> bool:
    """A day or a street of everybody's: in a sentence on a public matter it is a doubt, and no more."""
    return kind == "date" or (kind == "address" and not any(map(str.isdigit, said)))


def _reason(kind: str, start: int, end: int, draft: str, weight: int) -> Reason:
    said = KINDS[kind].words
    why = WHY.format(words=f"{'an' if said[0] in 'aeiou' else 'a'} {said}")
    rule = {"staff_name": "staff-name", "name": "name"}.get(kind, f"identifier:{kind}")
    return Reason(rule, weight, start, end, draft[start:end], why, INSTEAD)


def _public(text: str, data: Data) -> Iterator[Span]:
    yield from (hit.span() for hit in listed.PHONE.finditer(text) if digits(hit[0]) in data.lines)
    yield from (hit.span() for hit in PUBLIC.finditer(text))


def _without(text: str, spans: Iterable[Span]) -> str:
    letters = list(text)
    for start, end in spans:
        letters[start:end] = MASK * (end - start)
    return "".join(letters)


def _cased(text: str, own: frozenset[str], data: Data, *, is_english: bool) -> str:
    """Capitals as a careful writer puts them: on what can only be a name, and on numbers with letters."""

    def one(hit: re.Match[str]) -> str:
        word = hit[0]
        if any(map(str.isdigit, word)):
            return word.upper()
        is_name_only = is_name(word) and not data.is_word(word) and word not in own
        is_odd = is_english and len(word) > 3 and not words().of(word) and not data.is_word(word)
        is_odd = is_odd and not remains.is_formed(word, data)
        return word.capitalize() if is_name_only or (is_odd and word not in own) or word == "i" else word

    return TOKEN.sub(one, text)
