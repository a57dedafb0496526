"""What a source has read of its month, and what it is asked for in this poll.

While it saves, each group of watchlists is asked by itself, and so has a cursor of its own: they stand under
`groups` in the source's cursor, beside that of the asking without a limit, which goes on from where it was.
A group's first reading goes back one hour: what lies before was read already.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from listening import budget
from listening.budget import Month, Stage
from listening.models import KeyCheck, Poll, Query, Recheck, Source
from listening.sources.contract import Connection, Cursor, Listening, Page, QuotaExhausted

GROUPS = "groups"
LATELY = timedelta(days=7)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
FRESH_HOURS = 1


def month(source: Source, now: datetime) -> Month | None:
    """None where nobody set a limit."""
    if not source.monthly_posts:
        return None
    begins_at, ends_at = budget.month_of(now, timezone.get_default_timezone())
    since = max(now - LATELY, source.created_at)
    days = max((now - since) / timedelta(days=1), 1.0)
    return Month(source.monthly_posts, read(source, begins_at), read(source, since) / days, now, ends_at)


def read(source: Source, since: datetime) -> int:
    """Posts that the network gave us, whether kept or not, that it was asked about again, or that it showed
    when a key was tried.
    """
    polled = Poll.objects.filter(source=source, slot__gte=since).aggregate(all=Sum("fetched", default=0))
    asked = Recheck.objects.filter(source=source, at__gte=since).aggregate(all=Sum("asked", default=0))
    tried = KeyCheck.objects.filter(source=source, at__gte=since).aggregate(all=Sum("seen", default=0))
    return int(polled["all"] + asked["all"] + tried["all"])


def tried(source: Source, seen: int, at: datetime) -> None:
    """Put down what a reading was shown that stored nothing."""
    if seen:
        KeyCheck.objects.create(source=source, at=at, seen=seen)


def read_this_month(source: Source, now: datetime) -> int:
    begins_at, _ = budget.month_of(now, timezone.get_default_timezone())
    return read(source, begins_at)


def stage(source: Source, now: datetime) -> Stage:
    found = month(source, now)
    return stage_of(source, found) if found else Stage.FREE


def stage_of(source: Source, found: Month) -> Stage:
    return budget.stage(found, told_at(source, found.now))


def told_at(source: Source, now: datetime) -> datetime | None:
    """When admins heard, if it was of this month."""
    begins_at, _ = budget.month_of(now, timezone.get_default_timezone())
    return source.told_at if source.told_at and source.told_at >= begins_at else None


@dataclass(frozen=True)
class Part:
    """What is asked in one go."""

    queries: Sequence[Listening]
    cursor: Cursor
    group: str = ""  # empty: all together
    kept: Mapping[str, Any] | None = None  # the source's cursor as it stands, of a group

    def connection(self, connection: Connection) -> Connection:
        if not self.group or self.cursor or "backfill_hours" not in connection.options:
            return connection
        return replace(connection, options={**connection.options, "backfill_hours": FRESH_HOURS})

    def stored(self, page: Page) -> Page:
        """The page with the cursor that the source is to keep."""
        if not self.group:
            return page
        whole = dict(self.kept or {})
        return replace(
            page, cursor={**whole, GROUPS: {**whole.get(GROUPS, {}), self.group: dict(page.cursor)}}
        )

    def after(self, page: Page) -> "Part":
        """What is left of it once this page is stored."""
        return replace(self, kept=self.stored(page).cursor) if self.group else self


def parts(source: Source, slot: datetime, listening: Sequence[Listening], now: datetime) -> Iterator[Part]:
    """All at once as a rule; group by group while the source saves; nothing at a turn that is left out."""
    at = stage(source, now)
    if at is Stage.FREE:
        yield Part(listening, {name: value for name, value in source.cursor.items() if name != GROUPS})
        return
    turn = (slot - EPOCH) // source.poll_every
    paces = dict(
        Query.objects.filter(pk__in=[each.query_id for each in listening]).values_list(
            "pk", "watchlist__pace"
        )
    )
    for group in sorted(budget.asked(at, turn)):
        queries = [each for each in listening if paces.get(each.query_id, "usual") == group]
        if queries:
            kept = Source.objects.values_list("cursor", flat=True).get(pk=source.pk)
            yield Part(queries, dict(kept.get(GROUPS, {}).get(group, {})), group, kept)


def streamed(source: Source, listening: Sequence[Listening], now: datetime) -> Sequence[Listening]:
    """What a stream is asked for. It can't ask less often: only reserve and end hold it back."""
    found = month(source, now)
    at = stage_of(source, found) if found else Stage.FREE
    if found and at is Stage.SPENT:
        raise QuotaExhausted(
            "The posts of this month are read; it goes on with the next.", retry_at=found.ends_at
        )
    if at is not Stage.RESERVE:
        return listening
    ids = [each.query_id for each in listening]
    safety = set(Query.objects.filter(pk__in=ids, watchlist__pace="safety").values_list("pk", flat=True))
    return [each for each in listening if each.query_id in safety]
