"""Which sources are to be asked now, and which polls were forgotten. The database knows; Redis only rings."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from listening import leases
from listening.failures import FIRST_WAIT
from listening.models import Poll, Source
from listening.sources import pushing

logger = logging.getLogger(__name__)

RUNG_AGAIN_AFTER = timedelta(seconds=10)
"""How long a poll may stand queued before its bell is taken for lost."""

SOON = timedelta(seconds=8)
"""As long as pages are stored in one turn."""

IMPORT_STOPPED = "The import was stopped before its end. Run it again: what is stored is not stored twice."


def open_due(now: datetime) -> list[int]:
    """Open a poll for each source that is due, and for each with pages ahead; ids of those that are new.
    Two at once open each only once."""
    due = Source.objects.due(now).exclude(limited_until__gt=now).order_by("next_poll_at")
    opened = [open_slot(source, now) for source in due]
    opened += [open_poll(source, now, asks=False) for source in _behind(now)]
    return [poll.pk for poll in opened if poll]


def _behind(now: datetime) -> Iterable[Source]:
    """Whatever their networks say meanwhile, but those that are asked again so soon that what is urgent there
    would wait for it. One whose pages could not be stored rests for a while."""
    soon = Source.objects.due(now + SOON).exclude(limited_until__gt=now)
    failed = Poll.objects.filter(source=OuterRef("pk"), state=Poll.State.FAILED, asks=False)
    lately = failed.filter(finished_at__gt=now - FIRST_WAIT)
    behind = Source.objects.filter(behind_since__isnull=False).exclude(pk__in=soon.values("pk"))
    return behind.exclude(Exists(lately)).order_by("behind_since")


@transaction.atomic
def open_slot(source: Source, now: datetime) -> Poll | None:
    """The poll of the slot that this source was seen to be due in; None when someone was first, or the one
    before is not finished: polls of a slow source do not pile up."""
    slot = source.next_poll_at
    seen = Source.objects.filter(pk=source.pk, next_poll_at=slot)
    if not seen.update(next_poll_at=next_slot(now, source.poll_every)):
        return None
    return open_poll(source, slot)


def open_poll(source: Source, slot: datetime, *, asks: bool = True) -> Poll | None:
    """Owe a poll, or only the storing of what was read before; None while one is unfinished, or when this
    slot was polled already."""
    if Poll.objects.unfinished().filter(source=source).exists():
        return None
    try:
        with transaction.atomic():
            return Poll.objects.create(source=source, slot=slot, asks=asks)
    except IntegrityError:
        return None


def next_slot(now: datetime, every: timedelta) -> datetime:
    """The next whole multiple of the interval: the same for everyone who works it out."""
    epoch = datetime(2000, 1, 1, tzinfo=UTC)
    return epoch + ((now - epoch) // every + 1) * every


def forgotten(now: datetime) -> list[int]:
    """Polls whose bell was lost, or whose worker died; to be rung again."""
    lost = Poll.objects.forgotten(now, rung_before=now - RUNG_AGAIN_AFTER, held=leases.held())
    close_broken_imports(now)
    # A stream that died is taken up by another listener, not by a worker.
    kinds = [Source.IMPORT, *pushing()]
    return list(lost.exclude(source__kind__in=kinds).order_by("created_at").values_list("pk", flat=True))


def close_broken_imports(now: datetime) -> None:
    # A file that was being imported is not at hand here. What was stored of it stays.
    lost = Poll.objects.forgotten(now, rung_before=now - RUNG_AGAIN_AFTER, held=leases.held())
    closed = lost.filter(source__kind=Source.IMPORT).update(
        state=Poll.State.FAILED,
        finished_at=now,
        lease_until=None,
        error_kind="error",
        error=IMPORT_STOPPED,
    )
    if closed:
        logger.warning("closed %d imports that were stopped before their end", closed)
