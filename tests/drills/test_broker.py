"""The broker forgets everything, or two schedulers ring at once: the database knows what is owed."""

import time
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db.models import Count
from django.utils import timezone

from alerts import defaults
from alerts.models import Case
from listening.models import Mention, Poll, Source
from tests.drills.rig import Rig, inject, wait_until

pytestmark = [pytest.mark.walk, pytest.mark.slow, pytest.mark.timeout(240)]

QUEUED = 200


def test_an_emptied_broker_only_delays(rig: Rig, x: Source) -> None:
    """FLUSHALL with polls and routing queued and nobody yet at work."""
    defaults.ensure()
    inject(rig, QUEUED, mark="flush", text="Northfield kept us waiting six hours, rude and filthy. Awful.")
    rig.start_beat()
    wait_until(lambda: rig.broker.llen("urgent") > 0, within=30)
    Poll.objects.create(source=x, slot=timezone.now())
    rig.broker.flushall()
    rig.start_worker()
    rig.start_urgent()
    took = wait_until(lambda: Mention.objects.filter(processed_at__isnull=False).count() >= QUEUED, within=90)
    assert Case.objects.count() == QUEUED
    print(f"\nall {QUEUED} mentions stored and routed {took:.1f} s after the broker was emptied")


@pytest.mark.drill
def test_a_broker_emptied_under_load_loses_nothing(rig: Rig, x: Source) -> None:
    defaults.ensure()
    rig.start_worker()
    rig.start_urgent()
    rig.start_beat()
    for burst in range(5):
        inject(rig, QUEUED, mark=f"load-{burst}")
        time.sleep(1)
        rig.broker.flushall()
    owed = 5 * QUEUED
    took = wait_until(lambda: Mention.objects.filter(processed_at__isnull=False).count() >= owed, within=90)
    assert Mention.objects.count() == owed
    print(f"\nall {owed} mentions stored and routed {took:.1f} s after the last of 5 FLUSHALLs")


@pytest.mark.drill
def test_two_beats_poll_each_slot_once(rig: Rig, x: Source) -> None:
    rig.start_worker()
    rig.start_urgent()
    rig.start_beat("beat")
    rig.start_beat("beat-2")
    wait_until(lambda: Poll.objects.filter(state=Poll.State.DONE).count() >= 8, within=60)
    per_slot = Poll.objects.values("slot").annotate(polls=Count("id"))
    assert all(slot["polls"] == 1 for slot in per_slot)
    assert not Poll.objects.filter(attempts__gt=1).exists()
    slots = sorted(Poll.objects.values_list("slot", flat=True))[1:]
    gaps = [later - earlier for earlier, later in pairwise(slots)]
    assert min(gaps) >= timedelta(seconds=2)
