"""Notes that colleagues leave for each other on a case: lines of its story, never a patient's record."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from alerts.models import Case, CaseEvent
from alerts.refusals import Refused
from alerts.story import tell
from listening.reading import identifiers
from listening.reading.identifiers import KINDS

LONGEST = 1_000
NEVER_KEPT = frozenset(
    {"ssn", "mrn", "plan", "account", "licence", "credit_card", "iban", "date_of_birth", "device"}
)
"""What would tie a post to a patient's record. Nothing here may hold it, a note least of all."""

EMPTY = "Write what your colleagues should know."
TOO_LONG = f"A note has {LONGEST} characters at most."
TIES = "Leave out the {}: nothing here may be tied to a patient's record. Keep it where records are kept."


def objection(text: str) -> str:
    """Why a note cannot be kept; nothing when it can. Pure."""
    if not text.strip():
        return EMPTY
    if len(text.strip()) > LONGEST:
        return TOO_LONG
    found = [each.kind for each in identifiers.find(text) if each.kind in NEVER_KEPT]
    return TIES.format(KINDS[found[0]].words) if found else ""


@transaction.atomic
def add(case: Case, *, text: str, by: User, at: datetime) -> None:
    if refusal := objection(text):
        raise Refused(refusal)
    tell(case.pk, CaseEvent.Kind.NOTED, by=by, at=at, text=text.strip())
