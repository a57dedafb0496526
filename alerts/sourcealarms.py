"""Telling administrators that a source needs them: it is silent, it is refused, or its month runs out.

1. `wanted` says what is wrong with a source now; `sweep` raises what is not raised yet, once.
2. Everybody who manages sources there is told by mail; `paging.sweep` sends what is written here.
3. An alarm ends by itself when nothing is wrong any more. It asks for no answer.
"""

import logging
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from alerts.models import Notification, SourceAlarm
from hospital.access import GRANTS, Permission, Reach
from listening import silences, spending
from listening.budget import Month
from listening.models import Source

logger = logging.getLogger(__name__)

Kind = SourceAlarm.Kind
REFUSED = frozenset({"auth_failed", "forbidden", "quota_exhausted"})
MANAGING = [role for role, may in GRANTS.items() if Permission.MANAGE_SOURCES in may]


def wanted(source: Source, month: Month | None) -> dict[str, str]:
    """The alarms that should stand for a source, with their words. Pure, but for the zone of times."""
    found = {}
    if source.is_refused and source.last_error_kind in REFUSED and source.last_success_at:
        found[Kind.STOPPED.value] = f"{source.paused_reason} It is not asked until somebody resumes it."
    elif source.silent_since and not source.paused_reason:
        found[Kind.SILENT.value] = (
            f"Nothing has come since {_said(source.silent_since)}, and nothing failed. By its usual, posts "
            "should have come. Look at the network: if there are posts, poll now; if not, leave it."
        )
    if month is not None and month.is_near:
        found[Kind.BUDGET.value] = budget_words(month)
    return found


def budget_words(month: Month) -> str:
    used = f"{month.spent:,} of {month.cap:,} posts of this month are read"
    if not month.left:
        return f"{used}. Raise the limit, or only safety watchlists are asked, and after a day none."
    gone = f"; at this pace they are gone by {_said(month.gone_at)}" if month.gone_at else ""
    return f"{used}{gone}. Watchlists that can wait are slowed first; safety keeps {month.reserve:,}."


def sweep(now: datetime) -> int:
    """Mark silent sources, raise and end alarms; how many changed."""
    silences.sweep(now)
    sources = Source.objects.exclude(kind=Source.IMPORT).filter(is_active=True).defer("sealed_secrets")
    return sum(_settle(source, now) for source in sources)


def _settle(source: Source, now: datetime) -> int:
    due = wanted(source, spending.month(source, now))
    standing = SourceAlarm.objects.standing().filter(source=source)
    ended = standing.exclude(kind__in=due).update(ended_at=now)
    known = set(standing.values_list("kind", flat=True))
    return ended + sum(raise_alarm(source, kind, due[kind], now) for kind in sorted(due.keys() - known))


def raise_alarm(source: Source, kind: str, words: str, now: datetime) -> bool:
    """Once: of two who see it at the same time one is too late."""
    try:
        with transaction.atomic():
            alarm = SourceAlarm.objects.create(source=source, kind=kind, words=words[:300], raised_at=now)
            if kind == Kind.BUDGET:
                Source.objects.filter(pk=source.pk).update(told_at=now)
            told = [_notice(alarm, person, now) for person in managers(source.facility_id)]
    except IntegrityError:
        return False
    logger.warning("source %d: alarm %s, %d told", source.pk, kind, len(told))
    return True


def _notice(alarm: SourceAlarm, person: User, now: datetime) -> Notification:
    return Notification.objects.create(
        source_alarm=alarm,
        kind=Notification.Kind.NOTICE,
        person=person,
        name=person.get_full_name() or person.username,
        email=person.email,
        created_at=now,
    )


def managers(facility_id: int | None) -> list[User]:
    """Who manages sources there and can be written to."""
    people = User.objects.filter(is_active=True, memberships__role__in=MANAGING).exclude(email="").distinct()
    return [
        each for each in people.order_by("pk") if Reach(each).covers(Permission.MANAGE_SOURCES, facility_id)
    ]


def _said(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%a %-d %b %H:%M}" if moment else "an unknown time"
