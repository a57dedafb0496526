"""Stored mentions that queries may find, newest first, as far back as there is time for.

Windows of time grow: what is recent is read even where an old archive holds very much. The ids of a window
come from an index, and only then the words, so that no large text is sorted.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from hospital.models import Facility
from listening import candidates
from listening.models import Mention, Source
from listening.models.mention import MentionQuerySet
from listening.queries.asked import Asked, source_names
from listening.queries.tree import Expression

WINDOWS = tuple(map(timedelta, (2, 7, 30, 120)))
AT_ONCE = 500
IDS_AT_ONCE = 50_000
COMMON = 0.3
"""Of all mentions. Words that more than these hold are not worth asking an index for."""

COUNTED = 50_000
"""Up to so many mentions are counted; of more the planner's guess will do."""

HIGHEST_ID = 2**63 - 1
WORDS = """listening_words("listening_mention"."title", "listening_mention"."text") @@ %s::tsquery"""
# Read by the thousand while a person waits: rows of models would take three times as long.
ROWS = """SELECT mention.id, published_at, title, text, {author}, url, language, rating, source_id,
    mention.network, kind, facility_id FROM listening_mention mention {join} WHERE mention.id = ANY(%s)"""
AUTHORS = "LEFT JOIN listening_author author ON author.id = mention.author_id"


@dataclass(frozen=True)
class Row:
    """A stored mention as a query sees it."""

    pk: int
    published_at: datetime
    source_kind: str
    asked: Asked


@dataclass(frozen=True)
class Place:
    """Where a walk stands: all that is newer has been looked at, and of that moment what has a higher id."""

    at: datetime
    pk: int = HIGHEST_ID

    def beyond(self) -> Q:
        # The first condition alone lets the planner use an index; the rest parts mentions of one moment.
        return Q(published_at__lte=self.at) & (Q(published_at__lt=self.at) | Q(pk__lt=self.pk))


@dataclass(frozen=True)
class Walk:
    """What is walked over: the mentions within reach, published since a moment if one is given."""

    facility_ids: frozenset[int] | None
    reader: "Reader"
    words: str = ""  # as an index is asked; empty for all of them
    since: datetime | None = None
    view: MentionQuerySet | None = None  # walked over in place of all within reach

    def rows(self, start: Place, now: datetime) -> Iterator[tuple[list[Row], Place | None]]:
        """Rows by the thousand, newest first, each time with where the walk then stands; None at its end."""
        place = start
        for floor in self._floors(start, now):
            while ids := self._ids(place, floor):
                for at in range(0, len(ids), AT_ONCE):
                    some = ids[at : at + AT_ONCE]
                    place = Place(some[-1][1], some[-1][0])
                    yield self.reader.rows([pk for pk, _ in some]), place
                if len(ids) < IDS_AT_ONCE:
                    break
            if floor is not None:
                place = Place(floor, 0)
                yield [], place
        yield [], None

    def _floors(self, start: Place, now: datetime) -> Iterator[datetime | None]:
        """How far back each window goes."""
        for window in WINDOWS:
            floor = now - window
            if floor < start.at and (self.since is None or floor > self.since):
                yield floor
        yield self.since

    def _ids(self, place: Place, floor: datetime | None) -> list[tuple[int, datetime]]:
        view = mentions(self.facility_ids) if self.view is None else self.view
        found = view.filter(place.beyond())
        if floor is not None:
            found = found.filter(published_at__gte=floor)
        if self.words:
            found = found.filter(_holds(self.words))
        return list(found.newest_first().values_list("pk", "published_at")[:IDS_AT_ONCE])


def words_for(expressions: Iterable[Expression]) -> str:
    """What to ask the index for; empty where walking over everything is as quick."""
    words = candidates.words(expressions)
    if not words:
        return ""
    return words if _guess(holding(words)) < COMMON * _guess(Mention.objects.all()) else ""


def holding(words: str) -> MentionQuerySet:
    """All that the index finds."""
    return Mention.objects.filter(_holds(words))


def _holds(words: str) -> RawSQL:
    return RawSQL(WORDS, [words], output_field=BooleanField())  # noqa: S611  the words are a parameter


def mentions(facility_ids: frozenset[int] | None) -> MentionQuerySet:
    return Mention.objects.within(facility_ids).there()


def count(found: MentionQuerySet) -> int:
    """How many, exactly where they are few."""
    guess = _guess(found)
    return guess if guess > COUNTED else found.count()


def _guess(found: MentionQuerySet) -> int:
    plan = json.loads(found.order_by().values("pk").explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])


class Reader:
    """Reads mentions by id, with what queries may ask of them."""

    def __init__(self, *, with_authors: bool) -> None:
        join = {"author": "author.handle", "join": AUTHORS} if with_authors else {"author": "''", "join": ""}
        self.sql = ROWS.format(**join)
        self.sources = {
            pk: (slug, kind) for pk, slug, kind in Source.objects.values_list("pk", "slug", "kind")
        }
        self.facilities = {pk: (slug,) for pk, slug in Facility.objects.values_list("pk", "slug")}

    def rows(self, ids: Sequence[int]) -> list[Row]:
        """Newest first."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [list(ids)])
            found = [self._row(*values) for values in cursor.fetchall()]
        return sorted(found, key=lambda row: (row.published_at, row.pk), reverse=True)

    def _row(self, pk: int, at: datetime, title: str, text: str, author: str | None, *rest: Any) -> Row:
        url, language, rating, source_id, network, kind, facility_id = rest
        slug, source_kind = self.sources.get(source_id, ("", ""))
        asked = Asked(
            text=text,
            title=title,
            author=author or "",
            url=url,
            language=language,
            rating=rating,
            source=source_names(slug, source_kind, network),
            kind=kind,
            facilities=self.facilities.get(facility_id, ()),
        )
        return Row(pk, at, source_kind, asked)
