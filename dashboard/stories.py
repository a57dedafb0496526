"""A story as its page tells it: how it grew by the hour, its mentions, what people changed about it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from django.db.models import Q

from dashboard.cards import Card, for_cards
from listening.models import Story, StoryMove
from listening.models.mention import MentionQuerySet

LISTED = 100
MOST_COUNTED = 20_000
MOST_BARS = 72
HEIGHT, PIXELS = 40, 12
HOUR = timedelta(hours=1)
MOVES = 10


@dataclass(frozen=True)
class Bar:
    begins_at: datetime
    count: int
    at: int
    height: int  # of 40; anything at all is seen

    @property
    def top(self) -> int:
        return HEIGHT - self.height


@dataclass(frozen=True)
class Move:
    move: StoryMove
    can_undo: bool


@dataclass(frozen=True)
class Told:
    story: Story
    reachable: MentionQuerySet  # what the one who looks may see

    @cached_property
    def _mentions(self) -> MentionQuerySet:
        return self.reachable.filter(story=self.story)

    @cached_property
    def times(self) -> list[datetime]:
        oldest = self._mentions.order_by("published_at")
        return list(oldest.values_list("published_at", flat=True)[:MOST_COUNTED])

    @cached_property
    def cards(self) -> list[Card]:
        oldest = for_cards(self._mentions).order_by("published_at", "pk")
        return [Card(mention) for mention in oldest[:LISTED]]

    @property
    def count(self) -> int:
        return len(self.times)

    @property
    def more(self) -> int:
        return self.count - len(self.cards)

    @property
    def first_at(self) -> datetime | None:
        return self.times[0] if self.times else None

    @property
    def last_at(self) -> datetime | None:
        return self.times[-1] if self.times else None

    @cached_property
    def hours(self) -> int:
        """Hours in one bar: one, or more where the story is long."""
        if not self.times:
            return 1
        whole = (self.times[-1] - _hour(self.times[0])) // HOUR + 1
        return max(1, -(-whole // MOST_BARS))

    @cached_property
    def bars(self) -> list[Bar]:
        if not self.times:
            return []
        first, step = _hour(self.times[0]), HOUR * self.hours
        counted = Counter((moment - first) // step for moment in self.times)
        most = max(counted.values())
        return [
            Bar(first + at * step, counted[at], at, -(-HEIGHT * counted[at] // most))
            for at in range(max(counted) + 1)
        ]

    @property
    def rows(self) -> list[Bar]:
        """The same as a table, without the hours in which nobody said it."""
        return [bar for bar in self.bars if bar.count]

    @property
    def width(self) -> int:
        return len(self.bars)

    @property
    def pixels(self) -> int:
        return PIXELS * self.width

    @cached_property
    def moves(self) -> list[Move]:
        return list(self._moves())

    def _moves(self) -> Iterator[Move]:
        touching = StoryMove.objects.filter(Q(left=self.story) | Q(entered=self.story))
        is_newest = True
        for move in touching.select_related("by", "undone_by")[:MOVES]:
            yield Move(move, can_undo=is_newest and move.undone_at is None)
            is_newest = is_newest and move.undone_at is not None


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
