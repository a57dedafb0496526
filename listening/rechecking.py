"""Asking networks what became of stored posts: what was deleted there is erased here.

1. `due` names the sources that hold posts to look up, and whose network may be asked now
2. `recheck` takes one call's worth of them, moves each to its next time before the call, and asks
3. deleted and protected ones are erased through `removal`; an edit enters as a poll would bring it
4. the call is written down, with what came of it; one that failed is tried again later, and not at once

The number of calls keeps within the network's limits: one a minute, and none while it asks to be left alone.
Posts are moved on before the call, so that two workers, or one that dies, do not ask twice at once; where
the call fails they are due again in its next try.

What was heard by a source that can look up nothing (a feed) is looked up by a kin of the same hospital. An
edit then enters by the door of the source that heard it, and only if it was made after it was heard: two
kinds may write one text differently.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from listening import connections, kin, leases, removal, sorting, sweep, terms, vault
from listening.care import Care
from listening.ingest import take_in
from listening.models import Mention, Poll, Recheck, Source
from listening.models.mention import MentionQuerySet
from listening.signals import mentions_stored
from listening.sorting import Clock
from listening.sources import adapters
from listening.sources.contract import Fate, Page, Post, Rechecks, SourceError

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
    """One call's worth of stored posts: their mentions, of two hospitals maybe, by the id at the network."""

    ids: Mapping[str, Sequence[int]]
    fates: Mapping[str, Fate]

    def mentions(self, *names: str) -> list[int]:
        return [pk for key, fate in self.fates.items() if fate.name in names for pk in self.ids[key]]

    def all(self) -> list[int]:
        return [pk for each in self.ids.values() for pk in each]


def due(now: datetime) -> list[int]:
    """Sources with posts to look up, whose network may be asked."""
    asked = [each for each in Source.objects.polled().exclude(limited_until__gt=now) if _can(each.kind)]
    return [each.pk for each in asked if _may(each, now) and _waiting(each, now).exists()]


def _waiting(source: Source, now: datetime) -> MentionQuerySet:
    """What it is to look up: its own, and in its hospital what kin heard that can look up nothing."""
    lent = [each.pk for each in kin.of(source) if not _can(each.kind)]
    place = {"facility": source.facility_id} if source.facility_id else {}
    whose = Q(source=source) | Q(source__in=lent, **place)
    return Mention.objects.filter(whose, is_gone=False, recheck_at__lte=now)


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
        return _failed(source, _Asked(ids, {}), error, clock())
    asked = _Asked(ids, {key: fate for key, fate in fates.items() if key in ids})
    if _is_doubtful(source, asked):
        return _doubted(source, asked, clock())
    edited = _edits(source, asked, clock)
    return _settle(source, asked, edited, clock())


@transaction.atomic
def _take(source: Source, most: int, now: datetime) -> dict[str, list[int]]:
    """The ones that are due for longest, each moved to its next time."""
    waiting = _waiting(source, now).select_for_update(of=("self",), skip_locked=True)
    rows = list(waiting.order_by("recheck_at").only("pk", "external_id", "published_at")[:most])
    for row in rows:
        row.recheck_at = terms.recheck_at(source.kind, row.published_at, now)
    Mention.objects.bulk_update(rows, ["recheck_at"])
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row.external_id, []).append(row.pk)
    return found


def _failed(source: Source, asked: _Asked, error: Exception, now: datetime) -> Recheck:
    failures = _failures(source)
    wait = min(FIRST_WAIT * 2**failures, LONGEST_WAIT, terms.slowest(source.kind))
    until = max(now + wait, getattr(error, "retry_at", None) or now)
    message = error.message if isinstance(error, SourceError) else str(error)
    Mention.objects.filter(pk__in=asked.all()).update(recheck_at=now)
    return Recheck.objects.create(source=source, at=now, error=message[:500], next_at=until)


def _failures(source: Source) -> int:
    """In a row, as far as it matters to the wait."""
    last = Recheck.objects.filter(source=source).values_list("error", flat=True)[:8]
    return next((count for count, error in enumerate(last) if not error), len(last))


def _is_doubtful(source: Source, asked: _Asked) -> bool:
    """Most of many gone at once is more likely the network's mistake: what is erased does not come back."""
    gone = sum(fate.name in GONE for fate in asked.fates.values())
    if gone < FEW or gone * 2 < len(asked.ids):
        return False
    last = Recheck.objects.filter(source=source).first()
    return last is None or last.error != DOUBT


def _doubted(source: Source, asked: _Asked, now: datetime) -> Recheck:
    """Looked up once more in a while; then it is believed."""
    Mention.objects.filter(pk__in=asked.all()).update(recheck_at=now)
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
    """Edited posts, by the doors of the sources that heard them; how many were news."""
    edited = Mention.objects.filter(pk__in=asked.mentions("edited")).select_related("source")
    doors: dict[Source, list[Mention]] = {}
    for mention in edited.annotate(replaced_at=Max("versions__replaced_at")):
        post = asked.fates[mention.external_id].post
        if post and (mention.source_id == source.pk or _is_later(post, mention)):
            doors.setdefault(mention.source, []).append(mention)
    return sum(_enter(door, heard, asked, clock) for door, heard in doors.items())


def _is_later(post: Post, mention: Any) -> bool:
    """Whether it was edited after what is stored of it was heard."""
    heard = [mention.collected_at, mention.edited_at, mention.replaced_at]
    return post.edited_at is not None and post.edited_at > max(at for at in heard if at)


def _enter(door: Source, heard: Sequence[Mention], asked: _Asked, clock: Clock) -> int:
    """Through the door of every post: matched, read, a version kept, all in one transaction.

    A poll of the source that runs meanwhile has the door; then these edits wait for the next time.
    """
    owed = sweep.open_poll(door, clock())
    lease = leases.claim(owed.pk, clock()) if owed else None
    if owed is None or lease is None:
        Mention.objects.filter(pk__in=[each.pk for each in heard]).update(recheck_at=clock() + PACE)
        return 0
    posts = [post for each in heard if (post := asked.fates[each.external_id].post)]
    try:
        listener = sorting.listener_for(door)
        cursor = Source.objects.values_list("cursor", flat=True).get(pk=door.pk)
        counts = take_in(Page(posts, cursor), listener, lease, Care(owed, door, lease), clock)
        lease.close(clock(), Poll.State.DONE)
    finally:
        leases.let_go(owed.pk)
    return counts.updated
