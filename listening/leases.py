"""Who may work on a poll. The lease and the attempts are in the database: a lost message or a killed worker
neither loses the poll nor has it run twice at once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from listening.models import Poll

LEASE = timedelta(seconds=30)
"""Longer than one call to a network may take; renewed before each call and with each page."""


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
    lease = Lease(poll_id, secrets.token_hex(16))
    free = Q(state=Poll.State.QUEUED) | Q(state=Poll.State.RUNNING, lease_until__lte=now)
    taken = Poll.objects.filter(free, pk=poll_id).update(
        state=Poll.State.RUNNING,
        attempts=F("attempts") + 1,
        lease_until=now + LEASE,
        lease_token=lease.token,
        started_at=Coalesce(F("started_at"), now),
    )
    return lease if taken else None
