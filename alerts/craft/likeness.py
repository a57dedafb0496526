"""Whether a draft is nearly the same as one of the last replies.

Listed contacts and parts still to be written do not count, nor do capitals, spacing and signs.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from alerts.craft import slots
from alerts.gate.contacts import Contacts
from listening.reading.identifiers.plain import plain

LAST = 20
TOO_LIKE = 80.0
"""Hundredths above which a draft sounds like one sent before."""
FEWEST = 4
"""Words below which everything is like everything: "Thank you so much!"."""
LONGEST = 4_000


@dataclass(frozen=True)
class Likeness:
    which: int  # of those it was held against
    percent: int


def nearest(draft: str, earlier: Sequence[str], *, contacts: Iterable[str] = ()) -> Likeness | None:
    """The one most like it, where it is too like it."""
    listed = Contacts.of(contacts)
    own = compared(draft, listed)
    if len(own.split()) < FEWEST:
        return None
    scores = [fuzz.ratio(own, compared(each, listed)) for each in earlier[:LAST]]
    most = max(scores, default=0.0)
    return Likeness(scores.index(most), int(most)) if most > TOO_LIKE else None


def compared(text: str, listed: Contacts) -> str:
    """The words that count."""
    read = plain(slots.blanked(text[:LONGEST])).text.lower()
    letters = list(read)
    for start, end in listed.spans(read):
        letters[start:end] = " " * (end - start)
    return " ".join(re.findall(r"\w+", "".join(letters)))
