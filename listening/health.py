"""How each source is doing, from what is stored: posts by the hour, and how long they take to reach us.

Voices of staff are in none of these numbers.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.db.models import Count
from django.db.models.functions import Trunc

from listening.models import Mention, Source
from listening.models.mention import RESTRICTED_LANES
from listening.silence import HOUR, Heard
from listening.weeks import WEEK, WEEKS

DAY = timedelta(days=1)
LIVE_HOURS = 26
KEPT_SECONDS = 3600
"""What lies more than a day back hardly changes."""

Hours = Mapping[int, Mapping[datetime, int]]
"""By source: posts of each hour, by its beginning in UTC."""


@dataclass(frozen=True)
class Lag:
    """From posted to stored, over the last day."""

    median: timedelta
    p95: timedelta
    number: int


NO_LAG = Lag(timedelta(), timedelta(), 0)


def hours(now: datetime) -> Hours:
    """Eight weeks and a day of them."""
    edge = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - LIVE_HOURS * HOUR
    since = edge - (WEEKS * WEEK + DAY)
    key = f"sources:hours:{edge:%Y%m%d%H}"
    older = cache.get_or_set(key, lambda: _counted(since, edge), KEPT_SECONDS)
    found: dict[int, dict[datetime, int]] = defaultdict(dict)
    for source_id, hour, number in [*(older or ()), *_counted(edge, None)]:
        found[source_id][hour] = number
    return found


def _counted(since: datetime, until: datetime | None) -> list[tuple[int, datetime, int]]:
    mentions = Mention.objects.within(None).there().published_since(since)
    if until is not None:
        mentions = mentions.filter(published_at__lt=until)
    by_hour = mentions.annotate(hour=Trunc("published_at", "hour", tzinfo=UTC)).order_by()
    return list(by_hour.values_list("source_id", "hour").annotate(number=Count("pk")))


def lags(now: datetime) -> dict[int, Lag]:
    """By source. What was posted before we listened there was stored late for another reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT source_id, count(*),
                      percentile_cont(0.5) WITHIN GROUP (ORDER BY collected_at - mention.published_at),
                      percentile_cont(0.95) WITHIN GROUP (ORDER BY collected_at - mention.published_at)
               FROM listening_mention AS mention JOIN listening_source AS source ON source.id = source_id
               WHERE mention.published_at >= %s AND mention.published_at >= source.created_at
                 AND NOT is_published_guessed AND NOT is_gone AND lane <> ALL(%s)
               GROUP BY source_id""",
            [now - DAY, list(RESTRICTED_LANES)],
        )
        return {pk: Lag(middle, slowest, number) for pk, number, middle, slowest in cursor.fetchall()}


def heard(sources: Iterable[Source], now: datetime) -> dict[int, Heard]:
    """What silence is told by, for each of them."""
    by_hour, by_lag = hours(now), lags(now)
    return {
        source.pk: Heard(
            since=max(filter(None, [source.last_item_at, source.live_since, source.created_at])),
            began_at=source.created_at,
            hours=by_hour.get(source.pk, {}),
            lag=by_lag.get(source.pk, NO_LAG).p95,
            every=source.poll_every,
        )
        for source in sources
    }
