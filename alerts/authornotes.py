"""Notes on how to talk with an author. What could make a profile of a patient is refused, not stored."""

from datetime import datetime
from functools import cache

from django.contrib.auth.models import User
from django.db import transaction

from alerts.gate import data
from alerts.gate.canonical import canonical
from alerts.gate.patterns import Line, Step, compiled
from alerts.models import AuthorNote, Case, CaseEvent
from alerts.refusals import Refused
from alerts.staffnotes import HANDLE_OR_LINK
from alerts.story import tell
from listening.models import Author
from listening.reading import identifiers

LONGEST = 300
CLINICAL = ("CLINICAL", "DIED", "PATIENT", "mrn/dob/chart/pregnant/suicidal/diagnosed/psych/disabled/elderly")
STAFF = "What staff say is kept without its author, and without notes on them."
NAMELESS = "The network did not name an author, so there is nothing to keep a note by."
EMPTY = "Write how to talk with them, or say that they wrote as press."
TOO_LONG = f"Keep it within {LONGEST} characters."
IDENTIFIES = "Leave out names, dates, numbers and links: no note may tell who somebody is."
HEALTH = "Leave out anything about health or care: Murmur keeps no record of a patient."


def objection(text: str) -> str:
    """Why it must not be stored as it is, in a sentence; nothing when it may. Pure."""
    if len(text) > LONGEST:
        return TOO_LONG
    if HANDLE_OR_LINK.search(text) or identifiers.find(text) or sum(map(str.isdigit, text)) > 4:
        return IDENTIFIES
    known = data.shipped()
    line = Line(canonical(text, known).words, known)
    return HEALTH if any(line.find(steps) for steps in _clinical()) else ""


@cache
def _clinical() -> tuple[tuple[Step, ...], ...]:
    known = data.shipped()
    return tuple(compiled(each, known) for each in CLINICAL)


@transaction.atomic
def write(case: Case, *, text: str, says_press: bool, by: User, at: datetime) -> AuthorNote:
    """Keep one, for whoever answers this author next; it goes with the author view's retention."""
    text = " ".join(text.replace("\x00", "").split())
    current = Case.objects.select_for_update(of=("self",)).select_related("queue", "mention").get(pk=case.pk)
    if current.is_staff_voice:
        raise Refused(STAFF)
    author_id = current.mention.author_id
    if author_id is None:
        raise Refused(NAMELESS)
    if not text and not says_press:
        raise Refused(EMPTY)
    why_not = objection(text)
    if why_not:
        raise Refused(why_not)
    note = AuthorNote.objects.create(
        author_id=author_id, facility_id=current.facility_id, text=text, says_press=says_press, by=by, at=at
    )
    tell(current.pk, CaseEvent.Kind.REMARKED, by=by, at=at)
    return note


def forget(author: Author) -> int:
    """Of an author who was erased no note stays."""
    return AuthorNote.objects.filter(author=author).delete()[0]
