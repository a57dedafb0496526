"""Cases that somebody took and left lying go back to their queue. Only the database decides."""

from datetime import datetime, timedelta

from django.db import transaction

from alerts.models import Case, CaseEvent, Reply
from alerts.models.case import RESTRICTED, CaseQuerySet
from alerts.story import tell

AT_ONCE = 500
UNDER_WAY = (Reply.State.AWAITING, Reply.State.QUEUED, Reply.State.SENDING, Reply.State.UNKNOWN)


@transaction.atomic
def release(now: datetime, *, after: timedelta) -> list[int]:
    """Ids of those that went back. What was drafted stays with its case."""
    ids = list(_idle(now - after).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    Case.objects.filter(pk__in=ids).update(state=Case.State.NEW, owner=None, claimed_at=None)
    for case_id in ids:
        tell(case_id, CaseEvent.Kind.RELEASED, by=None, at=now, idle_hours=after / timedelta(hours=1))
    return ids


def _idle(since: datetime) -> CaseQuerySet:
    """Untouched: no event and no keystroke since. One that is locked is being touched just now."""
    taken = Case.objects.filter(state__in=[Case.State.CLAIMED, Case.State.DRAFTING], claimed_at__lte=since)
    touched = CaseEvent.objects.filter(at__gt=since).values("case")
    written = Reply.objects.filter(updated_at__gt=since).values("case")
    leaving = Reply.objects.filter(state__in=UNDER_WAY).values("case")
    at_rest = taken.exclude(pk__in=touched).exclude(pk__in=written).exclude(pk__in=leaving)
    return at_rest.exclude(RESTRICTED).awake(since).select_for_update(of=("self",), skip_locked=True)
