"""The wall's pages on a large archive, asked as signed-in people ask.

`manage.py bench archive --mentions 5000000` says how large; it holds a year of them, or less.
"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.bench import MENTIONS, filling
from config.bench.table import Figure, percentile
from hospital.models import Membership, Role
from listening.models import Source

YEAR = timedelta(days=365)
TURNS = 20


def pages(mentions: int) -> dict[str, str]:
    """What people open, on an archive of so many."""
    halfway = timezone.now() - pace(mentions) * (mentions // 2)
    before = f"{halfway:%Y-%m-%dT%H:%M:%SZ}_1"
    return {
        "wall, first page": "/",
        "wall, one facility": "/?facility=main",
        "wall, the smallest facility": "/?facility=annex",
        "wall, negative": "/?sentiment=negative",
        "wall, neutral": "/?sentiment=neutral",
        "wall, positive": "/?sentiment=positive",
        "wall, the smallest facility, positive": "/?facility=annex&sentiment=positive",
        "wall, one source": "/?source=bench",
        "wall, a silent source": "/?source=silent",
        "wall, only about us": "/?about=us",
        "wall, last hour": "/?within=hour",
        "wall, big screen": "/?view=wall",
        "wall, counts and feeds": "/wall/status/",
        "wall, older praise": f"/wall/older/praise/?before={before}",
        "wall, older needs": f"/wall/older/needs/?before={before}",
        "search, a common word": "/search/?q=northfield",
        "search, a phrase": "/search/?q=%22chairs+were+taken%22",
        "search, a rare word": "/search/?q=zebrawing",
    }


def pace(mentions: int) -> timedelta:
    """How far apart: of many, such that a year holds them all."""
    return min(filling.EVERY, YEAR / mentions)


def measure(*, is_small: bool, mentions: int = MENTIONS) -> Iterator[Figure]:
    """Milliseconds in the database for each page, on a large archive beside a small one."""
    small, large, turns = (1_000, 10_000, 3) if is_small else (10_000, mentions, TURNS)
    Source.objects.create(slug="silent", name="Silent", kind=Source.IMPORT, next_poll_at=timezone.now())
    filling.fill(1, small, every=pace(large))
    asked = [*questions(large)]
    before = {name: database_ms(client, page, turns) for name, client, page in asked}
    filling.fill(small + 1, large, every=pace(large))
    for name, client, page in asked:
        taken = database_ms(client, page, turns)
        yield Figure(
            f"{name}: queries at {large:,} mentions, p95", taken, "ms", f"at {small:,}", before[name]
        )


def questions(mentions: int) -> Iterator[tuple[str, Client, str]]:
    """Who asks for what: somebody who may see everything, and somebody who may see two places."""
    everywhere, somewhere = client_for("bench-all"), client_for("bench-two", "west", "annex")
    for name, page in pages(mentions).items():
        yield name, everywhere, page
    for name in ("wall, first page", "wall, counts and feeds", "search, a rare word"):
        yield f"{name}, of two facilities", somewhere, pages(mentions)[name]


def client_for(username: str, *places: str) -> Client:
    person = User.objects.create_user(username)
    for place in map(filling.facility, places) if places else (None,):
        Membership.objects.create(user=person, role=Role.MANAGER, facility=place)
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    return client


def database_ms(client: Client, page: str, turns: int) -> float:
    client.get(page)
    taken = []
    for _ in range(turns):
        stopwatch = Stopwatch()
        with connection.execute_wrapper(stopwatch):
            answer = client.get(page)
        if answer.status_code != 200:
            raise RuntimeError(f"{page} answered {answer.status_code}")
        taken.append(stopwatch.seconds * 1000)
    return percentile(taken, 95)


class Stopwatch:
    """Adds up the time of every query that passes."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            self.seconds += time.perf_counter() - began
