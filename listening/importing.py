"""A file into the pipeline: every row is fetched as a post of a poll is, and stored, dropped or set aside.

1. Walk the file once: which ids stand there several times? Each of their rows says what the last one says,
   so that the same file read twice changes nothing.
2. Owe a poll of the import's own source, and take its lease.
3. Walk it again, 500 rows at a time, each batch one page and one transaction.

What was published more than a day ago is history: it is stored and read, and opens no case, or an archive
would bury the queues. What a row does not date may be of today, and goes the way of every new mention.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from listening import ingest, leases, sorting, sweep
from listening.care import Care
from listening.filepost import Columns, post_of
from listening.filerows import BadFile, File
from listening.intake import ImportedPost, Listener
from listening.leases import Lease, LostLease
from listening.models import Poll, Source
from listening.sorting import Clock
from listening.sources.contract import Page, Unreadable

BATCH = 500
BATCH_CHARACTERS = 4_000_000
"""A batch must be stored well within its lease, however long its texts are."""

HISTORY_AFTER = timedelta(hours=24)

Item = ImportedPost | Unreadable


class CannotImport(Exception):
    """Why nothing is imported, or not all of it."""


@dataclass(frozen=True)
class Survey:
    """What a first walk over a file shows."""

    rows: int
    repeated: dict[str, ImportedPost]  # the last row of each id that stands there several times


def source_named(name: str, now: datetime) -> Source:
    slug = slugify(name)[:50]
    if not slug:
        raise CannotImport(f"{name!r} has no letter or digit to be called by.")
    values = {"name": name[:80], "kind": Source.IMPORT, "next_poll_at": now}
    source, _ = Source.objects.get_or_create(slug=slug, defaults=values)
    if source.kind != Source.IMPORT:
        raise CannotImport(f"{slug!r} is a source that is polled. Choose another name for the import.")
    return source


def survey(file: File, columns: Columns) -> Survey:
    found = surveyed(_items(file, columns))
    if not found.rows:
        raise BadFile(f"{file.path}: no row below the column names.")
    return found


def surveyed(items: Iterable[Item]) -> Survey:
    seen: set[str] = set()
    repeated: dict[str, ImportedPost] = {}
    rows = 0
    for item in items:
        rows += 1
        if isinstance(item, ImportedPost):
            if item.external_id in seen:
                repeated[item.external_id] = item
            seen.add(item.external_id)
    return Survey(rows, repeated)


def run(
    file: File, columns: Columns, found: Survey, *, source: Source, takes_all: bool, clock: Clock
) -> Iterator[Poll]:
    """Import a file that was surveyed; the poll as it stands after each batch, and at its end."""
    since = clock() - HISTORY_AFTER
    listener = replace(sorting.listener_for(source, takes_all=takes_all), acts_on_since=since)
    yield from take((last_said(item, found) for item in _items(file, columns)), listener, clock)


def take(items: Iterable[Item], listener: Listener, clock: Clock) -> Iterator[Poll]:
    """Items into a poll of their own; the poll as it stands after each batch, and at its end."""
    source = listener.source
    with _taken(source, clock) as (poll, lease):
        care = Care(poll, source, lease)
        for batch in _batches(items):
            ingest.take_in(_page(batch, source), listener, lease, care, clock)
            poll.refresh_from_db()
            yield poll
        _close(source, lease, clock())
        poll.refresh_from_db()
        yield poll


def _items(file: File, columns: Columns) -> Iterator[Item]:
    zone = timezone.get_default_timezone()
    return (post_of(row, columns, zone) for row in file.rows())


def last_said(item: Item, found: Survey) -> Item:
    return found.repeated.get(item.external_id, item) if isinstance(item, ImportedPost) else item


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    characters = 0
    for item in items:
        batch.append(item)
        characters += len(item.text if isinstance(item, ImportedPost) else item.raw)
        if len(batch) == BATCH or characters > BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _page(batch: Iterable[Item], source: Source) -> Page:
    posts: list[ImportedPost] = []
    unreadable: list[Unreadable] = []
    for item in batch:
        if isinstance(item, ImportedPost):
            posts.append(item)
        else:
            unreadable.append(item)
    return Page(posts, cursor=dict(source.cursor), unreadable=unreadable)


@contextmanager
def _taken(source: Source, clock: Clock) -> Iterator[tuple[Poll, Lease]]:
    """A poll of ours alone. However it ends, it is closed."""
    poll, lease = _owed(source, clock())
    try:
        yield poll, lease
    except LostLease:
        raise CannotImport(sweep.IMPORT_STOPPED) from None
    finally:
        with suppress(LostLease):  # closed already, when all went well
            lease.close(clock(), Poll.State.FAILED, error_kind="error", error=sweep.IMPORT_STOPPED)
        leases.let_go(poll.pk)


@transaction.atomic
def _owed(source: Source, now: datetime) -> tuple[Poll, Lease]:
    # In one transaction: a poll that is owed and not taken would wait for a worker that has no file.
    sweep.close_broken_imports(now)
    poll = sweep.open_poll(source, now)
    lease = leases.claim(poll.pk, now) if poll else None
    if poll is None or lease is None:
        raise CannotImport(f"Another import into {source.name} is running.")
    return poll, lease


@transaction.atomic
def _close(source: Source, lease: Lease, now: datetime) -> None:
    lease.close(now, Poll.State.DONE)
    Source.objects.filter(pk=source.pk).update(
        last_success_at=now, failures=0, last_error="", last_error_kind=""
    )
