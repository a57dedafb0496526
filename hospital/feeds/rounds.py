"""Asking what is to be asked: which feeds are due, and one of them at a time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hospital.feeds import asking, calendar, payload, taking
from hospital.feeds.asking import NoAnswer
from hospital.feeds.schema import Unreadable
from hospital.models import Feed
from hospital.reporting import Outcome
from hospital.vault import CannotOpen

Clock = Callable[[], datetime]
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def open_due(now: datetime) -> list[int]:
    """Ids of those that are due. Each is moved on to its next slot first: of two at once only one gets it."""
    due = Feed.objects.due(now).order_by("next_due_at")
    return [feed.pk for feed in due if _moved_on(feed, now)]


def _moved_on(feed: Feed, now: datetime) -> bool:
    seen = Feed.objects.filter(pk=feed.pk, next_due_at=feed.next_due_at)
    return bool(seen.update(next_due_at=next_slot(now, feed.every)))


def next_slot(now: datetime, every: timedelta) -> datetime:
    """The next whole multiple of the interval: the same for everyone who works it out."""
    return EPOCH + ((now - EPOCH) // every + 1) * every


def ask(feed_id: int, clock: Clock) -> Outcome | None:
    feed = Feed.objects.select_related("service").filter(pk=feed_id, is_active=True).first()
    if feed is None:
        return None
    try:
        return _asked(feed, clock)
    except (NoAnswer, Unreadable, CannotOpen) as error:
        taking.fail(feed, str(error), clock())
    if feed.kind == Feed.Kind.CALENDAR:
        taking.hold_to_plan(feed, clock())
    return None


def _asked(feed: Feed, clock: Clock) -> Outcome | None:
    if feed.kind == Feed.Kind.POLLED:
        body = asking.fetch(feed.address, token=taking.secret_of(feed))
        return taking.take(feed, payload.entries(body), clock())
    if not feed.address:
        return taking.take_calendar(feed, feed.document, clock()) if feed.document else None
    body = asking.fetch(feed.address, token=taking.secret_of(feed), accept="text/calendar")
    return taking.take_calendar(feed, calendar.text_of(body), clock())
