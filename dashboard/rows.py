"""The stored mentions of one column as one person may see them, a page at a time.

1. `Newest`: what an index holds in this order.
2. `Recent`: what is found by walking over others: in windows of time, and no further back than the last.
3. `Worded`: what a query finds; an index of words offers, the query itself decides.
4. `Severest`: the most urgent level first, each of its own rows, of some days alone.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import NamedTuple, Protocol

from django.db.models import F, Q

from dashboard import cards
from dashboard.standing import NEWEST, Slot
from listening import candidates
from listening.models import Mention
from listening.models.mention import MentionQuerySet
from listening.queries.matching import Single
from listening.queries.view import View
from listening.walking import Place, Reader, Row, Walk, words_for

WINDOWS = tuple(map(timedelta, (2, 7, 30)))
SECONDS = 0.5
"""Of walking for one page of one column; the next page goes on where it ended."""

AHEAD = timedelta(days=1)
"""A network's clock may be fast."""

SEVEREST_SINCE = timedelta(days=7)
"""A column that has the most urgent first looks no further back: else last year's stands above today's."""

Told = tuple[int | None, str]  # a story at one level: what one card can stand for


class Cursor(NamedTuple):
    """The place of a card in its column: all beyond it is still to come."""

    at: datetime
    pk: int
    level: str = ""

    def beyond(self) -> Q:
        # The first half lets the index find its place; the second settles posts of the same moment.
        return Q(published_at__lte=self.at) & (Q(published_at__lt=self.at) | Q(pk__lt=self.pk))

    @classmethod
    def of(cls, mention: Mention) -> "Cursor":
        return cls(mention.published_at, mention.pk, mention.level)


Page = tuple[list[Mention], Cursor | None]
"""Some rows, and where what follows begins; None where nothing does."""


class Rows(Protocol):
    def beyond(self, cursor: Cursor | None, count: int) -> Page: ...

    def among(self, ids: Collection[int]) -> dict[int, Mention]:
        """Those of these mentions that stand in the column."""

    def told_above(self, cursor: Cursor, stories: Collection[int]) -> set[Told]:
        """What of these stories stands further up than a cursor."""


@dataclass(frozen=True)
class Newest:
    view: MentionQuerySet

    def beyond(self, cursor: Cursor | None, count: int) -> Page:
        return self.page(self.view.filter(cursor.beyond()) if cursor else self.view, count)

    def page(self, view: MentionQuerySet, count: int) -> Page:
        read = list(cards.for_cards(view).newest_first()[:count])
        return read, Cursor.of(read[-1]) if len(read) == count else None

    def among(self, ids: Collection[int]) -> dict[int, Mention]:
        return cards.for_cards(self.view).in_bulk(ids)

    def told_above(self, cursor: Cursor, stories: Collection[int]) -> set[Told]:
        return set(above(self.view, cursor, stories).values_list("story_id", "level").distinct())


@dataclass(frozen=True)
class Recent(Newest):
    now: datetime

    def beyond(self, cursor: Cursor | None, count: int) -> Page:
        view = self.view.filter(cursor.beyond()) if cursor else self.view
        page: Page = ([], None)
        for window in WINDOWS:
            page = self.page(view.filter(published_at__gte=self.now - window), count)
            if page[1] is not None:
                break
        return page


@dataclass(frozen=True)
class Worded:
    view: MentionQuerySet
    query: Single
    now: datetime

    def beyond(self, cursor: Cursor | None, count: int) -> Page:
        ends_at = monotonic() + SECONDS
        start = Place(cursor.at, cursor.pk) if cursor else Place(self.now + AHEAD)
        found: list[Row] = []
        for rows, place in self.walk.rows(start, self.now):
            found += [row for row in rows if self.holds(row)][: count - len(found)]
            if len(found) == count:
                return self.cards(found), Cursor(found[-1].published_at, found[-1].pk)
            if place is None:
                return self.cards(found), None
            if monotonic() >= ends_at:
                return self.cards(found), Cursor(place.at, place.pk)
        return self.cards(found), None

    @property
    def walk(self) -> Walk:
        words = words_for([self.query.tree])
        return Walk(None, self.reader, words, self.now - WINDOWS[-1], view=self.view)

    @property
    def reader(self) -> Reader:
        return Reader(with_authors=candidates.ask_for([self.query.tree], "author"))

    def holds(self, row: Row) -> bool:
        return self.query.node.holds(View(row.asked))

    def cards(self, rows: Iterable[Row]) -> list[Mention]:
        return list(cards.for_cards(self.view).filter(pk__in=[row.pk for row in rows]).newest_first())

    def among(self, ids: Collection[int]) -> dict[int, Mention]:
        held = {row.pk for row in self.reader.rows(list(ids)) if self.holds(row)} if ids else set()
        return cards.for_cards(self.view).in_bulk(held)

    def told_above(self, cursor: Cursor, stories: Collection[int]) -> set[Told]:
        found = above(self.view, cursor, stories).values_list("pk", "story_id", "level")
        told = {pk: (story, level) for pk, story, level in found}
        return {told[row.pk] for row in self.reader.rows(list(told)) if self.holds(row)} if told else set()


@dataclass(frozen=True)
class Severest:
    tiers: Sequence[tuple[str, Rows]]  # by level

    def beyond(self, cursor: Cursor | None, count: int) -> Page:
        read: list[Mention] = []
        for level, rows in self.tiers:
            if cursor and level < cursor.level:
                continue
            start = cursor if cursor and level == cursor.level else None
            more, following = rows.beyond(start, count - len(read))
            read += more
            if following is not None:
                return read, following._replace(level=level)
        return read, None

    def among(self, ids: Collection[int]) -> dict[int, Mention]:
        return {pk: mention for _, rows in self.tiers for pk, mention in rows.among(ids).items()}

    def told_above(self, cursor: Cursor, stories: Collection[int]) -> set[Told]:
        # What one card can stand for is of one level.
        tiers = [rows for level, rows in self.tiers if level == cursor.level]
        return {told for rows in tiers for told in rows.told_above(cursor, stories)}


def above(view: MentionQuerySet, cursor: Cursor, stories: Collection[int]) -> MentionQuerySet:
    """Mentions that their story's card tells."""
    headline = {"level": F("story__headline__level"), "lane": F("story__headline__lane")}
    return view.filter(~cursor.beyond(), story__in=stories, **headline)


def of(slot: Slot, view: MentionQuerySet, now: datetime) -> Rows:
    """The rows of a column, of all that the database says may stand there."""
    if slot.sort == NEWEST:
        return _newest(slot, view, now)
    since = view.published_since(now - SEVEREST_SINCE)
    tiers = [(level, since.filter(level=level)) for level in slot.standing.levels]
    return Severest([(level, _newest(slot, tier, now)) for level, tier in tiers])


def _newest(slot: Slot, view: MentionQuerySet, now: datetime) -> Rows:
    if slot.standing.query:
        return Worded(view, slot.standing.query, now)
    return Recent(view, now) if slot.standing.is_walked else Newest(view)
