"""One page into the database, in one transaction: all of it or nothing.

The order of locks is the same for every writer: the poll, authors by their id, the order of the wall, which
is held until the commit, and only then mentions: a story reaches for those that others have stored. Whoever
changes a mention elsewhere takes the wall's number before the row.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from hospital.models import Facility
from listening import (
    authors,
    bulk,
    editing,
    exclusions,
    joining,
    kin,
    labels,
    quarantine,
    removal,
    terms,
    wall_sequence,
)
from listening.blocks import Seen
from listening.intake import Arrival, Known, Refused
from listening.joining import Fresh
from listening.leases import Lease
from listening.models import Match, Mention, Source
from listening.models.mention import RESTRICTED_LANES
from listening.queries.asked import source_names
from listening.reading.analysis import Reading
from listening.reading.lanes import SAFETY, URGENT_LEVELS
from listening.reading.sameness import Said
from listening.signals import mentions_stored


@dataclass(frozen=True)
class Read:
    """An arrival that is to be stored, with what was read from it and what is stored of it already."""

    arrival: Arrival
    reading: Reading
    facility_id: int | None
    known: Known | None = None
    reader_version: str = ""
    is_history: bool = False  # too old for anybody to act on: kept without asking the rules

    @property
    def is_restricted(self) -> bool:
        """A voice of staff: who wrote it is not kept."""
        return self.reading.lane.name in RESTRICTED_LANES

    @property
    def is_urgent(self) -> bool:
        lane = self.reading.lane
        return not self.is_history and (lane.name in SAFETY or lane.level in URGENT_LEVELS)


@dataclass
class Sorted:
    """What is to become of each post of a page."""

    read: list[Read] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    removed: list[Known] = field(default_factory=list)  # stored here, and taken away at the source
    placed: list[tuple[int, int]] = field(default_factory=list)  # mention and facility: a kin knew of none
    heard_at: datetime | None = None  # when the newest was published that stays with a kin
    unchanged: int = 0
    dropped: int = 0


@dataclass(frozen=True)
class Counts:
    """Where the posts of a page went; `fetched` is the sum, so nothing can be missing."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    dropped: int = 0
    quarantined: int = 0

    @property
    def fetched(self) -> int:
        return self.inserted + self.updated + self.unchanged + self.dropped + self.quarantined

    def as_changes(self) -> dict[str, Any]:
        names = ("fetched", "inserted", "updated", "unchanged", "dropped", "quarantined")
        return {name: F(name) + getattr(self, name) for name in names}


@transaction.atomic
def page(
    sorted_page: Sorted,
    *,
    source: Source,
    lease: Lease,
    cursor: dict[str, Any] | None,
    gap: str,
    now: datetime,
    also: Callable[[], object] | None = None,
) -> Counts:
    """Store a page, move the source's cursor if it has one, and count it in the poll. LostLease undoes all of
    it, and with it what is done `also`."""
    lease.renew(now)
    if also:
        also()
    if cursor is not None:
        Source.objects.filter(pk=source.pk).update(cursor=cursor)
    for refused in sorted_page.refused:
        quarantine.put(refused, source, now)
    ids = _mentions(sorted_page, source, now)
    removed = removal.erase([known.mention_id for known in sorted_page.removed])
    quarantine.release([read.arrival.post.external_id for read in sorted_page.read], source, now)
    if ids.inserted or kin.is_news(sorted_page.heard_at, source):
        Source.objects.filter(pk=source.pk).update(last_item_at=now, silent_since=None)
    counts = _counted(sorted_page, ids, removed)
    lease.renew(
        now,
        pages=F("pages") + int(cursor is not None),
        suspect="",
        **({"gap": gap[:300]} if gap else {}),
        **counts.as_changes(),
    )
    transaction.on_commit(partial(_ring, ids, sorted_page.read, removed))
    return counts


