"""From a source to the wall.

1. poll      take the poll's lease: nobody else works on it now                        (leases)
2. fetch     ask the source for a page: posts, and the cursor to keep once they are stored
3. accept    clean each post and find the queries it answers                           (intake, matching)
4. sort      drop what no query finds, leave what is stored and has not changed, by this source or its kin
                                                                                       (sorting, kin)
5. read      tone, lane, language, facility of what is new or changed, and whether it is about us
                                                                                       (analysis, facilities)
6. store     ONE transaction: mentions, versions, matches, stories, quarantined, counts, cursor
                                                                                       (storing, joining)
7. ring      after its commit, `mentions_stored` with ids
8. close     the poll with its outcome, and in the same transaction what that says of the source

A post that cannot be read is quarantined and its neighbours go on. A page that cannot be stored leaves
nothing behind, and the cursor where it was. fetched = inserted + updated + unchanged + dropped + quarantined.
"""

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from listening import connections, leases, sorting, spending, storing, vault
from listening.care import GIVE_UP_AFTER, Care
from listening.failures import consequences, limit, trouble_of
from listening.intake import Listener
from listening.leases import Lease, LostLease
from listening.models import Poll, Source
from listening.signals import answers_seen
from listening.sorting import Clock
from listening.sources import adapter_for
from listening.sources.contract import Adapter, AuthFailed, Connection, Page, SourceError

MAX_PAGES = 20
MOST_LEFT = 2**31 - 1
TURN = timedelta(seconds=8)
"""Begin no page after this. What is left comes with the source's next turn, behind the others that wait."""
LONG_TURN = timedelta(seconds=55)
"""Of a source whose listing runs over while it waits. With one last call it stays within a task's time."""
AHEAD = timedelta(seconds=10)
"""So long such a listing is read before any of it is stored: meanwhile its end falls off."""


def poll(poll_id: int, *, clock: Clock = timezone.now) -> Poll | None:
    """Do a poll that is owed; None when somebody else has it, or it is done."""
    lease = leases.claim(poll_id, clock())
    if lease is None:
        return None
    try:
        return _do(lease, clock)
    finally:
        leases.let_go(poll_id)


def _do(lease: Lease, clock: Clock) -> Poll | None:
    owed = Poll.objects.select_related("source").get(pk=lease.poll_id)
    try:
        _ask(owed, lease, clock)
    except LostLease:
        return None
    except SourceError as error:
        with suppress(LostLease):
            _fail(owed.source, lease, error, clock())
    except (OperationalError, InterfaceError):
        # The database is away: nothing can be written down. The lease runs out, and the sweep rings again.
        raise
    except Exception as error:
        with suppress(LostLease):
            _fail(owed.source, lease, error, clock())
        raise
    owed.refresh_from_db()
    return owed


def _ask(owed: Poll, lease: Lease, clock: Clock) -> None:
    source, began_at = owed.source, clock()
    if owed.attempts > GIVE_UP_AFTER and not owed.suspect:
        raise SourceError(f"The program that asked it was stopped {owed.attempts - 1} times.")
    adapter, connection = adapter_for(source.kind), connection_of(source)
    listener = sorting.listener_for(source)
    care = Care(owed, source, lease)
    runs_over = adapter.sheet.runs_over
    until = began_at + (LONG_TURN if runs_over else TURN)
    page = Page((), source.cursor)
    for part in spending.parts(source, owed.slot, listener.watched.listening, began_at):
        pages = _pages(adapter, part, connection, lease, clock, until)
        for page in _ahead(pages, lease, clock) if runs_over else pages:
            take_in(part.stored(page), listener, lease, care, clock)
            if page.ours:
                answers_seen.send_robust(sender=Source, source_id=source.pk, answers=page.ours)
            part = part.after(page)
    _close(source, lease, page, clock())


def _pages(
    adapter: Adapter, part: spending.Part, connection: Connection, lease: Lease, clock: Clock, until: datetime
) -> Iterator[Page]:
    """One after the other, as far as the turn goes; each is asked for when the one before was taken in."""
    cursor, reached = dict(part.cursor), part.connection(connection)
    for _ in range(MAX_PAGES):
        lease.renew(clock())
        page = adapter.fetch(reached, part.queries, cursor)
        yield page
        cursor = dict(page.cursor)
        if not page.has_more or _is_used_up(page) or clock() > until:
            return


def _ahead(pages: Iterator[Page], lease: Lease, clock: Clock) -> Iterator[Page]:
    """Some are read before the first is stored. What was read is stored, though a later one fails."""
    read, began_at, error = list[Page](), clock(), None
    try:
        for page in pages:
            read.append(page)
            if clock() - began_at > AHEAD:
                break
    except Exception as failed:
        error = failed
    for page in read:
        lease.renew(clock())
        yield page
    if error:
        raise error
    yield from pages


def connection_of(source: Source) -> Connection:
    try:
        return connections.open(source)
    except vault.CannotOpen as error:
        raise AuthFailed(str(error)) from None


def take_in(page: Page, listener: Listener, lease: Lease, care: Care, clock: Clock) -> storing.Counts:
    """A page from accept to store. Imported files come in here too."""
    sorted_page = sorting.sort(page, listener, care, clock)
    care.after(clock())
    return storing.page(
        sorted_page, source=listener.source, lease=lease, cursor=page.cursor, gap=page.gap, now=clock()
    )


def _is_used_up(page: Page) -> bool:
    return page.rate.remaining == 0 and page.rate.reset_at is not None


@transaction.atomic
def _close(source: Source, lease: Lease, page: Page, now: datetime) -> None:
    lease.close(now, Poll.State.DONE)
    stored = Source.objects.select_for_update(of=("self",)).get(pk=source.pk)
    if _was_away(stored, now):
        stored.live_since = now
    stored.last_success_at = now
    stored.failures, stored.last_error, stored.last_error_kind = 0, "", ""
    stored.gap = Poll.objects.get(pk=lease.poll_id).gap
    stored.limited_until = None
    if page.has_more:
        stored.next_poll_at = min(stored.next_poll_at, now)
    if _is_used_up(page):
        stored.limited_until = limit(page.rate.reset_at, now)
        stored.next_poll_at = max(stored.next_poll_at, stored.limited_until)
    stored.rate_left, stored.rate_resets_at = _counted(page.rate.remaining), page.rate.reset_at
    stored.save(update_fields=CLOSED)


def _counted(left: int | None) -> int | None:
    return None if left is None else max(0, min(left, MOST_LEFT))


def _was_away(source: Source, now: datetime) -> bool:
    """So long that its silence meanwhile says nothing."""
    longest = max(timedelta(minutes=15), 3 * source.poll_every)
    return source.last_success_at is None or now - source.last_success_at > longest


CLOSED = [
    "last_success_at",
    "failures",
    "last_error",
    "last_error_kind",
    "gap",
    "limited_until",
    "next_poll_at",
    "live_since",
    "rate_left",
    "rate_resets_at",
]


@transaction.atomic
def _fail(source: Source, lease: Lease, error: Exception, now: datetime) -> None:
    """Close the poll with what went wrong. Pages that were stored before stay stored."""
    trouble = trouble_of(error)
    lease.close(now, Poll.State.FAILED, error_kind=trouble.kind, error=trouble.message)
    stored = Source.objects.select_for_update(of=("self",)).get(pk=source.pk)
    fields = consequences(stored, error, now, jitter=random.random())  # noqa: S311 - not a secret
    Source.objects.filter(pk=source.pk).update(**fields)
