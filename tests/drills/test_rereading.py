"""Reading again while the worker dies and the broker forgets: it ends, and each mention is counted once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from listening import readers, rereading
from listening.models import Mention, Rereading, Source
from listening.rereading_leases import LEASE, RUNG_AGAIN_AFTER
from tests.base import source
from tests.drills.rig import Rig, wait_until

pytestmark = [pytest.mark.drill, pytest.mark.slow, pytest.mark.timeout(300)]

STORED = 1500
RECOVERED_WITHIN = (LEASE + RUNG_AGAIN_AFTER + timedelta(seconds=30)).total_seconds()


def test_a_killed_worker_and_an_emptied_broker_only_delay_it(rig: Rig) -> None:
    store(source("old", is_active=False))
    rig.start_worker()
    rig.start_urgent()
    rig.start_beat()
    owed = rereading.start(since=None, facility=None, by=None, at=timezone.now())
    wait_until(lambda: done(owed) > 0, within=60)
    rig.kill_children("worker")
    took = [gets_on(owed)]
    rig.broker.flushall()
    took.append(gets_on(owed))
    rig.kill("worker")
    rig.start_worker()
    took.append(gets_on(owed))
    wait_until(lambda: has_ended(owed), within=90)
    owed.refresh_from_db()
    version = readers.current().version
    assert (owed.state, owed.done, owed.unread) == (Rereading.State.DONE, STORED, 0)
    assert Mention.objects.filter(reader_version=version).count() == STORED
    print(f"\nread on {', '.join(f'{seconds:.1f}' for seconds in took)} s after each blow")


def store(old: Source) -> None:
    now = timezone.now()
    Mention.objects.bulk_create(
        Mention(
            source=old,
            external_id=str(number),
            network="x",
            text=f"Northfield kept us waiting, call {number}. Rude and filthy.",
            content_hash="0" * 64,
            published_at=now - timedelta(minutes=number),
            collected_at=now,
            processed_at=now,
            sentiment="neutral",
            score=0,
            severity=10,
            level="P4",
            lane="other",
            reader_version="old",
            wall_seq=10_000_000 + number,
        )
        for number in range(STORED)
    )


def done(owed: Rereading) -> int:
    return Rereading.objects.values_list("done", flat=True).get(pk=owed.pk)


def has_ended(owed: Rereading) -> bool:
    return not Rereading.objects.unfinished().filter(pk=owed.pk).exists()


def gets_on(owed: Rereading) -> float:
    """Seconds until more is done than now."""
    before = done(owed)
    return wait_until(lambda: done(owed) > before or has_ended(owed), within=RECOVERED_WITHIN)
