"""The demo's services, and the feeds that ask the sandbox how they run. All of it is invented."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from hospital.feeds import setting_up
from hospital.models import Facility, Feed, Service

Kind, Unit = Service.Kind, Service.Unit
FIELDS = ("kind", "slug", "name", "unit", "limit", "is_limit_low")
# The place, and then these; without a place it serves the whole system.
SERVICES: tuple[tuple[str, str, str, str, str, float | None, bool], ...] = (
    ("north", Kind.ED_WAIT, "north-ed-wait", "North ED wait", Unit.MINUTES, 120, False),
    ("north", Kind.DIVERT, "north-divert", "North divert", Unit.WORDS, None, False),
    ("", Kind.PORTAL, "portal", "Portal", Unit.WORDS, None, False),
    ("west", Kind.PHONES, "west-phones", "West phones", Unit.MINUTES, 8, False),
    ("main", Kind.BEDS, "main-beds", "Main beds free", Unit.NUMBER, 4, True),
    ("womens", Kind.BEDS, "womens-rooms", "Birth rooms free", Unit.NUMBER, 2, True),
    ("rehab", Kind.BEDS, "rehab-beds", "Rehab beds free", Unit.NUMBER, 2, True),
    ("main", Kind.PARKING, "main-parking", "Main parking", Unit.PERCENT, 96, False),
    ("", Kind.DOWNTIME, "records", "Downtime", Unit.WORDS, None, False),
)
STALE_AFTER = timedelta(minutes=15)


@transaction.atomic
def ensure(*, sandbox_url: str, now: datetime) -> None:
    """Once: what an admin changes stays. Only the sandbox's address may have moved."""
    if not Service.objects.exists():
        for number, entry in enumerate(SERVICES, 1):
            _service(*entry, order=10 * number, now=now)
    if not Feed.objects.exists():
        _feeds(now=now)
    for slug, page in (("sandbox", "operations.json"), ("downtimes", "operations.ics")):
        Feed.objects.filter(slug=slug).update(address=f"{sandbox_url}/{page}", next_due_at=now)


def _service(place: str, *entry: Any, order: int, now: datetime) -> None:
    facility = Facility.objects.get(slug=place) if place else None
    values = {**dict(zip(FIELDS, entry, strict=True)), "facility": facility, "order": order}
    setting_up.save_service(None, values={**values, "stale_after": STALE_AFTER}, by=None, at=now)


def _feeds(*, now: datetime) -> None:
    values: dict[str, Any] = {"kind": Feed.Kind.POLLED, "slug": "sandbox", "name": "Operations centre"}
    polled = {**values, "every": timedelta(seconds=10), "address": "https://operations.northfield.example"}
    setting_up.save_feed(None, values=polled, by=None, at=now)
    calendar = {
        "kind": Feed.Kind.CALENDAR,
        "slug": "downtimes",
        "name": "Downtime calendar",
        "every": timedelta(minutes=1),
        "service": Service.objects.filter(slug="records").first(),
    }
    setting_up.save_feed(None, values=calendar, by=None, at=now)
