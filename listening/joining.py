"""Which story a mention joins as it is stored. What a person put together or took apart stays as it is.

Call it under the lock of the wall's order: whoever comes second then sees what the first one wrote, and two
workers cannot begin one story twice. It costs the same few queries for one mention as for five hundred.

1. A mention that says something new leaves the keys under which it is found: it is a head.
2. What comes later and shares a key is held against that head, word by word (`reading.sameness`).
3. The same facility, or one of the two unknown; at most a week apart: it joins the head's story, and the
   first that joins begins it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from listening import bulk, wall_sequence
from listening.models import Mention, Story
from listening.reading import sameness
from listening.reading.sameness import Said

WITHIN = timedelta(days=7)
KEPT_FOR = timedelta(days=8)
MOST_ROWS = 4000
"""Shared keys that are looked at for one page, newest first: texts that begin alike may flood in."""

MOST_COMPARED = 50
"""Heads that one mention is held against, newest first, for the same reason."""

ARTICLE = "article"
"""The kind of post whose own address is what others link to."""


@dataclass(frozen=True)
class Fresh:
    """A mention that was just stored."""

    mention_id: int
    facility_id: int | None
    published_at: datetime
    said: Said


@dataclass
class _Head:
    mention_id: int
    facility_id: int | None
    published_at: datetime
    said: Said
    story_id: int | None = None
    headline_id: int | None = None
    is_stored: bool = True  # False: it came with this very page
    joined: list[Fresh] = field(default_factory=list)

    def admits(self, fresh: Fresh) -> bool:
        is_near = abs(fresh.published_at - self.published_at) <= WITHIN
        places = {self.facility_id, fresh.facility_id} - {None}
        return is_near and len(places) <= 1


def said(text: str, title: str, kind: str, url: str) -> Said:
    return sameness.said(text, title, url if kind == ARTICLE else "")


def join(fresh: Sequence[Fresh], now: datetime) -> None:
    """Give each mention its story, inside the caller's transaction, which holds the wall's order."""
    heads = _Heads(_stored_heads(fresh))
    new = [each for each in _in_order(fresh) if not heads.take(each)]
    remember(new, now)
    _write([head for head in heads.all if head.joined])


def _in_order(fresh: Iterable[Fresh]) -> list[Fresh]:
    return sorted(fresh, key=lambda each: (each.published_at, each.mention_id))


class _Heads:
    def __init__(self, heads: Iterable[tuple[_Head, list[int]]]) -> None:
        self.all: list[_Head] = []
        self._by_key: dict[int, list[_Head]] = {}
        for head, keys in heads:
            self._add(head, keys)

    def _add(self, head: _Head, keys: Iterable[int]) -> None:
        self.all.append(head)
        for key in keys:
            self._by_key.setdefault(key, []).append(head)

    def take(self, fresh: Fresh) -> bool:
        """Whether it says what a head has said; else it becomes one itself."""
        found = {head.mention_id: head for key in fresh.said.keys for head in self._by_key.get(key, ())}
        near = [found[pk] for pk in sorted(found, reverse=True)[:MOST_COMPARED]]
        alike = [head for head in near if head.admits(fresh) and sameness.why(head.said, fresh.said)]
        if not alike:
            here = _Head(fresh.mention_id, fresh.facility_id, fresh.published_at, fresh.said, is_stored=False)
            self._add(here, fresh.said.keys)
            return False
        best = max(alike, key=lambda head: (sameness.likeness(head.said, fresh.said), -head.mention_id))
        best.joined.append(fresh)
        # From here on the story has a facility, and another one's mentions stay out.
        best.facility_id = best.facility_id or fresh.facility_id
        return True


# Two plain look-ups by key: a join of them is planned by guesses that are wrong on a young table.
SHARED_KEYS = """
SELECT mention_id, key FROM listening_likeness WHERE key = ANY(%s) ORDER BY mention_id DESC LIMIT %s
"""
HEADS = """
SELECT mention.id, coalesce(story.facility_id, mention.facility_id), mention.published_at, mention.story_id,
    story.headline_id, left(mention.text, %s), mention.title, mention.kind, mention.url
