"""How the hospital is running: each service with its last report, read for one moment.

A tile is decided purely from a service, what was last said of it, and the time. What is older than the
service's own bound is stale: it is shown with its age, and nobody is told that it is so now.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.db.models import Case, DateTimeField, F, Func, QuerySet, Value, When

from hospital.models import Service, ServiceStatus

TREND_OVER = timedelta(hours=1)
KEPT_FOR_TREND = timedelta(hours=6)
KEPT_WHOLE = timedelta(minutes=30)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
STEADY_WITHIN = 0.05
"""A change of less than a twentieth is no trend."""


class State(StrEnum):
    FINE = "fine"
    TROUBLE = "trouble"
    STALE = "stale"
    SILENT = "silent"  # nothing was ever said


class Trend(StrEnum):
    UP = "up"
    DOWN = "down"
    STEADY = "steady"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Tile:
    """One service at one moment. `history` holds its last hours, oldest first."""

    service: Service
    now: datetime
    history: tuple[ServiceStatus, ...]

    @property
    def last(self) -> ServiceStatus | None:
        return self.history[-1] if self.history else None

    @property
    def age(self) -> timedelta | None:
        return self.now - self.last.at if self.last else None

    @property
    def is_stale(self) -> bool:
        return self.last is not None and is_stale(self.service, self.last, self.now)

    @property
    def state(self) -> State:
        if self.last is None:
            return State.SILENT
        if self.is_stale:
            return State.STALE
        return State.TROUBLE if is_trouble(self.service, self.last, self.now) else State.FINE

    @property
    def trouble_since(self) -> datetime | None:
        """The first report of a trouble that lasts; None while all is well or nothing is known."""
        if self.state is not State.TROUBLE:
            return None
        since = None
        for status in reversed(self.history):
            if not is_trouble(self.service, status, self.now):
                break
            since = status.at
        return since

    @property
    def trend(self) -> Trend:
        return trend(self.history)

    @property
    def has_ended(self) -> bool:
        """Whether what was last said was known to end, and has."""
        return self.last is not None and self.last.until_at is not None and self.last.until_at <= self.now

    @property
    def is_beyond_limit(self) -> bool:
        return self.last is not None and is_beyond_limit(self.service, self.last)

    @property
    def said(self) -> str:
        if self.last is None:
            return "No report yet"
        return "Ended" if self.has_ended else said(self.service, self.last)

    @property
    def limit_said(self) -> str:
        if self.service.limit is None:
            return ""
        return in_unit(self.service.limit, self.service.unit).removesuffix(" 00")


def is_stale(service: Service, status: ServiceStatus, now: datetime) -> bool:
    """What was planned needs no second report until its end."""
    known_until = max(status.at, status.until_at or status.at)
    return now - known_until > service.stale_after


def is_trouble(service: Service, status: ServiceStatus, now: datetime) -> bool:
    """Said by the feed itself, or seen from the service's limit. What was known to end has ended."""
    if status.until_at is not None and status.until_at <= now:
        return False
    return status.is_trouble or is_beyond_limit(service, status)


def is_beyond_limit(service: Service, status: ServiceStatus) -> bool:
    if service.limit is None or status.value is None:
        return False
    return status.value < service.limit if service.is_limit_low else status.value > service.limit


def trend(history: Sequence[ServiceStatus]) -> Trend:
    """The last value against the one an hour before it, or the oldest within that hour."""
    values = [(status.at, status.value) for status in history if status.value is not None]
    if len(values) < 2:
        return Trend.UNKNOWN
    at, last = values[-1]
    before = next(value for moment, value in values if moment >= at - TREND_OVER)
    change = last - before
    if abs(change) <= STEADY_WITHIN * max(abs(before), 1.0):
        return Trend.STEADY
    return Trend.UP if change > 0 else Trend.DOWN


def said(service: Service, status: ServiceStatus) -> str:
    """What the wall prints: "4 h 10", "62 %", "Up"."""
    if status.value is None:
        return status.words
    return status.words or in_unit(status.value, service.unit)


def in_unit(value: float, unit: str) -> str:
    whole = round(value)
    if unit == Service.Unit.MINUTES:
        return f"{whole // 60} h {whole % 60:02d}" if whole >= 60 else f"{whole} min"
    if unit == Service.Unit.PERCENT:
        return f"{whole} %"
    return f"{value:g}"


def tiles(facility_ids: frozenset[int] | None, now: datetime) -> list[Tile]:
    """Each active service within reach, as it is at that moment. At most three queries."""
    services = list(Service.objects.within(facility_ids).filter(is_active=True).select_related("facility"))
    history = _history(services, now)
    return [Tile(service, now, tuple(history[service.pk])) for service in services]


def tile_of(service: Service, now: datetime) -> Tile:
    return Tile(service, now, tuple(_history([service], now)[service.pk]))


def _history(services: Sequence[Service], now: datetime) -> dict[int, list[ServiceStatus]]:
    """The last hours of each, and its newest report however old that is. The future is not read."""
    past = ServiceStatus.objects.filter(service__in=services, at__lte=now)
    found: dict[int, list[ServiceStatus]] = defaultdict(list)
    for status in sorted(_thinned(past, now), key=lambda status: (status.at, status.pk)):
        found[status.service_id].append(status)
    quiet = [service.pk for service in services if service.pk not in found]
    if quiet:
        newest = past.filter(service__in=quiet).order_by("service_id", "-at", "-pk").distinct("service_id")
        for status in newest:
            found[status.service_id].append(status)
    return found


def _thinned(past: QuerySet[ServiceStatus], now: datetime) -> QuerySet[ServiceStatus]:
    """The last hours: whole for a while, and before that the last report of every five minutes. Every open
    wall reads this whenever a report comes in."""
    five = Func(
        Value(timedelta(minutes=5)), F("at"), Value(EPOCH), function="date_bin", output_field=DateTimeField()
    )
    step = Case(When(at__gt=now - KEPT_WHOLE, then=F("at")), default=five)
    recent = past.filter(at__gt=now - KEPT_FOR_TREND).annotate(step=step)
    return recent.order_by("service_id", "step", "-at", "-pk").distinct("service_id", "step")
