"""Which mentions speak of which service: read once each, and again when a mention changes.

Mentions are read in the order of the wall's numbers, which is that of their commits: none is passed over, and
one that is edited takes a new number and is read anew.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Left

from alerts.models import OperationsCursor, OperationsSign
from listening import threads, wall_sequence
from listening.models import Mention
from listening.reading import running
from listening.reading.running import Said

RECENT = timedelta(hours=24)
"""An older post is no news of how the hospital runs: an import of last year rings nothing."""

BATCH = 500
MOST_BATCHES = 20
CURSOR = 1


def read(now: datetime) -> int:
    """Read what is new; how many mentions."""
    total = 0
    for _ in range(MOST_BATCHES):
        count = read_batch(now)
        total += count
        if count < BATCH:
            break
    return total


@transaction.atomic
def read_batch(now: datetime) -> int:
    OperationsCursor.objects.get_or_create(pk=CURSOR, defaults={"seq": _before(now)})
    # Whoever holds it reads already.
    held = OperationsCursor.objects.select_for_update(skip_locked=True).filter(pk=CURSOR).first()
    if held is None:
        return 0
    newest = wall_sequence.newest()
    mentions = list(_beyond(held.seq, newest, now))
    signs = [sign for each in mentions for sign in _signs(each)]
    # Each sign holds its mention fast, and whoever stores holds many in another order.
    wall_sequence.hold()
    OperationsSign.objects.filter(mention__in=[each.pk for each in mentions]).delete()
    OperationsSign.objects.bulk_create(signs)
    held.seq = mentions[-1].wall_seq if len(mentions) == BATCH else max(held.seq, newest)
    held.save(update_fields=["seq"])
    return len(mentions)


def _beyond(seq: int, newest: int, now: datetime) -> list[Mention]:
    recent = Mention.objects.unrestricted().published_since(now - RECENT)
    found = recent.filter(is_gone=False, wall_seq__gt=seq, wall_seq__lte=newest).order_by("wall_seq")
    wanted = ("id", "title", "lane", "topics", "wall_seq")
    return list(found.only(*wanted).annotate(excerpt=Left("text", running.LONGEST))[:BATCH])


def _signs(mention: Mention) -> list[OperationsSign]:
    return [
        OperationsSign(mention=mention, kind=each.kind, is_out=each.is_out, words=each.words)
        for each in said(mention)
    ]


def said(mention: Mention) -> tuple[Said, ...]:
    """Of a mention with its text, or with the beginning that a card reads of it."""
    kept = getattr(mention, "excerpt", None)
    text = threads.words(mention.title, mention.text if kept is None else kept)
    return running.read(text, lane=mention.lane, topics=mention.topics)


def _before(now: datetime) -> int:
    """Where to begin: just before the first number of what is recent."""
    recent = Mention.objects.published_since(now - RECENT).aggregate(first=Min("wall_seq"))["first"]
    return wall_sequence.newest() if recent is None else recent - 1
