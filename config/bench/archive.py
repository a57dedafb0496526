"""The wall's pages on an archive of a million mentions, asked as a signed-in person asks."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.bench.progress import say
from config.bench.table import Figure, percentile
from hospital.models import Facility, Membership, Role
from listening.models import Source

# In a thousand posts of the sandbox, as the readers read them: lane, level, tone.
MIX = (
    (325, "other", "P4", "neutral"),
    (227, "complaint", "P3", "negative"),
    (218, "praise", "P3", "positive"),
    (88, "other", "P4", "positive"),
    (67, "question", "P3", "neutral"),
    (45, "question", "P3", "positive"),
    (7, "complaint", "P2", "negative"),
    (7, "praise", "P3", "neutral"),
    (5, "question", "P3", "negative"),
    (4, "complaint", "P3", "neutral"),
    (2, "complaint", "P2", "positive"),
    (1, "complaint", "P2", "neutral"),
    (1, "emergency", "P0", "positive"),
    (1, "emergency", "P0", "neutral"),
    (1, "emergency", "P0", "negative"),
    (1, "threat", "P0", "negative"),
)

# Drawn by hash and so in no rhythm, each apart from the others: no plan may live on a regularity.
FILL = """
WITH drawn AS (
    SELECT n, now() - n * %(every)s::interval AS at, 1 + abs(hashint8extended(n, 1) %% 1000) AS kind,
        1 + abs(hashint8extended(n, 2) %% 1000) AS place
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
)
INSERT INTO listening_mention (source_id, external_id, network, kind, url, parent_external_id, title, text,
    is_truncated, content_hash, language, facility_id, published_at, is_published_guessed, collected_at,
    is_gone, lane, level, sentiment, score, severity, reasons, reader_version, wall_seq, processed_at,
    route_attempts, topics, identifiers, set_by_people, about_us)
SELECT %(source)s, 'archive-' || n, 'x', 'post', 'https://x.example/' || n, '', '',
    (%(texts)s::text[])[1 + abs(hashint8extended(n, 3) %% %(count)s)] || ' ' || n,
    false, md5(n::text), 'en', (%(facilities)s::bigint[])[place], at, false, at,
    false, (%(lanes)s::text[])[kind], (%(levels)s::text[])[kind], (%(tones)s::text[])[kind], 0, 0,
    '[]', 'bench', nextval('listening_wall_seq'), now(), 0, '{}', '{"text": [], "title": []}', '{}', 'yes'
FROM drawn
"""

EVERY = timedelta(seconds=30)
PLAIN = tuple(f"Waited hours at Northfield and the {number} chairs were taken again" for number in range(97))
FACILITIES = {"main": 500, "north": 300, "west": 198, "annex": 2}
"""And of how many in a thousand mentions each is the place."""


def pages(mentions: int) -> dict[str, str]:
    """What people open, on an archive of so many."""
    halfway = timezone.now() - EVERY * (mentions // 2)
    return {
        "wall, first page": "/",
        "wall, one facility": "/?facility=main",
        "wall, the smallest facility": "/?facility=annex",
        "wall, negative": "/?sentiment=negative",
        "wall, positive": "/?sentiment=positive",
        "wall, one source": "/?source=bench",
        "wall, last hour": "/?within=hour",
        "wall, big screen": "/?view=wall",
        "wall, counts and feeds": "/wall/status/",
        "wall, older praise": f"/wall/older/praise/?before={halfway:%Y-%m-%dT%H:%M:%SZ}_1",
    }


def measure(*, is_small: bool) -> Iterator[Figure]:
    """Median milliseconds in the database for each page, on a large archive beside a small one."""
    small, large, repeats = (1_000, 10_000, 3) if is_small else (10_000, 1_000_000, 15)
    client = signed_in_client()
    fill(1, small)
    before = {name: database_ms(client, page, repeats) for name, page in pages(small).items()}
    say(f"at {small:,}: " + ", ".join(f"{taken:.1f}" for taken in before.values()) + " ms")
    say(f"filling the archive with {large:,} mentions")
    fill(small + 1, large)
    for name, page in pages(large).items():
        taken = database_ms(client, page, repeats)
        yield Figure(f"{name}: queries at {large:,} mentions", taken, "ms", f"at {small:,}", before[name])


def fill(first: int, last: int, texts: Sequence[str] = PLAIN) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        insert(first, last, texts)
        # All of it: what ran before may have left every table's statistics wrong.
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")


def insert(first: int, last: int, texts: Sequence[str]) -> None:
    lanes, levels, tones = zip(*(said for count, *said in MIX for _ in range(count)), strict=True)
    values: dict[str, Any] = {
        "source": source().pk,
        "facilities": [pk for slug, count in FACILITIES.items() for pk in [facility(slug).pk] * count],
        "lanes": list(lanes),
        "levels": list(levels),
        "tones": list(tones),
        "first": first,
        "last": last,
        "every": EVERY,
        "texts": list(texts),
        "count": len(texts),
    }
    with connection.cursor() as cursor:
        cursor.execute(FILL, values)


def source() -> Source:
    defaults = {"name": "Bench", "kind": Source.IMPORT, "next_poll_at": timezone.now()}
    return Source.objects.get_or_create(slug="bench", defaults=defaults)[0]


def facility(slug: str) -> Facility:
    return Facility.objects.get_or_create(slug=slug, defaults={"name": slug, "short_name": slug})[0]


def signed_in_client() -> Client:
    person = User.objects.create_user("bench-viewer")
    Membership.objects.create(user=person, role=Role.MANAGER)
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    return client


def database_ms(client: Client, page: str, repeats: int) -> float:
    client.get(page)
    taken = []
    for _ in range(repeats):
        stopwatch = Stopwatch()
        with connection.execute_wrapper(stopwatch):
            answer = client.get(page)
        if answer.status_code != 200:
            raise RuntimeError(f"{page} answered {answer.status_code}")
        taken.append(stopwatch.seconds * 1000)
    return percentile(taken, 50)


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
