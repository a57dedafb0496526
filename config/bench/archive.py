"""The wall's pages on an archive of a million mentions, asked as a signed-in person asks."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from config.bench.table import Figure, percentile
from hospital.models import Facility, Membership, Role
from listening.models import Source

FILL = """
WITH numbered AS (
    SELECT n, now() - n * interval '30 seconds' AS at, %(facilities)s::bigint[] AS facilities
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
)
INSERT INTO listening_mention (source_id, external_id, network, kind, url, parent_external_id, title, text,
    is_truncated, content_hash, language, facility_id, published_at, is_published_guessed, collected_at,
    is_gone, sentiment, score, severity, level, lane, reasons, reader_version, wall_seq, processed_at,
    route_attempts)
SELECT %(source)s, 'archive-' || n, 'x', 'post', 'https://x.example/' || n, '', '',
    'Waited ' || n || ' minutes at Northfield and the ' || (n %% 97) || ' chairs were taken again',
    false, md5(n::text), 'en', facilities[1 + n %% array_length(facilities, 1)], at, false, at,
    false, (ARRAY['negative', 'neutral', 'positive'])[1 + n %% 3], 0, n %% 60,
    (ARRAY['P2', 'P3', 'P4', 'P4'])[1 + n %% 4],
    (ARRAY['complaint', 'other', 'praise', 'question'])[1 + n %% 4], '[]', 'bench',
    nextval('listening_wall_seq'), now(), 0
FROM numbered
"""

PAGES = {
    "wall, first page": "/",
    "wall, one facility": "/?facility=main",
    "wall, negative": "/?sentiment=negative",
    "wall, one source": "/?source=bench",
}


def measure(*, is_small: bool) -> Iterator[Figure]:
    """Median milliseconds in the database for each page, on a large archive beside a small one."""
    small, large, repeats = (1_000, 10_000, 3) if is_small else (10_000, 1_000_000, 15)
    client = signed_in_client()
    fill(1, small)
    before = {page: database_ms(client, page, repeats) for page in PAGES.values()}
    fill(small + 1, large)
    for name, page in PAGES.items():
        yield Figure(
            f"{name}: queries at {large:,} mentions",
            database_ms(client, page, repeats),
            "ms",
            f"at {small:,}",
            before[page],
        )


def fill(first: int, last: int) -> None:
    source, _ = Source.objects.get_or_create(
        slug="bench", defaults={"name": "Bench", "kind": Source.IMPORT, "next_poll_at": "2026-01-01T00:00Z"}
    )
    facilities = [
        Facility.objects.get_or_create(slug=slug, defaults={"name": slug, "short_name": slug})[0].pk
        for slug in ("main", "north", "west")
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(FILL, {"source": source.pk, "facilities": facilities, "first": first, "last": last})
        cursor.execute("VACUUM ANALYZE listening_mention")
        cursor.execute("RESET statement_timeout")


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
