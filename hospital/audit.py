"""The trail of who changed what, chained so that a quiet change can be found.

The hash of an entry is SHA-256 over the hash before it and the entry's own canonical JSON.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction

from hospital.models import AuditEntry

CHAIN_LOCK = 7_001
"""Key of the advisory lock that puts writers of the chain in line."""

FIRST_HASH = "0" * 64


@transaction.atomic
def record(
    action: str, subject: str, *, by: AbstractBaseUser | None, at: datetime, **detail: Any
) -> AuditEntry:
    """Append one entry, in the transaction of the change it tells of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
    last = AuditEntry.objects.order_by("-id").first()
    entry = AuditEntry(
        at=at,
        actor_id=by.pk if by else None,
        action=action,
        subject=subject,
        detail=detail,
        previous_hash=last.hash if last else FIRST_HASH,
    )
    entry.hash = hash_of(entry)
    entry.save()
    return entry


def hash_of(entry: AuditEntry) -> str:
    body = [entry.at.timestamp(), entry.actor_id, entry.action, entry.subject, entry.detail]
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{entry.previous_hash}{canonical}".encode()).hexdigest()


def broken_links() -> Iterator[int]:
    """Ids of entries whose hash or link does not hold, oldest first."""
    previous = FIRST_HASH
    for entry in AuditEntry.objects.order_by("id").iterator():
        if entry.previous_hash != previous or entry.hash != hash_of(entry):
            yield entry.pk
        previous = entry.hash
