"""A hundred times the usual: 100 posts a second for ten minutes, through polls. All are stored once, whoever
is in danger is paged within a minute, and the backlog is gone within twenty.

`MURMUR_FLOOD_SECONDS` makes it shorter: a minute shows whether a change has slowed it down.
"""

import os
import time
from datetime import timedelta

import pytest
from django.db.models import Min

from alerts import defaults
from alerts.models import Case, Notification
from listening.models import Mention, Poll, Source
from sandbox.app import build_town
from tests.drills.rig import Rig, wait_until

SECONDS = float(os.environ.get("MURMUR_FLOOD_SECONDS", "600"))
A_SECOND = 100
PAGED_WITHIN = timedelta(seconds=60)
GONE_WITHIN = 20 * 60.0

pytestmark = [pytest.mark.drill, pytest.mark.timeout(SECONDS + GONE_WITHIN + 300)]


def test_a_flood_is_stored_whole_and_danger_comes_first(rig: Rig, x: Source) -> None:
    defaults.ensure()
    rig.start_worker()
    rig.start_urgent()
    rig.start_beat()
    wait_until(lambda: Poll.objects.filter(state=Poll.State.DONE).exists(), within=120)
    written = flood(rig)
    stored_at_the_end = Mention.objects.count()
    took = wait_until(lambda: Mention.objects.count() >= written, within=GONE_WITHIN, every=1)
    routed = took + wait_until(lambda: not Mention.objects.unrouted().exists(), within=GONE_WITHIN, every=1)
    texts = list(Mention.objects.values_list("text", flat=True))
    assert len(texts) == len(set(texts)) == written
    waits = pages()
    print(
        f"\n{written} posts in {SECONDS:.0f} s: {written - stored_at_the_end} behind at the end, all stored"
        f" {took:.0f} s later, all routed {routed:.0f} s later; {len(waits)} pages, the middle after"
        f" {middle(waits, 0.5):.1f} s, p95 {middle(waits, 0.95):.1f} s, the last {max(waits):.1f} s;"
        f" load {os.getloadavg()[0]:.1f}"
    )
    assert middle(waits, 0.95) <= PAGED_WITHIN.total_seconds()
    for poll in Poll.objects.filter(state=Poll.State.DONE):
        parts = poll.inserted + poll.updated + poll.unchanged + poll.dropped + poll.quarantined
        assert poll.fetched == parts, poll


def flood(rig: Rig) -> int:
    """Posts as people write them, each once and each naming us; how many."""
    words, written, began = build_town(quiet=True).stream.words, 0, time.monotonic()
    while (elapsed := time.monotonic() - began) < SECONDS:
        owed = int(elapsed * A_SECOND) - written
        if owed > 0:
            numbers = range(written, written + owed)
            rig.ask_sandbox("posts", [said(words(number), number) for number in numbers])
            written += owed
        time.sleep(0.2)
    return written


def said(text: str, number: int) -> dict[str, object]:
    plain = text.encode("utf-8", "ignore").decode().replace("\x00", "")
    return {"network": "x", "text": f"{plain} Northfield {number}"}


def pages() -> list[float]:
    """Seconds from when a post was written to its page, of every case that has one."""
    paged = Notification.objects.pages().filter(case__isnull=False)
    first = paged.values("case").annotate(at=Min("created_at")).values_list("case", "at")
    written = dict(Case.objects.values_list("pk", "mention__published_at"))
    found = [(at - written[case]).total_seconds() for case, at in first]
    assert found
    return sorted(found)


def middle(waits: list[float], share: float) -> float:
    return waits[min(int(len(waits) * share), len(waits) - 1)]
