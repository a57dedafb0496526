"""What becomes of a piece that came by a feed: its reports, a trace of it, and how the feed is doing."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from hospital import reporting, vault
from hospital.feeds import calendar
from hospital.feeds.schema import Wrong
from hospital.models import Delivery, Feed, ServiceStatus
from hospital.reporting import Outcome

PURPOSE = b"murmur: secrets of feeds, 1"
SHOWN_ERRORS = 20
LONGEST_WAIT = timedelta(minutes=15)


@transaction.atomic
def take(
    feed: Feed, entries: Iterable[tuple[str, object] | Wrong], now: datetime, *, name: str = ""
) -> Outcome:
    outcome = reporting.take(feed.slug, entries, now, facility_ids=reach(feed))
    succeed(feed, now)
    errors = [[wrong.place, wrong.words] for wrong in outcome.wrong[:SHOWN_ERRORS]]
    # An address that is asked every minute tells of one mistake all day long: it is kept once.
    if outcome.stored or name or (errors and errors != _last_errors(feed)):
        Delivery.objects.create(
            feed=feed,
            at=now,
            name=name[:200],
            stored=outcome.stored,
            known=outcome.known,
            refused=len(outcome.wrong),
            errors=errors,
        )
    return outcome


@transaction.atomic
def take_calendar(feed: Feed, text: str, now: datetime, *, name: str = "") -> Outcome:
    """Keep a calendar that can be read, and report what it says of this moment."""
    entries = planned(feed, text, now)
    Feed.objects.filter(pk=feed.pk).exclude(document=text).update(document=text)
    return take(feed, entries, now, name=name)


def hold_to_plan(feed: Feed, now: datetime) -> None:
    """What was planned holds while the calendar's address is away."""
    if feed.document:
        reporting.take(feed.slug, planned(feed, feed.document, now), now, facility_ids=reach(feed))


def planned(feed: Feed, text: str, now: datetime) -> list[tuple[str, object] | Wrong]:
    zone = timezone.get_default_timezone()
    plan = calendar.read(text, zone, now)
    entries: list[tuple[str, object] | Wrong] = list(plan.wrong)
    if feed.service is not None:
        entries.append((feed.service.name, plan.entry(feed.service.slug, now, zone)))
    return entries


def succeed(feed: Feed, now: datetime) -> None:
    Feed.objects.filter(pk=feed.pk).update(last_success_at=now, last_error="", failures=0)


def fail(feed: Feed, words: str, now: datetime) -> None:
    """The attempt brought nothing. The feed is asked again later, and later still each time."""
    failures = feed.failures + 1
    wait = min(feed.every * 2 ** min(failures, 10), max(LONGEST_WAIT, feed.every))
    Feed.objects.filter(pk=feed.pk).update(last_error=words[:300], failures=failures, next_due_at=now + wait)


def refuse(feed: Feed, words: str, now: datetime, *, name: str = "") -> Outcome:
    """A piece that cannot be read as a whole."""
    Delivery.objects.create(
        feed=feed, at=now, name=name[:200], refused=1, errors=[[name or "all of it", words]]
    )
    Feed.objects.filter(pk=feed.pk).update(last_error=words[:300])
    return Outcome([Wrong(name or "all of it", words)])


def reach(feed: Feed) -> frozenset[int] | None:
    """The facilities whose services it may speak of; None: every service."""
    return None if feed.facility_id is None else frozenset({feed.facility_id})


def secret_of(feed: Feed) -> str:
    return vault.unseal(feed.sealed_secret, purpose=PURPOSE).get("secret", "")


def sealed(secret: str) -> bytes:
    return vault.seal({"secret": secret}, purpose=PURPOSE) if secret else b""


def forget(now: datetime) -> int:
    """Drop old reports and deliveries. The last word on a service stays, however old."""
    before = now - timedelta(days=settings.MURMUR_STATUS_DAYS)
    newest = ServiceStatus.objects.order_by("service_id", "-at", "-pk").distinct("service_id")
    old = ServiceStatus.objects.filter(at__lt=before).exclude(
        pk__in=list(newest.values_list("pk", flat=True))
    )
    forgotten, _ = old.delete()
    Delivery.objects.filter(at__lt=before).delete()
    return forgotten


def _last_errors(feed: Feed) -> object:
    return feed.deliveries.values_list("errors", flat=True).first()
