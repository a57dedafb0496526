"""How many cases stand in each view and queue, counted in one look at them all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Min, Q

from alerts.models import Case
from alerts.models.case import CaseQuerySet

TEAM, MINE, APPROVAL, SNOOZED = "team", "mine", "approval", "snoozed"
GOING_OUT, LATE_SOON, TELL = "going-out", "late-soon", "tell"
FORECAST = timedelta(hours=1)
ON_ITS_WAY = [Case.State.HELD, Case.State.SENDING, Case.State.WAITING]


@dataclass(frozen=True)
class Shelf:
    """One line of the queue menu."""

    slug: str
    name: str
    count: int = 0
    unowned: int = 0
    oldest_at: datetime | None = None


@dataclass(frozen=True)
class Tally:
    count: int = 0
    unowned: int = 0
    oldest_at: datetime | None = None

    def shelf(self, slug: str, name: str) -> Shelf:
        return Shelf(slug, name, self.count, self.unowned, self.oldest_at)


NONE = Tally()


@dataclass(frozen=True)
class Counts:
    """By view, and of the queues those that have any."""

    views: dict[str, Tally]
    queues: dict[int, Tally]


def late_soon(now: datetime) -> Q:
    """Owed within the hour, and no answer is on its way."""
    return ~Q(state__in=ON_ITS_WAY) & Q(due_at__gt=now, due_at__lte=now + FORECAST)


def counted(open_cases: CaseQuerySet, user: User, now: datetime) -> Counts:
    """Of open cases, those put off among them."""
    parts = _parts(user, now)
    wanted = {
        f"{name}_{key}": what for name, part in parts.items() for key, what in _aggregates(part).items()
    }
    rows = list(open_cases.values("queue_id").annotate(**wanted).order_by())
    views = {name: _sum(_tally(row, f"{name}_") for row in rows) for name in parts}
    return Counts(views, {row["queue_id"]: _tally(row, f"{TEAM}_") for row in rows})


def tally(cases: CaseQuerySet) -> Tally:
    return _tally(cases.aggregate(**_aggregates(Q())))


def _parts(user: User, now: datetime) -> dict[str, Q]:
    awake = Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now)
    teams = list(user.teams.values_list("pk", flat=True))
    return {
        TEAM: awake,
        MINE: awake & (Q(owner=user) | Q(owner__isnull=True, team__in=teams)),
        APPROVAL: awake & Q(state=Case.State.AWAITING_APPROVAL),
        GOING_OUT: awake & Q(state=Case.State.HELD),
        LATE_SOON: awake & late_soon(now),
        SNOOZED: Q(snoozed_until__gt=now),
    }


def _aggregates(part: Q) -> dict[str, Any]:
    return {
        "count": Count("pk", filter=part),
        "unowned": Count("pk", filter=part & Q(owner__isnull=True)),
        "oldest_at": Min("opened_at", filter=part),
    }


def _tally(row: dict[str, Any], begins: str = "") -> Tally:
    return Tally(*(row[begins + key] for key in ("count", "unowned", "oldest_at")))


def _sum(tallies: Iterable[Tally]) -> Tally:
    each = list(tallies)
    oldest = min((one.oldest_at for one in each if one.oldest_at), default=None)
    return Tally(sum(one.count for one in each), sum(one.unowned for one in each), oldest)
