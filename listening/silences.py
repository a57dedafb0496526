"""Marks sources that are silent, and takes the mark away when something comes or something fails."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from listening import health, silence, spending
from listening.budget import Stage
from listening.models import Source
from listening.models.source import Liveness
from listening.silence import Expectation


def expectations(sources: Iterable[Source], now: datetime) -> dict[int, Expectation]:
    """By when a post of each should have come."""
    zone = timezone.get_default_timezone()
    return {pk: silence.expectation(heard, zone) for pk, heard in health.heard(sources, now).items()}


def sweep(now: datetime) -> int:
    """Set and take away the mark; how many changed."""
    sources = list(Source.objects.exclude(kind=Source.IMPORT).defer("sealed_secrets", "cursor"))
    found = expectations(sources, now)
    return sum(_mark(source, found[source.pk], now) for source in sources)


def _mark(source: Source, expected: Expectation, now: datetime) -> bool:
    is_silent = answers(source, now) and expected.is_missed(now)
    if is_silent == bool(source.silent_since):
        return False
    # Only as it was seen: a post that came meanwhile ends it.
    same = Source.objects.filter(pk=source.pk, last_item_at=source.last_item_at)
    since = source.last_item_at or source.live_since or source.created_at
    return bool(same.update(silent_since=since if is_silent else None))


def answers(source: Source, now: datetime) -> bool:
    """Whether nothing failed and all is asked for: else its silence says nothing."""
    is_fine = not source.failures and source.liveness(now) in (Liveness.LIVE, Liveness.SILENT)
    return is_fine and spending.stage(source, now) is Stage.FREE
