"""An archive of stored mentions, in the mix and with the stories that the sandbox's posts have."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from config.bench.progress import say
from hospital.models import Facility
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

# One mention in five is of a story, whose others stand near.
STORIES = """
INSERT INTO listening_story (id, first_seen_at, last_seen_at, count)
SELECT 1 + number, now(), now(), 0
FROM generate_series(%(first)s::bigint / %(near)s, %(last)s::bigint / %(near)s) number ON CONFLICT DO NOTHING
"""
# Drawn by hash and so in no rhythm, each apart from the others: no plan may live on a regularity.
FILL = """
WITH drawn AS (
    SELECT n, now() - n * %(every)s::interval AS at, 1 + abs(hashint8extended(n, 1) %% 1000) AS kind,
        1 + abs(hashint8extended(n, 2) %% 1000) AS place,
        CASE WHEN hashint8extended(n, 4) %% 5 = 0 THEN 1 + n / %(near)s END AS story
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
)
INSERT INTO listening_mention (source_id, external_id, network, kind, url, parent_external_id, title, text,
    is_truncated, content_hash, language, facility_id, published_at, is_published_guessed, collected_at,
    is_gone, lane, level, sentiment, score, severity, reasons, reader_version, wall_seq, processed_at,
    route_attempts, topics, identifiers, set_by_people, about_us, story_id)
SELECT %(source)s, 'archive-' || n, 'x', 'post', 'https://x.example/' || n, '', '',
    (%(texts)s::text[])[1 + abs(hashint8extended(n, 3) %% %(count)s)] || ' ' || n,
    false, md5(n::text), 'en', (%(facilities)s::bigint[])[place], at, false, at,
    false, (%(lanes)s::text[])[kind], (%(levels)s::text[])[kind], (%(tones)s::text[])[kind], 0, 0,
    '[]', 'bench', nextval('listening_wall_seq'), now(), 0, '{}', '{"text": [], "title": []}', '{}',
    'yes', story
FROM drawn
"""
HEADLINES = """
UPDATE listening_story story SET headline_id = told.headline, count = told.number,
    first_seen_at = told.first_at, last_seen_at = told.last_at
FROM (
    SELECT story_id, max(id) AS headline, count(*) AS number, min(published_at) AS first_at,
        max(published_at) AS last_at
    FROM listening_mention WHERE story_id IS NOT NULL GROUP BY story_id
) told WHERE story.id = told.story_id
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = 'listening_mention'::regclass AND NOT indisunique
"""

NEAR = 50
BATCH = 200_000
MANY = 100_000
"""So many are stored without indexes, which are then built at once: several times as fast."""

EVERY = timedelta(seconds=30)
PLAIN = tuple(f"Waited hours at Northfield and the {number} chairs were taken again" for number in range(97))
FACILITIES = {"main": 500, "north": 300, "west": 198, "annex": 2}
"""And of how many in a thousand mentions each is the place."""


def fill(first: int, last: int, texts: Sequence[str] = PLAIN, *, every: timedelta = EVERY) -> None:
    """Mentions by number, the first the newest."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        if last - first < MANY:
            insert(first, last, texts, every=every)
        else:
            with without_indexes():
                for at in range(first, last + 1, BATCH):
                    insert(at, min(last, at + BATCH - 1), texts, every=every)
                    say(f"{min(last, at + BATCH - 1):,} mentions stored")
                say("building the indexes")
        cursor.execute(HEADLINES)
        # All of it: what ran before may have left every table's statistics wrong.
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        say(f"an archive of {last:,} mentions, {cursor.fetchone()[0]}")
        cursor.execute("RESET statement_timeout")


@contextmanager
def without_indexes() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(INDEXES)
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for _, definition in found:
            cursor.execute(definition)
        cursor.execute("RESET maintenance_work_mem")


def insert(first: int, last: int, texts: Sequence[str], *, every: timedelta = EVERY) -> None:
    lanes, levels, tones = zip(*(said for count, *said in MIX for _ in range(count)), strict=True)
    values: dict[str, Any] = {
        "source": source().pk,
        "facilities": [pk for slug, count in FACILITIES.items() for pk in [facility(slug).pk] * count],
        "lanes": list(lanes),
        "levels": list(levels),
        "tones": list(tones),
        "first": first,
        "last": last,
        "every": every,
        "near": NEAR,
        "texts": list(texts),
        "count": len(texts),
    }
    with connection.cursor() as cursor:
        cursor.execute(STORIES, values)
        cursor.execute(FILL, values)


def source() -> Source:
    defaults = {"name": "Bench", "kind": Source.IMPORT, "next_poll_at": timezone.now()}
    return Source.objects.get_or_create(slug="bench", defaults=defaults)[0]


def facility(slug: str) -> Facility:
    return Facility.objects.get_or_create(slug=slug, defaults={"name": slug, "short_name": slug})[0]
