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

Where a source brings more than a turn can store, its pages go from fetch into the database as they are, and
the cursor with them: what must not wait goes on to sort at once, the rest in the turns that follow (ahead).

A post that cannot be read is quarantined and its neighbours go on. A page that cannot be stored leaves
nothing behind, and the cursor where it was. fetched = inserted + updated + unchanged + dropped + quarantined.
"""

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from listening import ahead, connections, leases, sorting, spending, storing, terms, vault
from listening.care import GIVE_UP_AFTER, Care
from listening.failures import consequences, limit, trouble_of
from listening.intake import Listener
from listening.leases import Lease, LostLease
from listening.models import PageAhead, Poll, Source
from listening.signals import answers_seen
from listening.sorting import Clock
from listening.sources import adapter_for
from listening.sources.contract import Adapter, AuthFailed, Connection, Page, SourceError

MAX_PAGES = 40
MOST_LEFT = 2**31 - 1
TURN = timedelta(seconds=8)
"""So long pages are stored as they come. From then on they are put by, and stored in the turns that follow,
behind the other sources that wait."""
READING = timedelta(seconds=12)
"""Ask for no page after this. With one last call, and a page to be stored, it stays within a task's time."""


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
    if owed.attempts > GIVE_UP_AFTER and not owed.suspect:
        raise SourceError(f"The program that asked it was stopped {owed.attempts - 1} times.")
    began_at = clock()
    store = Store(sorting.listener_for(owed.source), lease, Care(owed, owed.source, lease), clock)
    last = _read(owed, store) if owed.asks else None
    _work_off(store, until=began_at + TURN)
    _close(owed.source, lease, last, clock())


@dataclass(frozen=True)
class Store:
    """What a page meets on its way into the database."""

    listener: Listener
    lease: Lease
    care: Care
    clock: Clock

    @property
    def source(self) -> Source:
        return self.listener.source

    def take_in(self, page: Page) -> storing.Counts:
        """A page from accept to store."""
        return self._taken(page, cursor=page.cursor, gap=page.gap)

    def put_by(self, page: Page) -> None:
        """What must not wait is stored, the rest waits for a turn of its own, and the cursor goes on."""
        pressing, rest = ahead.parted(page, self.listener, self.care, self.clock)
        put = partial(ahead.put, rest, self.source, self.clock())
        self._taken(pressing, cursor=page.cursor, gap=page.gap, also=put)

    def take_off(self, kept: PageAhead) -> None:
        """Store what was put by."""
        self._taken(ahead.opened(kept), cursor=None, gap="", also=partial(ahead.done, kept))

    def _taken(self, page: Page, **how: Any) -> storing.Counts:
        sorted_page = sorting.sort(page, self.listener, self.care, self.clock)
        self.care.after(self.clock())
        return storing.page(sorted_page, source=self.source, lease=self.lease, now=self.clock(), **how)


def _read(owed: Poll, store: Store) -> Page:
    """What the network has, as far as there is time for; the last page of it."""
    source, began_at = owed.source, store.clock()
    adapter, connection = adapter_for(source.kind), connection_of(source)
    may_wait, page = terms.may_wait(source.kind), Page((), source.cursor)
    until, is_behind = began_at + (READING if may_wait else TURN), source.behind_since is not None
    for part in spending.parts(source, owed.slot, store.listener.watched.listening, began_at):
        for page in _pages(adapter, part, connection, store, until):
            is_behind = is_behind or store.clock() - began_at > TURN
            put = store.put_by if is_behind and may_wait else store.take_in
            put(part.stored(page))
            if page.ours:
                answers_seen.send_robust(sender=Source, source_id=source.pk, answers=page.ours)
            part = part.after(page)
    return page


def _pages(
    adapter: Adapter, part: spending.Part, connection: Connection, store: Store, until: datetime
) -> Iterator[Page]:
    """One after the other; each is asked for when the one before was stored or put by."""
    cursor, reached = dict(part.cursor), part.connection(connection)
    for _ in range(MAX_PAGES):
        store.lease.renew(store.clock())
        page = adapter.fetch(reached, part.queries, cursor)
        yield page
        cursor = dict(page.cursor)
        is_over = not page.has_more or _is_used_up(page) or store.clock() > until
        if is_over or ahead.is_full(store.source):
            return


def _work_off(store: Store, until: datetime) -> None:
    """What was put by, the oldest first: one page, and more where there is time for it."""
    while kept := ahead.first(store.source):
        store.lease.renew(store.clock())
        store.take_off(kept)
        if store.clock() > until:
            return


def connection_of(source: Source) -> Connection:
    try:
        return connections.open(source)
    except vault.CannotOpen as error:
        raise AuthFailed(str(error)) from None


def take_in(page: Page, listener: Listener, lease: Lease, care: Care, clock: Clock) -> storing.Counts:
    """A page from accept to store. Imported files come in here too."""
    return Store(listener, lease, care, clock).take_in(page)


def _is_used_up(page: Page) -> bool:
    return page.rate.remaining == 0 and page.rate.reset_at is not None


@transaction.atomic
def _close(source: Source, lease: Lease, page: Page | None, now: datetime) -> None:
    """`page`: the last that was read; None where the network was not asked."""
    lease.close(now, Poll.State.DONE)
    if page is None:
        return
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
