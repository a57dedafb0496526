"""Seeing what a post tells of who somebody is: for a reason, and never without a trace."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import models, transaction

from alerts.models import Case, CaseEvent
from alerts.refusals import Refused
from alerts.story import tell
from hospital import audit
from listening.models import Mention
from listening.reading import identifiers

LONGEST_WORDS = 300


class Reason(models.TextChoices):
    SAFETY = "safety", "Somebody may be in danger"
    HELP = "help", "To find the team that can help"
    REPLY = "reply", "To answer well"
    PRIVACY = "privacy", "To see whether privacy was breached"
    WRONG = "wrong", "To see whether the mask is right"
    OTHER = "other", "Another reason, said below"


@transaction.atomic
def reveal(mention: Mention, *, reason: str, words: str, by: User, at: datetime) -> None:
    """Write down who looks and why, in the audit and in the story of the mention's case."""
    words = " ".join(words.split())[:LONGEST_WORDS]
    if reason not in Reason.values:
        raise Refused("Choose why you need to see it.")
    if reason == Reason.OTHER and not words:
        raise Refused("Say why you need to see it: whoever reads this later was not here.")
    # A reason is kept for good, and must not keep what the mask hides.
    said = identifiers.masked(words, identifiers.find(words))
    audit.record("identities.reveal", f"mention {mention.pk}", by=by, at=at, reason=reason, words=said)
    case_id = Case.objects.filter(mention=mention).values_list("pk", flat=True).first()
    if case_id is not None:
        tell(case_id, CaseEvent.Kind.REVEALED, by=by, at=at, reason=reason, words=said)
