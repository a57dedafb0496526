"""Who may work on a poll. The lease and the attempts are in the database: a lost message or a killed worker
neither loses the poll nor has it run twice at once."""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection
from django.db.models import F
from django.db.models.functions import Coalesce

from listening.models import Poll

LEASE = timedelta(seconds=30)
"""Longer than one call to a network may take; renewed before each call and with each page."""


ALIVE_LOCKS = 7_003
"""Class of the advisory locks that show whose holder is alive."""


class LostLease(Exception):
    """Somebody else took the poll over: whatever was about to be written is theirs to write."""


@dataclass(frozen=True)
class Lease:
    poll_id: int
    token: str

    def renew(self, now: datetime, **changes: object) -> None:
        """Keep the poll for another while, with these changes of its row; LostLease when it is not ours."""
        held = Poll.objects.filter(pk=self.poll_id, state=Poll.State.RUNNING, lease_token=self.token)
        if not held.update(lease_until=now + LEASE, **changes):
            raise LostLease

    def close(self, now: datetime, state: Poll.State, **changes: object) -> None:
        held = Poll.objects.filter(pk=self.poll_id, state=Poll.State.RUNNING, lease_token=self.token)
        if not held.update(state=state, finished_at=now, lease_until=None, suspect="", **changes):
            raise LostLease


def claim(poll_id: int, now: datetime) -> Lease | None:
    """Take a poll that nobody holds; None when someone was first, or it is finished."""
    seen = Poll.objects.unfinished().filter(pk=poll_id).values("state", "lease_until", "lease_token").first()
    if seen is None:
        return None
    lease_until = seen["lease_until"]
    has_lapsed = lease_until is not None and lease_until <= now
    # The sign of life comes first: whoever sees the poll running must see its holder alive. One who hangs
    # shows it for ever, so past the lease it counts no more.
    if not show_life(poll_id) and not has_lapsed:
        return None
    lease = Lease(poll_id, secrets.token_hex(16))
    taken = Poll.objects.filter(pk=poll_id, **seen).update(
        state=Poll.State.RUNNING,
        attempts=F("attempts") + 1,
        lease_until=now + LEASE,
        lease_token=lease.token,
        started_at=Coalesce(F("started_at"), now),
    )
    if not taken:
        let_go(poll_id)
        return None
    return lease


def held() -> set[int]:
    """Polls whose holder is alive: its database session is open and holds their advisory lock.

    The kernel closes the connection of a killed process at once and PostgreSQL drops its locks, so that the
    sweep need not wait for the lease. Where sessions are pooled between, only the lease tells.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""",
            [ALIVE_LOCKS],
        )
        return {row[0] for row in cursor.fetchall()}


def show_life(poll_id: int) -> bool:
    """Whether nobody else shows it. A session that shows it already is not taken for a new one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s
                   AND objid = %s AND pid = pg_backend_pid())
               AND pg_try_advisory_lock(%s, %s)""",
            [ALIVE_LOCKS, poll_id, ALIVE_LOCKS, poll_id],
        )
        return bool(cursor.fetchone()[0])


def let_go(poll_id: int) -> None:
    """Take the sign of life back; harmless when there is none, or no connection either."""
    with suppress(OperationalError, InterfaceError), connection.cursor() as cursor:
        cursor.execute(
            """SELECT pg_advisory_unlock(%s, %s) FROM pg_locks WHERE locktype = 'advisory'
               AND classid = %s AND objid = %s AND pid = pg_backend_pid()""",
            [ALIVE_LOCKS, poll_id, ALIVE_LOCKS, poll_id],
        )
