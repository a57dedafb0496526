"""A worker dies at a random point of a batch of 500: all 500 are stored, once, soon.

`MURMUR_DRILL_POINTS` sets how many points (`make drills` takes 20 of each kind).
"""

import os
import random
import time
from collections.abc import Callable

import pytest
from django.utils import timezone

from listening.models import Mention, Poll, Source
from tests.drills.rig import Rig, inject, wait_until

BATCH = 500
POINTS = int(os.environ.get("MURMUR_DRILL_POINTS", "1"))
RECOVERED_WITHIN = 45.0

pytestmark = [pytest.mark.walk, pytest.mark.slow, pytest.mark.timeout(120 + POINTS * 60)]


def kill_children(rig: Rig) -> None:
    rig.kill_children("worker")


def kill_whole(rig: Rig) -> None:
    rig.kill("worker")
    rig.start_worker()


@pytest.mark.parametrize("kill", [pytest.param(kill_children, marks=pytest.mark.drill), kill_whole])
def test_a_killed_worker_loses_and_doubles_nothing(rig: Rig, x: Source, kill: Callable[[Rig], None]) -> None:
    chance = random.Random(20)
    rig.start_worker()
    rig.start_urgent()
    rig.start_beat()
    store_a_batch(rig, 0)
    # The first warms the worker up; the second says how long a batch takes.
    length = store_a_batch(rig, 1)
    took = []
    for point in range(1, POINTS + 1):
        begin_a_batch(rig, point + 1)
        time.sleep(chance.uniform(0, length))
        kill(rig)
        took.append(wait_until(lambda: is_stored(point + 1), within=RECOVERED_WITHIN))  # noqa: B023
    seconds = ", ".join(f"{s:.1f}" for s in sorted(took))
    print(f"\n{kill.__name__}: a batch takes {length:.1f} s; whole after {seconds} s")
    assert_each_once()


def begin_a_batch(rig: Rig, point: int) -> None:
    """Returns as soon as a poll that meets the whole batch is running."""
    source = Source.objects.filter(slug="x")
    source.update(is_active=False)
    unfinished = Poll.objects.unfinished()
    wait_until(lambda: not unfinished.exists(), within=60)
    inject(rig, BATCH, mark=f"batch-{point}")
    source.update(is_active=True, next_poll_at=timezone.now())
    running = Poll.objects.filter(state=Poll.State.RUNNING)
    wait_until(running.exists, within=60, every=0.005)


def store_a_batch(rig: Rig, point: int) -> float:
    begin_a_batch(rig, point)
    return wait_until(lambda: is_stored(point), within=60, every=0.005)


def is_stored(point: int) -> bool:
    return Mention.objects.count() >= (point + 1) * BATCH


def assert_each_once() -> None:
    """Each text was injected once, so each is stored once, and no account of a poll is off."""
    texts = list(Mention.objects.values_list("text", flat=True))
    assert len(texts) == len(set(texts)) == (POINTS + 2) * BATCH
    for poll in Poll.objects.all():
        parts = poll.inserted + poll.updated + poll.unchanged + poll.dropped + poll.quarantined
        assert poll.fetched == parts, poll
