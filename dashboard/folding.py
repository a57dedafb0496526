"""Mentions that say the same stand on the wall as one card: that of their story's headline.

A mention folds into the headline where that card says all there is to know of it: same column, same lane,
same level, in sight of whoever looks. The card stands where the newest of them would, so that a story that
goes on is not buried; on an open wall it stays where it is and counts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dashboard.rows import Cursor, Rows, Told
from listening.models import Mention

TURNS = 5
"""So often a page is filled up where many of those read stood for few cards."""


def headline_ids(mentions: Iterable[Mention]) -> set[int]:
    """Of the stories that are told by another mention's card."""
    return {
        mention.story.headline_id
        for mention in mentions
        if mention.story and mention.story.headline_id and mention.story.headline_id != mention.pk
    }


def stands_for(headline: Mention | None, mention: Mention) -> bool:
    """In a column in which both stand."""
    return (
        headline is not None
        and not (headline.is_gone or headline.is_excluded)
        and not (mention.is_gone or mention.is_excluded)
        and headline.level == mention.level
        and headline.lane == mention.lane
    )


@dataclass(frozen=True)
class Place:
    """One place in a column: who took it, and whose card stands there."""

    taken_by: Mention
    shown: Mention

    @property
    def cursor(self) -> Cursor:
        return Cursor.of(self.taken_by)


@dataclass
class Column:
    """A column as one person sees it, with the stories it has told."""

    rows: Rows
    is_folded: bool = True
    told: set[Told] = field(default_factory=set)

    def places(self, size: int, before: Cursor | None = None) -> tuple[list[Place], Cursor | None]:
        """So many places beyond a cursor, and the cursor of what follows, if anything does."""
        places: list[Place] = []
        for _ in range(TURNS):
            read, following = self.rows.beyond(before, size + 1)
            for place in self._folded(read, before):
                if len(places) == size:
                    return places, places[-1].cursor
                places.append(place)
            if following is None:
                return places, None
            before = following
        return places, before

    def _folded(self, read: list[Mention], before: Cursor | None) -> Iterator[Place]:
        if not self.is_folded:
            yield from (Place(taken_by=mention, shown=mention) for mention in read)
            return
        headlines = self.rows.among(headline_ids(read))
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
            self.told |= self.rows.told_above(before, stories)