def _counted(page: Sorted, ids: "_Stored", removed: Sequence[int]) -> Counts:
    inserted, updated, placed = len(ids.inserted), len(ids.updated), len(ids.placed)
    looked_at = len(page.read) + len(page.placed)
    return Counts(
        inserted=inserted,
        updated=updated + len(removed) + placed,
        unchanged=page.unchanged + looked_at - inserted - updated - placed,
        dropped=page.dropped,
        quarantined=len(page.refused),
    )


@dataclass(frozen=True)
class _Stored:
    inserted: Mapping[str, int]  # mention ids by external id
    updated: Mapping[str, int]
    placed: Sequence[int] = ()


def _mentions(page: Sorted, source: Source, now: datetime) -> _Stored:
    read = page.read
    if not read:
        return _Stored({}, {}, kin.place(page.placed))
    author_ids = authors.store(each.arrival for each in read if not each.is_restricted)
    changed = [(each, each.known) for each in read if each.known]
    said = [_said(each) for each in read]  # before the lock: it takes a while
    numbers = iter(wall_sequence.take(len(read)))
    held = exclusions.held(_seen(read, source, author_ids), now)
    heard, placed = kin.met(source, [(each.arrival, each.facility_id) for each in read if not each.known])
    new = [each for each in read if not each.known and each.arrival.post.external_id not in heard]
    standing = editing.standing([known.mention_id for _, known in changed])
    for each, known in changed:
        editing.keep_version(each.arrival, known, standing.get(known.mention_id), now)
    inserted = _insert([_row(each, source, author_ids, held, next(numbers), now) for each in new])
    updated = {
        each.arrival.post.external_id: known.mention_id
        for each, known in changed
        if editing.update(
            known, _row(each, source, author_ids, held, next(numbers), now), standing.get(known.mention_id)
        )
    }
    labels.end_for_edits(updated.values(), now)
    _matches(read, {**inserted, **updated}, stale=list(updated.values()))
    _stories(read, said, inserted, updated, held, now)
    return _Stored(inserted, updated, kin.place([*page.placed, *placed]))


def _row(
    read: Read,
    source: Source,
    author_ids: Mapping[tuple[str, str], int],
    held: Mapping[str, int],
    number: int,
    now: datetime,
) -> dict[str, Any]:
    arrival, reading = read.arrival, read.reading
    post = arrival.post
    title, text = terms.kept(source.kind, post.title, post.text)
    return {
        "source_id": source.pk,
        "external_id": post.external_id,
        "network": arrival.network,
        "kind": post.kind,
        "url": post.url,
        "author_id": None if read.is_restricted else author_ids.get(authors.key_of(arrival)),
        "parent_external_id": post.parent_id,
        "title": title,
        "text": text,
        "is_truncated": arrival.is_truncated,
        "content_hash": arrival.content_hash,
        "rating": post.rating,
        "facility_id": read.facility_id,
        "published_at": arrival.published_at,
        "is_published_guessed": arrival.is_published_guessed,
        "edited_at": post.edited_at if post.edited_at and post.edited_at.tzinfo else None,
        "collected_at": now,
        "is_gone": False,
        "recheck_at": terms.recheck_at(source.kind, arrival.published_at, now),
        "exclusion_id": held.get(post.external_id),
        **columns_of(reading),
        "reader_version": read.reader_version,
        "set_by_people": [],
        "wall_seq": number,
        "processed_at": now if read.is_history else None,
        "route_attempts": 0,
    }


def columns_of(reading: Reading) -> dict[str, Any]:
    """What a mention keeps of a reading, by column. Reading it again writes the same ones."""
    return {
        "language": reading.language,
        "sentiment": reading.tone.label,
        "score": reading.tone.score,
        "severity": reading.lane.severity,
        "level": reading.lane.level,
        "lane": reading.lane.name,
        "reasons": reading.reasons,
        "about_us": reading.about.answer,
        "topics": list(reading.topics),
        "identifiers": spans_of(reading),
    }


