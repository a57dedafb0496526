"""One source, listened to: open, read, store, and come back after it broke."""

import logging
import random
from collections.abc import Sequence
from contextlib import suppress
from threading import Event

from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone

from listening import ingest, leases, rechecking, sorting, spending
from listening.care import Care
from listening.leases import Lease, LostLease
from listening.models import Poll, Source
from listening.signals import answers_seen
from listening.sorting import Clock
from listening.sources import adapter_for, listened
from listening.sources.contract import BadPayload, Connection, Page, SourceError, Unavailable
from listening.sources.contract import Listening as Query
from listening.sources.listened import OpenStream
from listening.sources.push import Asks, CursorTooOld, Pushes, Told
from listening.streams import batches, connecting, stretches
from listening.streams.batches import Batch
from listening.streams.connecting import Step, Times
from listening.streams.filling import MAY_WAIT, Filling
from listening.watchlists import Watched

logger = logging.getLogger(__name__)

GLANCE = 0.25
"""How long one read waits at most, so that a stop is noticed."""

PAUSE = 2.0
"""Between two looks at a source that another process holds, or that is not to be asked yet."""


def listen(source_id: int, stopping: Event, clock: Clock = timezone.now) -> None:
    """Until the process is to stop, or the source is no more to be listened to."""
    is_away = False
    while not stopping.is_set():
        try:
            source = Source.objects.filter(pk=source_id, is_active=True, paused_reason="").first()
            if source is None:
                break
            is_away = False
            held = stretches.take(source, clock()) if stretches.may_begin(source, clock()) else None
            if held is not None:
                Listening(source, held, stopping, clock).run()
                continue
        except (OperationalError, InterfaceError):
            # The database is away. What was not stored is told again from where the cursor stands.
            if not is_away:
                logger.warning("stream of source %d: the database is away", source_id)
            is_away = True
            connections.close_all()
        stopping.wait(PAUSE)
    connections.close_all()


