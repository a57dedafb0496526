"""A hundred times the usual: 100 posts a second for ten minutes, through polls of several networks, while
somebody uses the wall. All are stored once, whoever is in danger is paged within a minute, the backlog is
gone within twenty, and pages come as soon as before.

`MURMUR_FLOOD_SECONDS` makes it shorter: a minute shows whether a change has slowed it down.
"""

import os
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models import Min
from django.utils import timezone

from alerts import defaults
from alerts.models import Case, Duty, Notification
from listening import vault
from listening.models import Mention, Poll, Source
from sandbox.app import build_town
from tests.drills.desk import Desk, middle, spent
from tests.drills.rig import Rig, wait_until
from tests.timing import limit

SECONDS = float(os.environ.get("MURMUR_FLOOD_SECONDS", "600"))
A_SECOND = 100
BEFORE = 20.0
PAGED_WITHIN = timedelta(seconds=60)
GONE_WITHIN = 20 * 60.0
A_PAGE_WITHIN = 2.0
NETWORKS = ("x", "x", "x", "bluesky", "reddit")
"""Where they are written, in turn: a storm is loudest on X."""

pytestmark = [pytest.mark.drill, pytest.mark.timeout(SECONDS + GONE_WITHIN + 600)]


@pytest.fixture
def networks(rig: Rig, x: Source) -> list[Source]:
    return [x, *others(rig)]


def others(rig: Rig) -> Iterator[Source]:
    options = {"api_url": rig.sandbox_url, "backfill_hours": 1}
    reddit = {**options, "subreddits": build_town(quiet=True).world.subreddits[0]}
    for kind, asked, keys in (
        ("bluesky", options, {"handle": "northfield", "app_password": "drill"}),
        ("reddit", reddit, {"client_id": "drill", "client_secret": "drill", "refresh_token": "drill"}),
    ):
        yield Source.objects.create(
            slug=kind,
            name=kind.title(),
            kind=kind,
            options=asked,
            sealed_secrets=vault.seal(keys),
            poll_every=timedelta(seconds=5),
            next_poll_at=timezone.now(),
        )


def test_a_flood_is_stored_whole_and_danger_comes_first(rig: Rig, networks: list[Source]) -> None:
    desk = made_ready(rig, networks)
    time.sleep(BEFORE)
    began, used = time.time(), spent(rig)
    written = flood(rig)
    ended, stored_by_then = time.time(), Mention.objects.count() - 1
    gone_after = until_gone(written + 1)
    until, costs = time.time(), {name: after - used[name] for name, after in spent(rig).items()}
    print(f"\n{told_of_posts(written, stored_by_then, gone_after)}")
    print(", ".join(f"{name} {1000 * cost / written:.1f}" for name, cost in costs.items()), "ms CPU a post")
    posted, stored = pages("published_at"), pages("collected_at")
    for name, waits in (
        ("posted", posted),
        ("stored", stored),
        ("stored, sent", pages("collected_at", "sent_at")),
    ):
        print(f"{len(waits)} pages from {name}: {quantiles(waits)}")
    for network in sorted(set(NETWORKS)):
        print(f"{network}: {quantiles(pages('published_at', network=network))} from posted")
    before, during = desk.pages(0, began), desk.pages(began, ended)
    for name, waits in (("before", before), ("during", during), ("after", desk.pages(ended, until))):
        print(f"{len(waits)} pages of the wall {name}: {quantiles(waits)}")
    cards = desk.cards()
    print(f"{len(cards)} cards: {quantiles(cards)}, at most {desk.letters() / 1000:.0f} kB a second")
    conserved()
    assert middle(posted, 0.95) <= PAGED_WITHIN.total_seconds()
    assert middle(during, 0.95) <= limit(A_PAGE_WITHIN, beside_others=20)


def made_ready(rig: Rig, networks: list[Source]) -> Desk:
    """Everything runs, somebody is on duty, and one case stands open."""
    defaults.ensure()
    now = timezone.now()
    for role in Duty.Role.values:
        until = now + timedelta(hours=3)
        Duty.objects.create(
            role=role, name=role, email=f"{role}@northfield.example", starts_at=now, ends_at=until
        )
    for start in (rig.start_worker, rig.start_urgent, rig.start_beat):
        start()
    for source in networks:
        done = Poll.objects.filter(source=source, state=Poll.State.DONE)
        wait_until(done.exists, within=180)
    rig.ask_sandbox(
        "posts", {"network": "x", "text": "Northfield kept us waiting for hours. Terrible service."}
    )
    wait_until(Case.objects.exists, within=120)
    desk = Desk(rig)
    desk.open("/", "/?sentiment=negative", "/?source=x", "/cases/", f"/cases/{Case.objects.get().pk}/")
    wait_until(lambda: '"page"' in rig.log("visitor"), within=120)
    return desk


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
    network = NETWORKS[number % len(NETWORKS)]
    return {"network": network, "text": f"{plain} Northfield {number}", "author": f"person{number % 5_000}"}


def until_gone(count: int) -> tuple[float, float]:
    """Seconds until all were stored, and until all were routed."""
    took = wait_until(lambda: Mention.objects.count() >= count, within=GONE_WITHIN, every=1)
    left = Mention.objects.unrouted()
    return took, took + wait_until(lambda: not left.exists(), within=GONE_WITHIN, every=1)


def told_of_posts(written: int, stored_by_then: int, gone_after: tuple[float, float]) -> str:
    texts = list(Mention.objects.values_list("text", flat=True))
    lost, doubled = written + 1 - len(set(texts)), len(texts) - len(set(texts))
    assert (lost, doubled) == (0, 0)
    return (
        f"{written} posts in {SECONDS:.0f} s: {lost} lost, {doubled} doubled,"
        f" {written - stored_by_then} behind at the end, all stored {gone_after[0]:.0f} s later,"
        f" all routed {gone_after[1]:.0f} s later; load {os.getloadavg()[0]:.1f}"
    )


def pages(since: str, until: str = "created_at", *, network: str = "") -> list[float]:
    """Seconds from when a post was written or stored to its page, of every case that has one."""
    paged = Notification.objects.pages().filter(case__isnull=False, **{f"{until}__isnull": False})
    if network:
        paged = paged.filter(case__mention__network=network)
    first = paged.values("case").annotate(first=Min(until)).values_list("case", "first")
    began = dict(Case.objects.values_list("pk", f"mention__{since}"))
    found = [(at - began[case]).total_seconds() for case, at in first]
    assert found
    return sorted(found)


def quantiles(waits: list[float]) -> str:
    if not waits:
        return "none"
    return f"p50 {middle(waits, 0.5):.2f} s, p95 {middle(waits, 0.95):.2f} s, the last {waits[-1]:.2f} s"


def conserved() -> None:
    for poll in Poll.objects.filter(state=Poll.State.DONE):
        parts = poll.inserted + poll.updated + poll.unchanged + poll.dropped + poll.quarantined
        assert poll.fetched == parts, poll