def _seen(
    read: Iterable[Read], source: Source, author_ids: Mapping[tuple[str, str], int]
) -> Iterator[tuple[str, Seen]]:
    """Posts as exclusions see them. A voice of staff falls under none: two roles alone know of it."""
    slugs = dict(Facility.objects.values_list("pk", "slug"))
    for each in read:
        if each.is_restricted:
            continue
        seen = exclusions.seen_of_post(
            each.arrival.post,
            source=source_names(source.slug, source.kind, each.arrival.network),
            language=each.reading.language,
            author_id=author_ids.get(authors.key_of(each.arrival)),
            facility_id=each.facility_id,
            slugs=slugs,
        )
        yield each.arrival.post.external_id, seen


def _said(read: Read) -> Said:
    post = read.arrival.post
    return joining.said(post.text, post.title, post.kind, post.url)


def _stories(
    read: Sequence[Read],
    said: Sequence[Said],
    inserted: Mapping[str, int],
    updated: Mapping[str, int],
    held: Mapping[str, int],
    now: datetime,
) -> None:
    """A voice of staff joins none: a count or a link would lead to it."""
    alone = joining.alone(updated.values()) if updated else set()
    ids = {**inserted, **{external_id: pk for external_id, pk in updated.items() if pk in alone}}
    fresh = [
        Fresh(pk, each.facility_id, each.arrival.published_at, words)
        for each, words in zip(read, said, strict=True)
        if (pk := ids.get(each.arrival.post.external_id))
        and not each.is_restricted
        # Nor does what is said to be not about us, until it comes back.
        and (each.arrival.post.external_id not in held or each.reading.lane.name in SAFETY)
    ]
    joining.join(fresh, now)


def spans_of(reading: Reading) -> dict[str, list[tuple[str, int, int]]]:
    """Identifiers as a mention keeps them: kind, start and end, in the text and in the title."""
    return {
        "text": [(each.kind, each.start, each.end) for each in reading.identifiers],
        "title": [(each.kind, each.start, each.end) for each in reading.title_identifiers],
    }


JSON_COLUMNS = frozenset({"reasons", "identifiers"})


def _insert(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Insert what is not there; ids of exactly the new ones."""
    if not rows:
        return {}
    names = list(rows[0])
    values = [bulk.adapted(row, as_json=JSON_COLUMNS) for row in rows]
    sql = (
        f"INSERT INTO listening_mention ({', '.join(names)}) VALUES %s "  # noqa: S608 - names are ours
        "ON CONFLICT (source_id, external_id) DO NOTHING RETURNING external_id, id"
    )
    return dict(bulk.write(sql, values, fetch=True))


def _matches(read: Iterable[Read], ids: Mapping[str, int], *, stale: list[int]) -> None:
    if stale:
        Match.objects.filter(mention_id__in=stale).delete()
    wanted = [
        (ids[each.arrival.post.external_id], hit.query_id, json.dumps(hit.spans))
        for each in read
        for hit in each.arrival.hits
        if each.arrival.post.external_id in ids
    ]
    # A query may have been removed since the poll began: what it found stays, without it.
    living = _living({query_id for _, query_id, _ in wanted})
    values = [row for row in wanted if row[1] in living]
    if values:
        bulk.write(
            "INSERT INTO listening_match (mention_id, query_id, spans) VALUES %s ON CONFLICT DO NOTHING",
            values,
        )


def _living(query_ids: set[int]) -> set[int]:
    if not query_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM listening_query WHERE id = ANY(%s) FOR KEY SHARE", [list(query_ids)])
        return {row[0] for row in cursor.fetchall()}


def _ring(ids: _Stored, read: Iterable[Read], removed: list[int]) -> None:
    stored = {**ids.inserted, **ids.updated}
    if stored or removed or ids.placed:
        urgent = [
            stored[e.arrival.post.external_id]
            for e in read
            if e.is_urgent and e.arrival.post.external_id in stored
        ]
        # Robust: what is stored is stored, and a listener's fault is for its own sweep to mend.
        mentions_stored.send_robust(
            sender=Mention, ids=sorted([*stored.values(), *ids.placed, *removed]), urgent_ids=sorted(urgent)
        )
