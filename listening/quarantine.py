"""Posts that could not be read: set aside with their cause, so that their neighbours go on."""

from datetime import datetime

from django.db import connection

from listening.intake import Refused
from listening.models import Quarantined, Source
from listening.wording import storable


def put(refused: Refused, source: Source, now: datetime, *, times: int = 1) -> None:
    """Set a post aside, or count that it came again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO listening_quarantined AS kept"
            " (source_id, external_id, raw, reason, times, first_at, last_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (source_id, external_id) DO UPDATE SET times = kept.times + EXCLUDED.times,"
            " raw = EXCLUDED.raw, reason = EXCLUDED.reason, last_at = EXCLUDED.last_at, released_at = NULL",
            [
                source.pk,
                storable(refused.external_id)[:300],
                storable(refused.raw[: Quarantined.RAW_CHARACTERS])[: Quarantined.RAW_CHARACTERS],
                storable(refused.reason)[:500],
                times,
                now,
                now,
            ],
        )


def release(external_ids: list[str], source: Source, now: datetime) -> None:
    """What could be read after all is set aside no longer."""
    if external_ids:
        aside = Quarantined.objects.filter(
            source=source, external_id__in=external_ids, released_at__isnull=True
        )
        aside.update(released_at=now)
