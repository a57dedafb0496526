"""Approved facts whose last day is over, found again in what somebody writes."""

import re
from datetime import date, datetime

from django.utils import timezone

from alerts.models import ApprovedFact

MOST_HELD = 300


def today(at: datetime) -> date:
    return timezone.localdate(at)


def found_in(text: str, at: datetime) -> list[tuple[ApprovedFact, int, int]]:
    """Each with where it is told. One that was approved anew in the same words holds."""
    found = []
    day = today(at)
    for fact in ApprovedFact.objects.expired_on(day).order_by("-valid_until")[:MOST_HELD]:
        hit = re.search(r"\s+".join(map(re.escape, fact.text.rstrip(".!").split())), text, re.IGNORECASE)
        if hit and not ApprovedFact.objects.valid_on(day).filter(text__iexact=fact.text).exists():
            found.append((fact, *hit.span()))
    return found
