"""Reading stored mentions again with the reader in force, in the background.

1. start    owe it: one row, one at a time; it counts what was read by another reader
2. claim    take its lease; whoever else rings finds it taken
3. read     the next chunk, newest first, outside any transaction; within a second or so
4. store    ONE transaction: the row's account, what changed of each mention, its new place on the walls
5. ring     after the commit: `mentions_stored` with what walls must show and rules must hear of
6. again    the bell for the next chunk goes to the end of the queue, behind the polls that wait

A mention that is being written meanwhile is passed over, and looked for once more at the end. One that kills
the process twice is passed over: from the second attempt on, the id of each is written down before.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction

from hospital import audit
from hospital.models import Facility
from listening import readers, rewriting, stored, terms
from listening.leases import LostLease
from listening.models import Mention, Rereading
from listening.models.mention import MentionQuerySet
from listening.reading.analysis import Reader
from listening.rereading_leases import Lease, claim
from listening.rewriting import Chunk
from listening.sorting import Clock

logger = logging.getLogger(__name__)

CHUNK = 500
CHUNK_TIME = 1.0
"""Seconds of reading after which a chunk ends early: polls wait behind it."""

ROUNDS = 3
GIVE_UP_AFTER = 8
"""Attempts at one chunk, none of which came to its end: then no single mention is to blame."""


class AlreadyRunning(Exception):
    """Another one is not finished: there is only one at a time."""


def older(version: str, *, since: datetime | None = None, facility_id: int | None = None) -> MentionQuerySet:
    """Mentions that another reader read, and that still say something."""
    found = Mention.objects.filter(is_gone=False).exclude(reader_version=version)
    if unstored := terms.unstored_kinds():
        found = found.exclude(source__kind__in=unstored)
    if since is not None:
        found = found.published_since(since)
    return found if facility_id is None else found.filter(facility_id=facility_id)


def start(
    *, since: datetime | None, facility: Facility | None, by: AbstractBaseUser | None, at: datetime
) -> Rereading:
    """Owe a reading again. AlreadyRunning while one is unfinished."""
    version = readers.current().version
    total = older(version, since=since, facility_id=facility.pk if facility else None).count()
    try:
        with transaction.atomic():
            made = Rereading.objects.create(
                reader_version=version,
                since=since,
                facility=facility,
                total=total,
                by_id=by.pk if by else None,
                at=at,
                moved_at=at,
            )
            audit.record(
                "rereading.start", f"rereading {made.pk}", by=by, at=at, reader_version=version, total=total
            )
    except IntegrityError:
        raise AlreadyRunning from None
    return made


def cancel(rereading: Rereading, *, by: AbstractBaseUser | None, at: datetime) -> bool:
    """Stop it where it is; what was read again stays so. False when it had ended before."""
    with transaction.atomic():
        running = Rereading.objects.unfinished().filter(pk=rereading.pk)
        stopped = running.update(state=Rereading.State.CANCELLED, finished_at=at, lease_until=None)
        if stopped:
            audit.record("rereading.cancel", f"rereading {rereading.pk}", by=by, at=at)
    return bool(stopped)


def work(rereading_id: int, *, clock: Clock, timer: Callable[[], float] = monotonic) -> bool:
    """Do the next chunk of it; whether there is more to do. False too when somebody else has it."""
    lease = claim(rereading_id, clock())
    if lease is None:
        return False
    try:
        return _chunk(Rereading.objects.get(pk=rereading_id), lease, clock, timer)
    except LostLease:
        return False


def _chunk(rereading: Rereading, lease: Lease, clock: Clock, timer: Callable[[], float]) -> bool:
    reader = readers.current()
    if reader.version != rereading.reader_version:
        lease.close(clock(), Rereading.State.OVERTAKEN)
        return False
    if rereading.attempts > GIVE_UP_AFTER:
        logger.error("rereading %d failed %d times at one place: ended", rereading.pk, rereading.attempts)
        lease.close(clock(), Rereading.State.FAILED)
        return False
    mentions = _next(rereading)
    if not mentions:
        return _round_done(rereading, lease, clock())
    chunk = _read(mentions, reader, _Care(rereading, lease, clock), ends_at=timer() + CHUNK_TIME, timer=timer)
    rewriting.store(chunk, rereading, lease, clock())
    return True


class _Care:
    """Writes down what is about to be read, once an attempt at this chunk was killed."""

    def __init__(self, rereading: Rereading, lease: Lease, clock: Clock) -> None:
        self._is_careful = rereading.attempts > 1
        self._killer = rereading.suspect if self._is_careful else None
        self._lease, self._clock = lease, clock

    def is_killer(self, mention: Mention) -> bool:
        return mention.pk == self._killer

    def before(self, mention: Mention) -> None:
        if self._is_careful:
            self._lease.renew(self._clock(), suspect=mention.pk)


def _read(
    mentions: list[Mention], reader: Reader, care: _Care, *, ends_at: float, timer: Callable[[], float]
) -> Chunk:
    """As much as there is time for, and at least one. It ends at a killer, so that the cursor passes it."""
    read, unread = [], 0
    asked = stored.asking(mentions)
    for mention in mentions:
        if care.is_killer(mention):
            logger.error("mention %d stopped the program that read it again: passed over", mention.pk)
            unread += 1
            break
        care.before(mention)
        reading = stored.read(mention, asked(mention), reader)
        if reading is None:
            unread += 1
        else:
            read.append((mention, reading))
        if timer() >= ends_at:
            break
    return Chunk(read, unread, upto=mention.pk)


def _in_scope(rereading: Rereading) -> MentionQuerySet:
    return older(rereading.reader_version, since=rereading.since, facility_id=rereading.facility_id)


def _next(rereading: Rereading) -> list[Mention]:
    waiting = _in_scope(rereading).order_by("-pk")
    if rereading.cursor is not None:
        waiting = waiting.filter(pk__lt=rereading.cursor)
    return list(waiting[:CHUNK])


def _round_done(rereading: Rereading, lease: Lease, now: datetime) -> bool:
    """Close it, or go round once more for what others were writing when it came by."""
    left = _in_scope(rereading).count() > rereading.unread
    if left and rereading.rounds + 1 < ROUNDS:
        lease.release(now, cursor=None, rounds=rereading.rounds + 1, unread=0)
        return True
    lease.close(now, Rereading.State.DONE)
    return False
