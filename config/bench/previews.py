"""Previews of query lines on an archive of a million mentions, asked as an admin asks: what the first answer
takes, and how much of the archive it has looked at by then. And what the index costs who stores a mention."""

import time
from collections.abc import Iterator, Sequence

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.bench import filling
from config.bench import posts as realistic
from config.bench.progress import say
from config.bench.table import Figure, percentile
from hospital.models import Membership, Role
from listening import previewing, wording
from listening.previewing import Lines

QUERIES = {
    "a rare word": "zebrawing",
    "a phrase": '"waiting room"',
    "NEAR": "hours NEAR/6 (wait* OR lobby)",
    "a prefix": "northfield park*",
    "a negative": "hospital NOT (parking OR billing OR wait*)",
    "a common word": "northfield",
    "only a field": "kind:review stars:<=2",
    "another script": "急诊",
}
RARE = "The zebrawing at Northfield is quiet today."
BATCH = 500


def measure(*, is_small: bool) -> Iterator[Figure]:
    small, large, repeats = (1_000, 5_000, 2) if is_small else (10_000, 1_000_000, 15)
    texts = [wording.storable(post.text)[:2000] for post in realistic.gather(300 if is_small else 3_000)]
    texts.append(RARE)
    client = admin()
    filling.fill(1, small, texts)
    before = {name: p95(client, line, repeats) for name, line in QUERIES.items()}
    say(f"filling the archive with {large:,} mentions")
    filling.fill(small + 1, large, texts)
    for name, line in QUERIES.items():
        yield Figure(
            f"preview of {name}, p95", p95(client, line, repeats), "ms", f"at {small:,}", before[name]
        )
        yield looked(name, line)
    yield storing(large, texts, 2_000 if is_small else 20_000)


def p95(client: Client, line: str, repeats: int) -> float:
    fields = {"name": "Bench", "lines": line, "is_active": "on"}
    taken = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        answer = client.post(reverse("watchlist-try"), fields)
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200 or b"Matches a day" not in answer.content:
            raise RuntimeError(f"{line} answered {answer.status_code} and no preview")
    return percentile(taken[1:], 95)


def looked(name: str, line: str) -> Figure:
    """Of the archive, in the first answer."""
    found = previewing.preview(Lines((line,)), facility_ids=None, now=timezone.now())
    days = f"{found.days_looked_at} of {previewing.DAYS} days" if not found.told.is_over else "all days"
    return Figure(
        f"of it looked at in that time ({days})", found.looked, "mentions", f"stored; {name}", found.stored,
        is_more_better=True,
    )  # fmt: skip


def storing(last: int, texts: Sequence[str], count: int) -> Figure:
    """Mentions stored a second, five hundred a transaction, with the index and then without it."""
    rates = []
    for first in (last + 1, last + count + 1):
        began = time.perf_counter()
        for at in range(first, first + count, BATCH):
            filling.insert(at, at + BATCH - 1, texts)
        rates.append(count / (time.perf_counter() - began))
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX IF EXISTS mention_words")
    return Figure("mentions stored with the index", rates[0], "/s", "without", rates[1], is_more_better=True)


def admin() -> Client:
    person = User.objects.create_user("bench-admin")
    Membership.objects.create(user=person, role=Role.ADMIN)
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    return client
