"""What came of a case, and who was helped. Pure.

A person was helped where a case about them was closed and somebody of ours had reached them with it:

- by phone, in person, or by handing them to patient relations: always;
- by a public reply: unless all they wrote was praise, which asks for no help.

Nobody was helped by "no reply needed", by a theme counted, or by what the privacy officer did. A person who
had several cases in the time that is asked about is one person; whoever wrote without a name known to us is
one for each case. A case that was opened again does not count until it is closed again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

PHONE, IN_PERSON, RELATIONS, ONLINE = "phone", "in_person", "relations", "online"
SPOKEN = frozenset({PHONE, IN_PERSON})
"""Somebody spoke to them: who, and when, is part of the outcome."""

REACHED = SPOKEN | {RELATIONS}
ASKS_NOTHING = frozenset({"praise"})
LONGEST_NAME = 100
AHEAD = timedelta(minutes=5)
"""Clocks of a browser and of the server differ by a little."""

WHO = "Say who spoke to them."
WHEN = "Say when they were spoken to, as date and time."
NOT_YET = "That time is still to come. Close the case once they have been spoken to."


@dataclass(frozen=True)
class Contact:
    """Who of ours spoke to them, and when; a form may leave either out."""

    by: str
    at: datetime | None


def objection(outcome: str, contact: Contact, now: datetime) -> str:
    """Why a contact does not do for an outcome, in a sentence; nothing where it does."""
    if outcome not in SPOKEN:
        return ""
    if not contact.by.strip():
        return WHO
    if contact.at is None:
        return WHEN
    return NOT_YET if contact.at > now + AHEAD else ""


def spoken(outcome: str, contact: Contact) -> dict[str, Any]:
    """What is kept with the case of a contact that does."""
    if outcome not in SPOKEN:
        return {}
    who = " ".join(contact.by.replace("\x00", "").split())
    return {"contacted_by": who[:LONGEST_NAME], "contacted_at": contact.at}


@dataclass(frozen=True)
class Closing:
    """A closed case, as far as it says whether somebody was helped."""

    case_id: int
    outcome: str
    lane: str
    author_id: int | None


def is_help(closing: Closing) -> bool:
    if closing.outcome in REACHED:
        return True
    return closing.outcome == ONLINE and closing.lane not in ASKS_NOTHING


def helped(closings: Iterable[Closing]) -> list[Closing]:
    """Those that count, one for each person, in the order given."""
    people: dict[tuple[str, int], Closing] = {}
    for each in closings:
        if is_help(each):
            key = ("case", each.case_id) if each.author_id is None else ("author", each.author_id)
            people.setdefault(key, each)
    return list(people.values())
