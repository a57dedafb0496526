"""The promises that what is stored must keep, each looked at in the database and answered in one line.

Whatever a sweep mends by itself within seconds is given that time before it counts as broken.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Q

from alerts.models import Reply
from hospital import audit
from hospital.models import AuditEntry
from listening.models import Exclusion, Mention, Poll, Story

SWEPT_WITHIN = timedelta(minutes=1)
ROUTED_WITHIN = timedelta(minutes=5)
SHOWN = 5
"""Ids that a failure names at most."""


@dataclass(frozen=True)
class Finding:
    name: str
    is_kept: bool
    detail: str

    def __str__(self) -> str:
        return f"{'ok ' if self.is_kept else 'FAILED'} {self.name}: {self.detail}"


def findings(now: datetime) -> Iterator[Finding]:
    for name, look in CHECKS.items():
        broken, detail = look(now)
        shown = ", ".join(str(each) for each in broken[:SHOWN]) + (" ..." if len(broken) > SHOWN else "")
        yield Finding(name, not broken, f"{detail}; broken: {shown}" if broken else detail)


Look = Callable[[datetime], tuple[list[Any], str]]
"""What breaks the promise, at most one more than is shown, and what was looked at."""


def _conservation(now: datetime) -> tuple[list[Any], str]:
    whole = F("inserted") + F("updated") + F("unchanged") + F("dropped") + F("quarantined")
    broken = Poll.objects.exclude(fetched=whole).values_list("pk", flat=True)[: SHOWN + 1]
    return [f"poll {pk}" for pk in broken], f"{Poll.objects.count():,} polls"


STORED = """
SELECT source.slug, coalesce(told.n, 0), coalesce(stored.n, 0) FROM listening_source source
LEFT JOIN (SELECT source_id, sum(inserted) n FROM listening_poll GROUP BY 1) told
    ON told.source_id = source.id
LEFT JOIN (SELECT source_id, count(*) n FROM listening_mention GROUP BY 1) stored
    ON stored.source_id = source.id
ORDER BY 1
"""


def _stored(now: datetime) -> tuple[list[Any], str]:
    # One statement: between two of them a running poll would commit.
    with connection.cursor() as cursor:
        cursor.execute(STORED)
        rows = cursor.fetchall()
    broken = [
        f"{slug} counted {told:,} and holds {stored:,}" for slug, told, stored in rows if told != stored
    ]
    return broken, f"{sum(row[2] for row in rows):,} mentions of {len(rows):,} sources"


def _once(now: datetime) -> tuple[list[Any], str]:
    twice = Mention.objects.order_by().values("source__slug", "external_id").annotate(times=Count("pk"))
    broken = twice.filter(times__gt=1)[: SHOWN + 1]
    return [f"{each['source__slug']}/{each['external_id']}" for each in broken], "each id once in its source"


def _wall_numbers(now: datetime) -> tuple[list[Any], str]:
    numbers = Mention.objects.aggregate(
        all=Count("pk"), distinct=Count("wall_seq", distinct=True), highest=Max("wall_seq")
    )
    broken = []
    if numbers["all"] != numbers["distinct"]:
        broken.append(f"{numbers['all'] - numbers['distinct']:,} missing or given twice")
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM listening_wall_seq")
        last = cursor.fetchone()[0]
    if (numbers["highest"] or 0) > last:
        broken.append(f"{last} is the last given out, {numbers['highest']} is stored")
    return broken, f"{numbers['distinct']:,} numbers, the highest {numbers['highest'] or 0}"


def _forgotten(now: datetime) -> tuple[list[Any], str]:
    since = now - SWEPT_WITHIN
    is_forgotten = Q(state=Poll.State.QUEUED, created_at__lte=since) | Q(
        state=Poll.State.RUNNING, lease_until__lte=since
    )
    unfinished = Poll.objects.unfinished()
    broken = unfinished.filter(is_forgotten).values_list("pk", flat=True)[: SHOWN + 1]
    return [f"poll {pk}" for pk in broken], f"{unfinished.count():,} polls are under way"


def _routed(now: datetime) -> tuple[list[Any], str]:
    since = now - ROUTED_WITHIN
    owed = Mention.objects.unrouted()
    # A mention that was edited is decided on anew.
    late = owed.filter(collected_at__lte=since).exclude(versions__replaced_at__gt=since)
    broken = late.order_by("pk").values_list("pk", flat=True)[: SHOWN + 1]
    return [f"mention {pk}" for pk in broken], f"{owed.count():,} mentions wait for the rules"


def _outbox(now: datetime) -> tuple[list[Any], str]:
    sending = Reply.objects.filter(state=Reply.State.SENDING)
    lapsed = sending.filter(Q(lease_until__lte=now - SWEPT_WITHIN) | Q(lease_until__isnull=True))
    broken = lapsed.values_list("pk", flat=True)[: SHOWN + 1]
    return [f"reply {pk}" for pk in broken], f"{sending.count():,} replies are being sent"


def _audit(now: datetime) -> tuple[list[Any], str]:
    broken = list(islice(audit.broken_links(), SHOWN + 1))
    return [f"entry {pk}" for pk in broken], f"a chain of {AuditEntry.objects.count():,} entries"


STORIES = """
SELECT story.id, story.count, coalesce(held.n, 0) FROM listening_story story LEFT JOIN (
    SELECT story_id, count(*) n FROM listening_mention WHERE story_id IS NOT NULL GROUP BY 1
) held ON held.story_id = story.id WHERE story.count <> coalesce(held.n, 0) ORDER BY 1 LIMIT %s
"""


def _stories(now: datetime) -> tuple[list[Any], str]:
    with connection.cursor() as cursor:
        cursor.execute(STORIES, [SHOWN + 1])
        rows = cursor.fetchall()
    broken = [f"story {pk} counts {said:,} and holds {held:,}" for pk, said, held in rows]
    return broken, f"{Story.objects.count():,} stories"


def _exclusions(now: datetime) -> tuple[list[Any], str]:
    since = now - ROUTED_WITHIN
    ended = Mention.objects.filter(exclusion__ended_at__lte=since)
    lapsed = Exclusion.objects.overdue(since).values_list("pk", flat=True)
    broken = [f"mention {pk} is still left out" for pk in ended.values_list("pk", flat=True)[: SHOWN + 1]]
    broken += [f"exclusion {pk} has not run out" for pk in lapsed[: SHOWN + 1]]
    left_out = Mention.objects.excluded().count()
    return broken, f"{Exclusion.objects.standing().count():,} leave {left_out:,} mentions out"


CHECKS: dict[str, Look] = {
    "conservation": _conservation,
    "stored": _stored,
    "once": _once,
    "wall numbers": _wall_numbers,
    "polls": _forgotten,
    "routing": _routed,
    "outbox": _outbox,
    "stories": _stories,
    "exclusions": _exclusions,
    "audit": _audit,
}
