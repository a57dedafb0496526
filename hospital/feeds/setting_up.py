"""Setting up what is reported, and by which feeds. Every change is in the audit; a secret never is."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from hospital import audit
from hospital.feeds import signing, taking
from hospital.models import Feed, Service
from hospital.signals import service_changed


@transaction.atomic
def save_service(
    service: Service | None, *, values: Mapping[str, Any], by: User | None, at: datetime
) -> Service:
    action = "service.edit" if service else "service.create"
    service = service or Service()
    for field, value in values.items():
        setattr(service, field, value)
    service.save()
    audit.record(action, f"service {service.pk}", by=by, at=at, **_told(values))
    transaction.on_commit(partial(service_changed.send_robust, sender=Service, ids=[service.pk]))
    return service


@transaction.atomic
def save_feed(
    feed: Feed | None, *, values: Mapping[str, Any], token: str = "", by: User | None, at: datetime
) -> Feed:
    """`token`: what an address wants to see, where it is new. The secret of a posted feed is `renew`'s."""
    action = "feed.edit" if feed else "feed.create"
    feed = feed or Feed()
    for field, value in values.items():
        setattr(feed, field, value)
    if token:
        feed.sealed_secret = taking.sealed(token)
    feed.next_due_at, feed.failures, feed.last_error = at, 0, ""
    feed.save()
    audit.record(action, f"feed {feed.pk}", by=by, at=at, **_told(values), is_secret_new=bool(token))
    return feed


@transaction.atomic
def renew(feed: Feed, *, by: User | None, at: datetime) -> str:
    """A new secret, shown to whoever asked for it and never again. The old one is good for nothing now."""
    secret = signing.new_secret()
    Feed.objects.filter(pk=feed.pk).update(sealed_secret=taking.sealed(secret))
    audit.record("feed.renew", f"feed {feed.pk}", by=by, at=at, name=feed.name)
    return secret


@transaction.atomic
def pause(feed: Feed, *, by: User, at: datetime) -> bool:
    """False when somebody was first."""
    paused = Feed.objects.filter(pk=feed.pk, is_active=True).update(is_active=False)
    if paused:
        audit.record("feed.pause", f"feed {feed.pk}", by=by, at=at, name=feed.name)
    return bool(paused)


@transaction.atomic
def resume(feed: Feed, *, by: User, at: datetime) -> bool:
    resumed = Feed.objects.filter(pk=feed.pk, is_active=False).update(
        is_active=True, failures=0, last_error="", next_due_at=at
    )
    if resumed:
        audit.record("feed.resume", f"feed {feed.pk}", by=by, at=at, name=feed.name)
    return bool(resumed)


def ask_soon(feed: Feed, *, at: datetime) -> bool:
    """Whether it is one that is asked."""
    return bool(Feed.objects.filter(pk=feed.pk, is_active=True, kind__in=Feed.ASKED).update(next_due_at=at))


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    plain = str | int | float | bool | None
    return {name: value if isinstance(value, plain) else str(value) for name, value in values.items()}
