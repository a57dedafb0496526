"""Who listens to a source now: a Poll row, held for a minute, then closed and followed by the next.

The lease is that of polls. Its holder shows life by a lock of its database session, so that another process
takes over within seconds of a death; where sessions are pooled between, once the lease of 30 seconds ran out.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from listening import leases
from listening.failures import trouble_of
from listening.leases import LEASE, Lease
from listening.models import Poll, Source

GAP_SHOWN = timedelta(hours=24)
WATCHED = ("options", "sealed_secrets", "facility_id", "is_active", "paused_reason", "slug")


def may_begin(source: Source, now: datetime) -> bool:
    is_limited = source.limited_until is not None and source.limited_until > now
    return source.is_active and not source.paused_reason and source.next_poll_at <= now and not is_limited


def take(source: Source, now: datetime) -> Lease | None:
    """The row to listen under; None while another process holds it. A dead process's is taken over."""
    held = Poll.objects.unfinished().filter(source=source).first()
    if held is not None:
        return leases.claim(held.pk, now)
    try:
        return _begun(source, now)
    except IntegrityError:
        return None


@transaction.atomic
def _begun(source: Source, now: datetime) -> Lease:
    token = secrets.token_hex(16)
    poll = Poll.objects.create(
        source=source,
        slot=now,
        state=Poll.State.RUNNING,
        attempts=1,
        lease_until=now + LEASE,
        lease_token=token,
        started_at=now,
    )
    # Before anybody can see the row, or it would look as if its holder were dead.
    leases.show_life(poll.pk)
    return Lease(poll.pk, token)


@transaction.atomic
def turn(source: Source, lease: Lease, now: datetime) -> Lease:
    """Close the row and hold the next: nobody comes between."""
    _end(source, lease, now, Poll.State.DONE)
    return _begun(source, now)


@transaction.atomic
def close(source: Source, lease: Lease, now: datetime, **changes: Any) -> None:
    _end(source, lease, now, Poll.State.DONE, **changes)


@transaction.atomic
def fail(source: Source, lease: Lease, error: Exception, now: datetime, **changes: Any) -> None:
    trouble = trouble_of(error)
    said = {"error_kind": trouble.kind, "error": trouble.message}
    lease.close(now, Poll.State.FAILED, **said)
    Source.objects.filter(pk=source.pk).update(gap=_gap(source, now), **changes)


def _end(source: Source, lease: Lease, now: datetime, state: Poll.State, **changes: Any) -> None:
    lease.close(now, state)
    Source.objects.filter(pk=source.pk).update(gap=_gap(source, now), **changes)


def _gap(source: Source, now: datetime) -> str:
    """The newest of a day: a minute would be too short for anybody to see it."""
    told = Poll.objects.filter(source=source, slot__gt=now - GAP_SHOWN).exclude(gap="")
    return told.order_by("-slot").values_list("gap", flat=True).first() or ""


def look_after(source: Source, heard_at: datetime | None) -> bool:
    """Whether the source is still to be listened to in the same way; and say that it is alive, where this
    connection has heard anything: an open line is no sign of life."""
    fields = Source.objects.filter(pk=source.pk).values(*WATCHED).first()
    if fields is None or any(_plain(fields[name]) != _plain(getattr(source, name)) for name in WATCHED):
        return False
    if heard_at is None:
        return True
    Source.objects.filter(pk=source.pk).update(
        last_success_at=heard_at, failures=0, last_error="", last_error_kind="", limited_until=None
    )
    return True


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
