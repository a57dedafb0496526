"""Who may work on a rereading. As with polls, the lease and the attempts are in the database."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from listening.leases import LostLease
from listening.models import Rereading

LEASE = timedelta(seconds=30)
"""Much longer than a chunk takes; renewed when it is stored."""

RUNG_AGAIN_AFTER = timedelta(seconds=15)
"""How long the next chunk may wait for a worker before its bell is taken for lost."""


@dataclass(frozen=True)
class Lease:
    rereading_id: int
    token: str

    def renew(self, now: datetime, **changes: object) -> None:
        """Keep it for another while, with these changes of its row; LostLease when it is not ours."""
        self._update(lease_until=now + LEASE, **changes)

    def release(self, now: datetime, **changes: object) -> None:
        """Leave it to whoever answers the next bell."""
        self._update(lease_until=None, moved_at=now, attempts=0, suspect=None, **changes)

    def close(self, now: datetime, state: Rereading.State) -> None:
        self._update(lease_until=None, finished_at=now, state=state, suspect=None)

    def _update(self, **changes: object) -> None:
        held = Rereading.objects.unfinished().filter(pk=self.rereading_id, lease_token=self.token)
        if not held.update(**changes):
            raise LostLease


def claim(rereading_id: int, now: datetime) -> Lease | None:
    """Take the next chunk of it; None when somebody has it, or it has ended."""
    lease = Lease(rereading_id, secrets.token_hex(16))
    is_free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    taken = (
        Rereading.objects.unfinished()
        .filter(is_free, pk=rereading_id)
        .update(
            attempts=F("attempts") + 1,
            lease_until=now + LEASE,
            lease_token=lease.token,
            started_at=Coalesce(F("started_at"), now),
        )
    )
    return lease if taken else None


def forgotten(now: datetime) -> list[int]:
    """Those whose bell was lost, or whose worker died; to be rung again."""
    lost = Rereading.objects.forgotten(now, rung_before=now - RUNG_AGAIN_AFTER)
    return list(lost.values_list("pk", flat=True))
