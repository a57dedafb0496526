"""What may be taken out of sight without an answer, and what never may."""

from alerts.models import Case
from alerts.rules import SAFETY_QUEUES
from listening.models import Mention

SAFETY = "It speaks of somebody's safety. A person has to deal with it, one by one."
STAFF = "It was said by a member of staff. It is closed only by its own answers."


def objection(case: Case) -> str:
    """Why it cannot be put off, muted or closed with others; nothing when it can."""
    if case.is_staff_voice:
        return STAFF
    speaks_of_danger = case.mention.lane in SAFETY_QUEUES or case.mention.level == Mention.Level.P0
    return SAFETY if speaks_of_danger or case.queue.slug in SAFETY_QUEUES.values() else ""