class Listening:
    """One connection, and the row it is listened under."""

    def __init__(self, source: Source, lease: Lease, stopping: Event, clock: Clock) -> None:
        self.source, self.lease, self.stopping, self.clock = source, lease, stopping, clock
        # Another may have moved the cursor between the look at the source and the lease.
        source.refresh_from_db()
        self.adapter: Pushes = adapter_for(source.kind)  # type: ignore[assignment]
        self.times, self.has_heard = Times.begun(clock()), False
        self.asked_for: Watched | None = None
        self._begin_row()

    def run(self) -> None:
        try:
            self._connect()
        except LostLease:
            logger.warning("stream of source %d: another process took over", self.source.pk)
        except SourceError as error:
            with suppress(LostLease):
                self._ended_by(error)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            with suppress(LostLease):
                self._failed(error)
            raise
        finally:
            leases.let_go(self.lease.poll_id)

    def _begin_row(self) -> None:
        poll = Poll.objects.get(pk=self.lease.poll_id)
        self.care = Care(poll, self.source, self.lease)
        # The last listener died over something: until that is passed, all is looked at with care.
        self.careful_over = batches.MOST_TOLD if poll.attempts > 1 else 0

    def _connect(self) -> None:
        connection = ingest.connection_of(self.source)
        self.listener = sorting.listener_for(self.source)
        self.batch = Batch(dict(self.source.cursor))
        self.asked, self.asked_for = self._asks(connection), self.listener.watched
        stream = listened.opened(self.adapter, connection, self._wanted(), self.batch.cursor)
        try:
            self._follow(stream, connection)
        except SourceError:
            self._store()
            raise
        finally:
            stream.close()

    def _follow(self, stream: OpenStream, connection: Connection) -> None:
        self.times = Times(self.clock(), self.clock(), self.clock(), self.times.turned_at)
        self.filling = Filling.begun(self.adapter, self.times.opened_at)
        while True:
            now = self.clock()
            step = connecting.next_step(
                self.times,
                now,
                silence=self.adapter.silence,
                is_due=self.batch.is_due(now),
                is_stopping=self.stopping.is_set(),
            )
            if step is Step.READ:
                if self.filling.is_due(now):
                    self._fill(connection)
                self._read(stream, connection)
            elif not self._act(step, connection):
                return

    def _act(self, step: Step, connection: Connection) -> bool:
        """Whether to go on."""
        if step is Step.HANG_UP:
            raise Unavailable(f"{self.adapter.name} fell silent.")
        self._store()
        if step is Step.STOP:
            stretches.close(self.source, self.lease, self.clock())
            return False
        if step is Step.TURN:
            self._turn()
        if step is not Step.STORE:
            return self._look(connection)
        return True

    def _look(self, connection: Connection) -> bool:
        """Take over what was changed meanwhile: a watchlist at once, a key with a new connection."""
        self.times.looked_at = self.clock()
        self.listener = sorting.listener_for(self.source)
        watched = self.listener.watched
        is_asked = self.asked_for is watched or self._asks(connection) == self.asked
        self.asked_for = watched
        if is_asked and stretches.look_after(self.source, self.times.heard_at if self.has_heard else None):
            return True
        stretches.close(self.source, self.lease, self.clock())
        return False

    def _asks(self, connection: Connection) -> list[str]:
        """What the network is told to tell."""
        return list(self.adapter.asked(connection, self._wanted())) if isinstance(self.adapter, Asks) else []

    def _wanted(self) -> Sequence[Query]:
        """What is listened for; of a network that is told, and paid, as much as the month has left."""
        queries = self.listener.watched.listening
        return (
            spending.streamed(self.source, queries, self.clock())
            if isinstance(self.adapter, Asks)
            else queries
        )

    def _turn(self) -> None:
        held, self.times.turned_at = self.lease, self.clock()
        self.lease = stretches.turn(self.source, held, self.clock())
        leases.let_go(held.poll_id)
        self._begin_row()
        self.source.refresh_from_db(fields=["monthly_posts", "told_at"])
        self.asked_for = None

    def _fill(self, connection: Connection) -> None:
        """One page of what was said while nobody listened."""
        self._store()
        self.lease.renew(self.clock())
        try:
            page = self.adapter.fill(connection, self._wanted(), self.batch.cursor)  # type: ignore[attr-defined]
            self.filling.took(page)
        except MAY_WAIT as error:
            page = Page((), self.batch.cursor, gap=self.filling.postpone(error, self.clock()))
        ingest.take_in(page, self.listener, self.lease, self.care, self.clock)
        self.batch = Batch(dict(page.cursor))
        if page.ours:
            answers_seen.send_robust(sender=Source, source_id=self.source.pk, answers=page.ours)

    def _read(self, stream: OpenStream, connection: Connection) -> None:
        messages = stream.read(GLANCE)
        if messages is None:
            return
        now = self.clock()
        self.times.heard_at, self.has_heard = now, True
        for message in messages:
            told = self.adapter.tell(connection, message, self.batch.cursor)
            if told is not None:
                told = self.filling.held(told, self.batch.cursor)
                self.batch.add(told, now, wanted=self._wants(told))
            if self.batch.told >= batches.MOST_TOLD:
                self._store()

    def _wants(self, told: Told) -> bool:
        if told.post is None:
            return False
        return self.careful_over > 0 or batches.is_wanted(told.post, self.listener, self.times.heard_at)

    def _store(self) -> None:
        """The batch as a page: rows, cursor and counts in one transaction."""
        batch, self.batch = self.batch, Batch(self.batch.cursor)
        ingest.take_in(batch.page(), self.listener, self.lease, self.care, self.clock)
        if batch.gone_at:
            rechecking.soon(self.source, batch.gone_at, self.clock())
        self.careful_over -= batch.told
        if batch.is_hopeless:
            raise BadPayload(f"{self.adapter.name} sends what can't be read.")

    def _ended_by(self, error: SourceError) -> None:
        now, lived = self.clock(), self.clock() - self.times.opened_at
        if isinstance(error, CursorTooOld) or connecting.begins_anew(error, self.source.failures):
            self._begin_anew()
        if isinstance(error, CursorTooOld):
            stretches.close(self.source, self.lease, now)
        elif connecting.is_no_failure(error, lived):
            pause = connecting.wait(1, random.random())  # noqa: S311 - not a secret
            stretches.close(self.source, self.lease, now, next_poll_at=now + pause)
        else:
            self._failed(error)

    def _begin_anew(self) -> None:
        """Give up what came after the cursor, and say so."""
        gap = self.adapter.lost_since(self.source.cursor, self.clock())
        ingest.take_in(Page((), {}, gap=gap), self.listener, self.lease, self.care, self.clock)

    def _failed(self, error: Exception) -> None:
        now = self.clock()
        stored = Source.objects.get(pk=self.source.pk)
        jitter = random.random()  # noqa: S311 - not a secret
        fields = connecting.consequences(stored, error, now, jitter=jitter)
        stretches.fail(self.source, self.lease, error, now, **fields)
