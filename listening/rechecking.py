"""Asking networks what became of stored posts: what was deleted there is erased here.

1. `due` names the sources that hold posts to look up, and whose network may be asked now
2. `recheck` takes one call's worth of them, moves each to its next time before the call, and asks
3. deleted and protected ones are erased through `removal`; an edit enters as a poll would bring it
4. the call is written down, with what came of it; one that failed is tried again later, and not at once

The number of calls keeps within the network's limits: one a minute, and none while it asks to be left alone.
Posts are moved on before the call, so that two workers, or one that dies, do not ask twice at once; where
the call fails they are due again in its next try.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from listening import connections, leases, removal, sorting, sweep, terms, vault
from listening.care import Care
from listening.ingest import take_in
from listening.models import Mention, Poll, Recheck, Source
from listening.signals import mentions_stored
from listening.sorting import Clock
from listening.sources import adapters
from listening.sources.contract import Fate, Page, Rechecks, SourceError

logger = logging.getLogger(__name__)

PACE = timedelta(minutes=1)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=6)
FEW = 20
CLOCKS_DIFFER = timedelta(seconds=2)
SECOND_LOOK = timedelta(minutes=15)
DOUBT = "Most of these are said to be gone. They are looked up once more before they are erased."
GONE = frozenset({"deleted", "protected"})


@dataclass(frozen=True)
class _Asked:
    """One call's worth of stored posts: mention ids by their id at the network."""

    ids: Mapping[str, int]
    fates: Mapping[str, Fate]

    def mentions(self, *names: str) -> list[int]:
        return [self.ids[key] for key, fate in self.fates.items() if fate.name in names and key in self.ids]


def due(now: datetime) -> list[int]:
    """Sources with posts to look up, whose network may be asked."""
    waiting = Mention.objects.filter(source=OuterRef("pk"), is_gone=False, recheck_at__lte=now)
    asked = Source.objects.polled().filter(Exists(waiting)).exclude(limited_until__gt=now)
    return [source.pk for source in asked if _can(source.kind) and _may(source, now)]


def soon(source: Source, written_at: Iterable[datetime], now: datetime) -> None:
    """Look up at once what was written at these moments: its network says that one of them is gone, by an id
    that is not ours."""
    near = Q()
    for at in written_at:
        near |= Q(published_at__range=(at - CLOCKS_DIFFER, at + CLOCKS_DIFFER))
    Mention.objects.filter(near, source=source, is_gone=False).update(recheck_at=now)


def _can(kind: str) -> bool:
    return isinstance(adapters().get(kind), Rechecks)


def _may(source: Source, now: datetime) -> bool:
    last = Recheck.objects.filter(source=source).first()
    return last is None or last.next_at <= now


def recheck(source_id: int, *, clock: Clock) -> Recheck | None:
    """One call; None when there is nothing to ask, or somebody else asks."""
    source, now = Source.objects.get(pk=source_id), clock()
    adapter = adapters().get(source.kind)
    if not isinstance(adapter, Rechecks) or not _may(source, now):
        return None
    ids = _take(source, adapter.most_rechecked, now)
    if not ids:
        return None
    try:
        fates = adapter.recheck(connections.open(source), list(ids))
    except (SourceError, vault.CannotOpen) as error:
        return _failed(source, ids, error, clock())
    asked = _Asked(ids, {key: fate for key, fate in fates.items() if key in ids})
    if _is_doubtful(source, asked):
        return _doubted(source, asked, clock())
    edited = _edits(source, asked, clock)
    return _settle(source, asked, edited, clock())


@transaction.atomic
def _take(source: Source, most: int, now: datetime) -> dict[str, int]:
    """The ones that are due for longest, each moved to its next time."""
    waiting = Mention.objects.select_for_update(of=("self",), skip_locked=True).filter(
        source=source, is_gone=False, recheck_at__lte=now
    )
    rows = list(waiting.order_by("recheck_at").only("pk", "external_id", "published_at")[:most])
    for row in rows:
        row.recheck_at = terms.recheck_at(source.kind, row.published_at, now)
    Mention.objects.bulk_update(rows, ["recheck_at"])
    return {row.external_id: row.pk for row in rows}


def _failed(source: Source, ids: Mapping[str, int], error: Exception, now: datetime) -> Recheck:
    failures = _failures(source)
    wait = min(FIRST_WAIT * 2**failures, LONGEST_WAIT, terms.slowest(source.kind))
    until = max(now + wait, getattr(error, "retry_at", None) or now)
    message = error.message if isinstance(error, SourceError) else str(error)
    Mention.objects.filter(pk__in=ids.values()).update(recheck_at=now)
    return Recheck.objects.create(source=source, at=now, error=message[:500], next_at=until)


def _failures(source: Source) -> int:
    """In a row, as far as it matters to the wait."""
    last = Recheck.objects.filter(source=source).values_list("error", flat=True)[:8]
    return next((count for count, error in enumerate(last) if not error), len(last))


def _is_doubtful(source: Source, asked: _Asked) -> bool:
    """Most of many gone at once is more likely the network's mistake: what is erased does not come back."""
    gone = len(asked.mentions(*GONE))
    if gone < FEW or gone * 2 < len(asked.ids):
        return False
    last = Recheck.objects.filter(source=source).first()
    return last is None or last.error != DOUBT


def _doubted(source: Source, asked: _Asked, now: datetime) -> Recheck:
    """Looked up once more in a while; then it is believed."""
    Mention.objects.filter(pk__in=asked.ids.values()).update(recheck_at=now)
    return Recheck.objects.create(
        source=source, at=now, asked=len(asked.ids), error=DOUBT, next_at=now + SECOND_LOOK
    )


@transaction.atomic
def _settle(source: Source, asked: _Asked, edited: int, now: datetime) -> Recheck:
    erased = removal.erase(asked.mentions(*GONE))
    if erased:
        transaction.on_commit(partial(_ring, erased))
        logger.info("source %d: %d posts were deleted there and are erased", source.pk, len(erased))
    return Recheck.objects.create(
        source=source,
        at=now,
        asked=len(asked.ids),
        erased=len(erased),
        edited=edited,
        unknown=len(asked.ids) - len([fate for fate in asked.fates.values() if fate.name != "unknown"]),
        next_at=now + PACE,
    )


def _ring(mention_ids: Sequence[int]) -> None:
    mentions_stored.send_robust(sender=Mention, ids=sorted(mention_ids), urgent_ids=[])


def _edits(source: Source, asked: _Asked, clock: Clock) -> int:
    """Edited posts, through the door of every post: matched, read, a version kept, all in one transaction.

    A poll of the source that runs meanwhile has the door; then these edits wait for the next time.
    """
    posts = [fate.post for fate in asked.fates.values() if fate.name == "edited" and fate.post]
    if not posts:
        return 0
    owed = sweep.open_poll(source, clock())
    lease = leases.claim(owed.pk, clock()) if owed else None
    if owed is None or lease is None:
        late = asked.mentions("edited")
        Mention.objects.filter(pk__in=late).update(recheck_at=clock() + PACE)
        return 0
    try:
        listener = sorting.listener_for(source)
        cursor = Source.objects.values_list("cursor", flat=True).get(pk=source.pk)
        counts = take_in(Page(posts, cursor), listener, lease, Care(owed, source, lease), clock)
        lease.close(clock(), Poll.State.DONE)
    finally:
        leases.let_go(owed.pk)
    return counts.updated
