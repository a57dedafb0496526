"""The process that listens: killed at random it loses and doubles nothing, of Jetstream, which takes up a
cursor, and of Mastodon and X, which do not; a second takes over, a stop is quick, and at 1,000 posts a second
against 1,000 queries one keeps up with one core.

`MURMUR_DRILL_POINTS` sets how many kills (`make drills` takes 20), `MURMUR_DRILL_SECONDS` how long it
listens.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psutil
import pytest
from django.db.models import Sum
from django.utils import timezone

from listening import vault
from listening.models import Mention, Poll, Source
from tests.base import watchlist
from tests.drills.rig import Rig, wait_until
from tests.timing import PATIENCE, limit

POINTS = int(os.environ.get("MURMUR_DRILL_POINTS", "2"))
SECONDS = float(os.environ.get("MURMUR_DRILL_SECONDS", "60"))

pytestmark = [pytest.mark.walk, pytest.mark.slow, pytest.mark.timeout(180 + POINTS * 30 + SECONDS)]


@pytest.fixture
def bluesky(rig: Rig) -> Source:
    return Source.objects.create(
        slug="bluesky",
        name="Bluesky",
        kind="jetstream",
        options={"api_url": rig.sandbox_url},
        next_poll_at=timezone.now(),
    )


def ask(rig: Rig, **asked: Any) -> dict[str, Any]:
    answer = httpx.post(f"{rig.sandbox_url}/_sandbox/jetstream", json=asked, timeout=30)
    answer.raise_for_status()
    return dict(answer.json())


def ledger(rig: Rig) -> dict[str, Any]:
    return dict(httpx.get(f"{rig.sandbox_url}/_sandbox/jetstream", timeout=60).json())


def seq_of(source: Source) -> int:
    source.refresh_from_db()
    return int(source.cursor.get("seq", 0))


def come_to_rest(rig: Rig, source: Source, *, within: float = 90) -> dict[str, Any]:
    """No more events: all that were are stored."""
    ask(rig, do="pace", rate=0)
    head = ledger(rig)["head"]
    wait_until(lambda: seq_of(source) >= head, within=within)
    return ledger(rig)


def assert_all_of_it_once(told: dict[str, Any]) -> None:
    stored = list(Mention.objects.values_list("external_id", flat=True))
    assert len(stored) == len(set(stored))
    assert set(stored) == set(told["served"])
    # Every event is one post, and each of them is in exactly one row of the account.
    rows = Poll.objects.aggregate(Sum("fetched"), Sum("inserted"))
    assert rows["inserted__sum"] == len(stored)
    assert rows["fetched__sum"] == told["head"] - told["first"] + 1


@pytest.mark.drill
def test_a_killed_listener_loses_and_doubles_nothing(rig: Rig, bluesky: Source) -> None:
    chance = random.Random(7)
    ask(rig, do="pace", rate=400, every=40)
    for point in range(POINTS):
        rig.start_stream()
        before = seq_of(bluesky)
        wait_until(lambda: seq_of(bluesky) > before, within=60)  # noqa: B023
        time.sleep(chance.uniform(0, 3))
        if stored := Mention.objects.filter(is_gone=False).order_by("?").first():
            ask(rig, do="delete", id=stored.external_id)
            time.sleep(chance.uniform(0, 0.5))
        rig.kill("stream")
        print(f"killed at event {seq_of(bluesky)}, kill {point + 1}")
    rig.start_stream()
    told = come_to_rest(rig, bluesky)
    assert_all_of_it_once(told)
    gone = set(Mention.objects.filter(is_gone=True, text="").values_list("external_id", flat=True))
    assert gone
    assert gone == set(told["removed"])
    print(f"{POINTS} kills, {told['head'] - told['first'] + 1} events, {len(told['served'])} of them stored")


KEYS = {"access_token": "drill", "bearer_token": "drill"}


def beginning_now(rig: Rig, network: str) -> Source:
    """A source whose stream takes up no cursor."""
    place = f"{rig.sandbox_url}/fediverse/larkmoor.example"
    options = {
        "mastodon": {"instances": place, "tags": "northfield"},
        "x": {"api_url": rig.sandbox_url},
    }
    return Source.objects.create(
        slug=network,
        name=network,
        kind=f"{network}_stream",
        options={"backfill_hours": 1, **options[network]},
        sealed_secrets=vault.seal(KEYS),
        next_poll_at=timezone.now(),
    )


def write(rig: Rig, network: str, words: str) -> str:
    post = {"network": network, "text": f"#Northfield {words}"}
    answer = httpx.post(f"{rig.sandbox_url}/_sandbox/posts", json=post, timeout=30)
    return str(answer.json()["posts"][0]["id"])


@pytest.mark.drill
@pytest.mark.parametrize("network", ["mastodon", "x"])
def test_a_killed_listener_without_a_cursor_loses_and_doubles_nothing(rig: Rig, network: str) -> None:
    chance, source, written = random.Random(11), beginning_now(rig, network), set[str]()

    def stored() -> set[str]:
        return set(Mention.objects.filter(source=source).values_list("external_id", flat=True))

    for point in range(POINTS):
        rig.start_stream()
        first = write(rig, network, f"first {point}")
        wait_until(lambda: first in stored(), within=60)  # noqa: B023
        written |= {first}
        for n in range(chance.randrange(5, 25)):
            written.add(write(rig, network, f"heard {point} {n}"))
            time.sleep(chance.uniform(0, 0.1))
        rig.kill("stream")
        written |= {write(rig, network, f"away {point} {n}") for n in range(3)}
        print(f"killed with {len(written & stored())} of {len(written)} stored, kill {point + 1}")
    rig.start_stream()
    rested = wait_until(lambda: written <= stored(), within=60)
    rows = Poll.objects.filter(source=source).aggregate(Sum("inserted"))
    assert rows["inserted__sum"] == Mention.objects.filter(source=source).count()
    print(f"{network}: {POINTS} kills, {len(written)} written, all of them stored after {rested:.1f} s")


def test_a_second_listener_takes_over_and_a_stop_is_quick(rig: Rig, bluesky: Source) -> None:
    ask(rig, do="pace", rate=50, every=5)
    rig.start_stream("one")
    wait_until(lambda: seq_of(bluesky) > 0, within=60)
    rig.start_stream("two")
    time.sleep(4)
    assert len(ledger(rig)["connects"]) == 1
    rig.kill("one")
    at = seq_of(bluesky)
    took = wait_until(lambda: seq_of(bluesky) > at, within=limit(15, beside_others=PATIENCE))
    began = time.monotonic()
    rig.running["two"].send_signal(signal.SIGTERM)
    assert rig.running.pop("two").wait(limit(5, beside_others=PATIENCE)) == 0
    print(f"taken over after {took:.1f} s; stopped within {time.monotonic() - began:.1f} s")
    assert not Poll.objects.unfinished().exists()
    rig.start_stream("three")
    assert_all_of_it_once(come_to_rest(rig, bluesky))


@pytest.mark.drill
def test_a_thousand_posts_a_second_take_at_most_one_core(rig: Rig, bluesky: Source) -> None:
    watchlist(*thousand_queries(), name="A thousand others")
    ask(rig, do="pace", rate=1000, every=200)
    rig.start_stream()
    wait_until(lambda: seq_of(bluesky) > 0, within=60)
    time.sleep(3)
    listener = psutil.Process(rig.running["stream"].pid)
    began, used, first = time.monotonic(), cpu_of(listener), seq_of(bluesky)
    behind = []
    while time.monotonic() - began < SECONDS:
        time.sleep(1)
        behind.append(ledger(rig)["head"] - seq_of(bluesky))
    elapsed, share = time.monotonic() - began, (cpu_of(listener) - used) / (time.monotonic() - began)
    rate = (seq_of(bluesky) - first) / elapsed
    print(
        f"\n{rate:.0f} posts/s against 1,001 queries for {elapsed:.0f} s: {share:.2f} of one core;"
        f" behind by {sorted(behind)[len(behind) // 2]} events at the middle, {max(behind)} at most;"
        f" load {os.getloadavg()[0]:.1f}"
    )
    assert share <= 1.0
    assert rate >= 950
    assert_all_of_it_once(come_to_rest(rig, bluesky))


def thousand_queries() -> Iterator[str]:
    """Phrases, names that many share, and words that stand in every other post beside rare ones."""
    for n in range(400):
        yield f'"river {n} clinic" OR ("mill street {n}" pharmacy)'
    for n in range(300):
        yield f'northfield (ward{n} OR "unit {n}") NOT job*'
    for n in range(300):
        yield f"(cat OR bus OR recipe OR team) surgeon{n}"


def cpu_of(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
