"""What another reading says, into stored mentions: in one transaction with the account of the rereading.

Rows that somebody else is writing are passed over and not waited for, and the order of the wall is taken
before any row: so a rereading, which others may wait for, never waits while it holds a mention.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Field

from listening import bulk, changes, wall_sequence
from listening.changes import SHOWN, Tally
from listening.editing import COMES_FIRST
from listening.models import Mention, Rereading
from listening.models.mention import RESTRICTED_LANES
from listening.reading.analysis import Reading
from listening.reading.lanes import SAFETY, URGENT_LEVELS
from listening.rereading_leases import Lease
from listening.signals import mentions_stored
from listening.storing import JSON_COLUMNS, columns_of

ON_SCREEN = timedelta(days=3)
"""Older posts get no new place on open walls: thousands would run through them."""

ACTED_ON = timedelta(hours=24)
"""Older posts open no case, whatever they now read as."""


@dataclass(frozen=True)
class Chunk:
    read: Sequence[tuple[Mention, Reading]]
    unread: int  # that could not be read
    upto: int  # the lowest id of them all


@dataclass(frozen=True)
class Rewrite:
    """What is to be written of one mention."""

    mention_id: int
    values: Mapping[str, Any]
    is_shown: bool
    is_urgent: bool


def differing(mention: Mention, reading: Reading, now: datetime) -> tuple[Rewrite | None, bool]:
    """What another reading writes of a mention, if anything; whether a person's decision was in its way."""
    after = columns_of(reading)
    before = stored_values(mention, after)
    if mention.lane in RESTRICTED_LANES and after["lane"] not in COMES_FIRST:
        after["lane"] = mention.lane  # what staff said in public is shown by no better reader
    changed, is_kept = changes.changed(before, after, mention.set_by_people)
    if not changed:
        return None, is_kept
    age = now - mention.published_at
    rewrite = Rewrite(
        mention.pk,
        {**before, **changed},
        is_shown=age <= ON_SCREEN and not SHOWN.isdisjoint(changed),
        is_urgent=age <= ACTED_ON and is_newly_urgent(before, changed),
    )
    return rewrite, is_kept


def stored_values(mention: Mention, columns: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(mention, name) for name in columns}


def is_newly_urgent(before: Mapping[str, Any], changed: Mapping[str, Any]) -> bool:
    is_raised = changed.get("level") in URGENT_LEVELS and before["level"] not in URGENT_LEVELS
    return changed.get("lane") in SAFETY or is_raised


@dataclass
class _Written:
    """What becomes of a chunk."""

    tally: Tally
    rewrites: list[Rewrite] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    kept: int = 0

    def add(self, mention: Mention, reading: Reading, now: datetime) -> None:
        rewrite, is_kept = differing(mention, reading, now)
        self.kept += is_kept
        if rewrite is None:
            self.unchanged.append(mention.pk)
        else:
            self.tally.add(stored_values(mention, rewrite.values), rewrite.values)
            self.rewrites.append(rewrite)


@transaction.atomic
def store(chunk: Chunk, rereading: Rereading, lease: Lease, now: datetime) -> None:
    """Write a chunk and count it. LostLease undoes all of it."""
    written = _Written(Tally.of(rereading.tally))
    lease.renew(now)
    places = iter(_places(chunk, now))
    locked = _locked([mention.pk for mention, _ in chunk.read])
    for mention, reading in chunk.read:
        row = locked.get(mention.pk)
        if row is not None and row.content_hash == mention.content_hash:
            written.add(row, reading, now)
    _write(written, places, rereading.reader_version)
    lease.release(
        now,
        cursor=chunk.upto,
        done=F("done") + len(written.rewrites) + len(written.unchanged),
        changed=F("changed") + len(written.rewrites),
        kept=F("kept") + written.kept,
        unread=F("unread") + chunk.unread,
        tally=written.tally.as_stored(),
    )
    transaction.on_commit(partial(_ring, written.rewrites))


def _places(chunk: Chunk, now: datetime) -> list[int]:
    """As many new places on the walls as the chunk can need. Most are of history and need none, and then
    the order of the wall is not held."""
    recent = sum(now - mention.published_at <= ON_SCREEN for mention, _ in chunk.read)
    return wall_sequence.take(recent) if recent else []


def _locked(ids: Sequence[int]) -> dict[int, Mention]:
    rows = Mention.objects.select_for_update(of=("self",), skip_locked=True)
    here = rows.filter(pk__in=ids, is_gone=False).defer("text", "title").order_by("pk")
    return {mention.pk: mention for mention in here}


def _write(written: _Written, places: Iterator[int], version: str) -> None:
    Mention.objects.filter(pk__in=written.unchanged).update(reader_version=version)
    urgent = [each.mention_id for each in written.rewrites if each.is_urgent]
    Mention.objects.filter(pk__in=urgent).update(processed_at=None, route_attempts=0)
    shown, quiet = [], []
    for each in written.rewrites:
        row = {"id": each.mention_id, **each.values, "reader_version": version}
        if each.is_shown:
            shown.append({**row, "wall_seq": next(places)})
        else:
            quiet.append(row)
    _update(quiet)
    _update(shown)


def _update(rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    names = list(rows[0])
    assigned = ", ".join(f"{name} = said.{name}::{_type(name)}" for name in names if name != "id")
    values = [bulk.adapted(row, as_json=JSON_COLUMNS) for row in rows]
    sql = (
        f"UPDATE listening_mention SET {assigned} "  # noqa: S608 - names are ours
        f"FROM (VALUES %s) AS said ({', '.join(names)}) WHERE listening_mention.id = said.id"
    )
    bulk.write(sql, values)


def _type(name: str) -> str:
    """The column's type without its length: a cast to the length would cut in silence."""
    column = Mention._meta.get_field(name)
    assert isinstance(column, Field)  # noqa: S101 - the names are ours
    return re.sub(r"\(\d+\)", "", str(column.db_type(connection)))


def _ring(rewrites: Sequence[Rewrite]) -> None:
    ids = sorted(each.mention_id for each in rewrites if each.is_shown)
    urgent_ids = sorted(each.mention_id for each in rewrites if each.is_urgent)
    if ids or urgent_ids:
        mentions_stored.send_robust(sender=Mention, ids=ids, urgent_ids=urgent_ids)
