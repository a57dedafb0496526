"""What is said of a post for an emergency, and of an author for a talk, is not kept for ever.

Thirty days after a case was closed its urgent labels go: lane, level, severity and reasons of the post, the
choice of the protocol, and the queue that would still tell. What was done, when and by whom stays.
"""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from alerts import defaults, priority
from alerts.models import AuthorNote, Case, CaseEvent, SafetyStep
from alerts.protocol import P0_QUEUES, RISK
from alerts.story import tell
from listening import wall_sequence
from listening.models import Mention
from listening.reading.lanes import URGENT
from listening.signals import mentions_stored

KEPT_AFTER_CLOSING = timedelta(days=30)
HELD = ("lane", "urgent")
"""Aspects that no later reading of the same words may set again; an edited post is read anew all the same."""


def sweep(now: datetime, *, limit: int = 200) -> int:
    """Drop what is due; how many cases lost their urgent labels."""
    there = Mention.objects.filter(author=OuterRef("author"), is_gone=False)
    AuthorNote.objects.filter(
        Q(at__lt=now - settings.MURMUR_AUTHOR_KEPT) | ~Exists(there),
    ).delete()
    closed = Case.objects.filter(state=Case.State.CLOSED, closed_at__lte=now - KEPT_AFTER_CLOSING)
    due = closed.filter(mention__lane__in=URGENT) | closed.filter(queue__slug__in=P0_QUEUES)
    found = list(due.order_by("pk").values_list("pk", flat=True)[:limit])
    for case_id in found:
        drop(case_id, now)
    return len(found)


@transaction.atomic
def drop(case_id: int, now: datetime) -> None:
    number = wall_sequence.take(1)[0]  # before the row, as whoever stores does
    case = Case.objects.select_for_update(of=("self",)).select_related("mention").get(pk=case_id)
    if case.state != Case.State.CLOSED:
        return
    held = sorted({*case.mention.set_by_people, *HELD})
    plain = {"lane": "other", "level": Mention.Level.P4, "severity": 0, "reasons": []}
    Mention.objects.filter(pk=case.mention_id).update(wall_seq=number, set_by_people=held, **plain)
    SafetyStep.objects.filter(case=case, key=RISK).update(value="")
    case.queue = defaults.queue(defaults.UNSORTED)
    case.facts, case.priority = priority.Facts(0, "other").stored(), 0
    case.severity_set = case.severity_set_by = None
    case.save(update_fields=["queue", "facts", "priority", "severity_set", "severity_set_by"])
    tell(case.pk, CaseEvent.Kind.DROPPED, by=None, at=now)
    transaction.on_commit(partial(_ring, case.mention_id))


def _ring(mention_id: int) -> None:
    mentions_stored.send_robust(sender=Mention, ids=[mention_id], urgent_ids=[])