FROM listening_mention mention LEFT JOIN listening_story story ON story.id = mention.story_id
WHERE mention.id = ANY(%s) AND NOT mention.is_gone
"""


def _stored_heads(fresh: Sequence[Fresh]) -> Iterator[tuple[_Head, list[int]]]:
    wanted = sorted({key for each in fresh for key in each.said.keys})
    keys: dict[int, list[int]] = {}
    for mention_id, key in _asked(SHARED_KEYS, wanted, MOST_ROWS) if wanted else ():
        keys.setdefault(mention_id, []).append(key)
    for row in _asked(HEADS, sameness.LOOKED_AT, list(keys)) if keys else ():
        mention_id, facility_id, published_at, story_id, headline_id, *words = row
        head = _Head(mention_id, facility_id, published_at, said(*words), story_id, headline_id)
        yield head, keys[mention_id]


def _asked(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def remember(fresh: Sequence[Fresh], now: datetime) -> None:
    """Leave the keys under which these are found from now on."""
    told = [(each.mention_id, ",".join(map(str, each.said.keys))) for each in fresh if each.said.keys]
    if not told:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO listening_likeness (mention_id, key, made_at) "
            "SELECT mention_id, unnest(string_to_array(keys, ',')::bigint[]), %s "
            "FROM unnest(%s::bigint[], %s::text[]) AS told (mention_id, keys) ON CONFLICT DO NOTHING",
            [now, *map(list, zip(*told, strict=True))],
        )


def _write(heads: Sequence[_Head]) -> None:
    new = [head for head in heads if head.story_id is None]
    _grow([head for head in heads if head.story_id is not None])
    _begin(new)


def _begin(heads: Sequence[_Head]) -> None:
    """New stories: the head is the headline, and its card is shown anew, for it now counts."""
    if not heads:
        return
    values = [(head.facility_id, head.mention_id, *_span(head), 1 + len(head.joined)) for head in heads]
    sql = (
        "INSERT INTO listening_story (facility_id, headline_id, first_seen_at, last_seen_at, count) "
        "VALUES %s RETURNING headline_id, id"
    )
    ids = dict(bulk.write(sql, values, fetch=True))
    for head in heads:
        head.story_id, head.headline_id = ids[head.mention_id], head.mention_id
    first = [(head.mention_id, head.story_id) for head in heads if not head.is_stored]
    _set_story([*first, *_joined(heads)])
    _renew({head.mention_id: head.story_id for head in heads if head.is_stored})


def _grow(heads: Sequence[_Head]) -> None:
    if not heads:
        return
    bulk.write(
        "UPDATE listening_story story SET count = story.count + grown.n, "
        "first_seen_at = least(story.first_seen_at, grown.first_at), "
        "last_seen_at = greatest(story.last_seen_at, grown.last_at), "
        "facility_id = coalesce(story.facility_id, grown.facility_id) FROM ("
        "SELECT id, sum(n)::int AS n, min(first_at) AS first_at, max(last_at) AS last_at, "
        "max(facility_id) AS facility_id FROM (VALUES %s) AS each (id, n, first_at, last_at, facility_id) "
        "GROUP BY id) AS grown WHERE story.id = grown.id",
        [(head.story_id, len(head.joined), *_span(head), head.facility_id) for head in heads],
        template="(%s, %s, %s, %s, %s::bigint)",
    )
    _set_story(_joined(heads))
    _renew({head.headline_id: head.story_id for head in heads if head.headline_id})


def _span(head: _Head) -> tuple[datetime, datetime]:
    times = [head.published_at, *(each.published_at for each in head.joined)]
    return min(times), max(times)


def _joined(heads: Iterable[_Head]) -> list[tuple[int, int | None]]:
    return [(each.mention_id, head.story_id) for head in heads for each in head.joined]


def _set_story(values: list[tuple[int, int | None]]) -> None:
    if values:
        bulk.write(
            "UPDATE listening_mention mention SET story_id = joined.story_id "
            "FROM (VALUES %s) AS joined (id, story_id) WHERE mention.id = joined.id",
            values,
        )


def _renew(story_of: dict[int, int | None]) -> None:
    """Cards on open walls that now count one more."""
    numbers = wall_sequence.take(len(story_of)) if story_of else []
    values = [(*pair, number) for pair, number in zip(sorted(story_of.items()), numbers, strict=True)]
    if values:
        bulk.write(
            "UPDATE listening_mention mention SET story_id = told.story_id, wall_seq = told.number "
            "FROM (VALUES %s) AS told (id, story_id, number) WHERE mention.id = told.id",
            values,
        )


def leave(mention_ids: Sequence[int]) -> None:
    """What was erased or left out is no headline where another mention can be."""
    for story in Story.objects.filter(headline_id__in=mention_ids):
        left = (
            Mention.objects.there()
            .filter(story=story)
            .exclude(pk__in=mention_ids)
            .order_by("published_at", "pk")
            .first()
        )
        if left is not None:
            Story.objects.filter(pk=story.pk).update(headline=left)


def alone(mention_ids: Iterable[int]) -> set[int]:
    """Those of these mentions that are in no story: what they say now decides, not what they said before."""
    found = Mention.objects.filter(pk__in=list(mention_ids), story__isnull=True)
    return set(found.values_list("pk", flat=True))


def forget(now: datetime) -> int:
    """Delete the keys that nothing new can be found under any more, and those of what was erased."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM listening_likeness likeness WHERE made_at < %s OR NOT EXISTS ("
            "SELECT FROM listening_mention mention WHERE mention.id = likeness.mention_id AND NOT is_gone)",
            [now - KEPT_FOR],
        )
        return int(cursor.rowcount)
