"""How long somebody who was still in the building waited for a person, week by week.

Counted from when their post was heard to when somebody had spoken to them. Whoever was not spoken to within
the fifteen minutes is late, those whom nobody spoke to at all among them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localtime

from alerts import building
from alerts.models import Case, SafetyStep

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Wait:
    case_id: int
    heard_at: datetime
    spoken_at: datetime | None

    @property
    def took(self) -> timedelta | None:
        return self.spoken_at - self.heard_at if self.spoken_at else None

    def is_late(self, now: datetime) -> bool:
        return (self.spoken_at or now) - self.heard_at > building.WITHIN


@dataclass
class Week:
    begins_at: datetime
    waits: list[Wait] = field(default_factory=list)

    @property
    def ends_at(self) -> datetime:
        return self.begins_at + WEEK

    @property
    def slug(self) -> str:
        return f"{localtime(self.begins_at):%G-W%V}"

    @property
    def spoken(self) -> list[Wait]:
        return [wait for wait in self.waits if wait.spoken_at]

    @property
    def median(self) -> timedelta | None:
        took = [wait.took for wait in self.waits if wait.took is not None]
        return timedelta(seconds=median(each.total_seconds() for each in took)) if took else None

    def late(self, now: datetime) -> list[Wait]:
        return [wait for wait in self.waits if wait.is_late(now)]


def monday(at: datetime) -> datetime:
    """The midnight, in the hospital's zone, with which the week of a moment began."""
    local = localtime(at)
    day = local - timedelta(days=local.weekday())
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def by_week(waits: Iterable[Wait], now: datetime, weeks: int) -> list[Week]:
    """The newest first, empty ones too. Pure."""
    found = {week.slug: week for week in (Week(monday(now - WEEK * back)) for back in range(weeks))}
    for wait in waits:
        week = found.get(f"{localtime(wait.heard_at):%G-W%V}")
        if week:
            week.waits.append(wait)
    return list(found.values())


def waits(facility_ids: frozenset[int] | None, since: datetime) -> list[Wait]:
    is_here = Q(mention__lane=building.LANE) | Q(queue__slug=building.QUEUE)
    spoken = SafetyStep.objects.filter(case=OuterRef("pk"), key=building.SPOKEN)
    heard = Case.objects.within(facility_ids).filter(is_here, opened_at__gte=since)
    # Who closes a case as dealt with in person says when that was.
    spoken_at = Coalesce(Subquery(spoken.values("at")[:1]), "contacted_at")
    rows = heard.annotate(spoken_at=spoken_at).order_by("opened_at")
    return [Wait(*row) for row in rows.values_list("pk", "opened_at", "spoken_at")]
