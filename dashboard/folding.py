"""Mentions that say the same stand on the wall as one card: that of their story's headline.

A mention folds into the headline where that card says all there is to know of it: same column, same lane,
same level, in sight of whoever looks. The card stands where the newest of them would, so that a story that
goes on is not buried; on an open wall it stays where it is and counts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, Q

from dashboard import cards
from dashboard.columns import column_of
from listening.models import Mention
from listening.models.mention import MentionQuerySet

TURNS = 5
"""So often a page is filled up where many of those read stood for few cards."""

Cursor = tuple[datetime, int]
Told = tuple[int | None, str]  # a story at one level: what one card can stand for


def headline_ids(mentions: Iterable[Mention]) -> set[int]:
    """Of the stories that are told by another mention's card."""
    return {
        mention.story.headline_id
        for mention in mentions
        if mention.story and mention.story.headline_id and mention.story.headline_id != mention.pk
    }


def stands_for(headline: Mention | None, mention: Mention) -> bool:
    return (
        headline is not None
        and not (headline.is_gone or headline.is_excluded)
        and not (mention.is_gone or mention.is_excluded)
        and headline.level == mention.level
        and headline.lane == mention.lane
        and column_of(headline) is column_of(mention)
    )


@dataclass(frozen=True)
class Place:
    """One place in a column: who took it, and whose card stands there."""

    taken_by: Mention
    shown: Mention

    @property
    def cursor(self) -> Cursor:
        return self.taken_by.published_at, self.taken_by.pk


@dataclass
class Column:
    """A column as one person sees it, newest first, with the stories it has told."""

    view: MentionQuerySet
    is_folded: bool = True
    told: set[Told] = field(default_factory=set)

    def places(self, size: int, before: Cursor | None = None) -> tuple[list[Place], Cursor | None]:
        """So many places beyond a cursor, and the cursor of what follows, if anything does."""
        places: list[Place] = []
        for _ in range(TURNS):
            rows = self.view.filter(beyond(*before)) if before else self.view
            read = list(cards.for_cards(rows).newest_first()[: size + 1])
            for place in self._folded(read, before):
                if len(places) == size:
                    return places, places[-1].cursor
                places.append(place)
            if len(read) <= size:
                return places, None
            before = read[-1].published_at, read[-1].pk
        return places, before

    def _folded(self, read: list[Mention], before: Cursor | None) -> Iterator[Place]:
        if not self.is_folded:
            yield from (Place(taken_by=mention, shown=mention) for mention in read)
            return
        headlines = cards.for_cards(self.view).in_bulk(headline_ids(read))
        self._hear(read, before)
        for mention in read:
            headline = headlines.get(mention.story.headline_id or 0) if mention.story else None
            shown = headline if headline and stands_for(headline, mention) else mention
            is_told_once = shown is not mention or (shown.story and shown.story.headline_id == shown.pk)
            told = (shown.story_id, shown.level)
            if is_told_once and told in self.told:
                continue
            if is_told_once:
                self.told.add(told)
            yield Place(taken_by=mention, shown=shown)

    def _hear(self, read: list[Mention], before: Cursor | None) -> None:
        """What stands further up has been told."""
        stories = {mention.story_id for mention in read if mention.story_id}
        if before and stories:
            headline = {"level": F("story__headline__level"), "lane": F("story__headline__lane")}
            above = self.view.filter(~beyond(*before), story__in=stories, **headline)
            self.told.update(above.values_list("story_id", "level").distinct())


def beyond(at: datetime, pk: int) -> Q:
    # The first half lets the index find its place; the second settles posts of the same moment.
    return Q(published_at__lte=at) & (Q(published_at__lt=at) | Q(pk__lt=pk))
