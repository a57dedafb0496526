"""The demo's own networks, and leaving them for the real ones that need no key."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from hospital import audit
from listening import connections
from listening.models import Source

LEFT = "Paused while the real networks are read."


def running() -> list[Source]:
    """The sources that the sandbox answers, and that are read."""
    return [source for source in Source.objects.polled() if connections.is_sandbox(source.options)]


def left() -> list[Source]:
    return list(Source.objects.filter(paused_reason=LEFT))


@transaction.atomic
def leave(*, by: AbstractBaseUser, at: datetime) -> int:
    """Pause them all; how many."""
    ids = [source.pk for source in running()]
    count = Source.objects.filter(pk__in=ids, paused_reason="").update(paused_reason=LEFT)
    audit.record("sandbox.leave", "sources", by=by, at=at, sources=sorted(ids))
    return count


@transaction.atomic
def come_back(*, by: AbstractBaseUser, at: datetime) -> int:
    ids = [source.pk for source in left()]
    count = Source.objects.filter(pk__in=ids, paused_reason=LEFT).update(
        paused_reason="", failures=0, last_error="", last_error_kind="", next_poll_at=at
    )
    audit.record("sandbox.return", "sources", by=by, at=at, sources=sorted(ids))
    return count
