"""What was told since the last store. Pure: it is given the time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from listening.intake import UNREADABLE, Listener, accept
from listening.sources.contract import Cursor, Page, Post, Unreadable
from listening.sources.push import Told

WANTED_WAITS = timedelta(seconds=0.5)
COUNTED_WAITS = timedelta(seconds=2)
MOST_WANTED = 200
MOST_TOLD = 2_000
"""What one batch holds at most, so that a process that dies leaves no more than this unread."""

MOST_UNREADABLE = 100
"""Of one batch. A network of which nothing can be read is left, not written down for ever."""


def is_wanted(post: Post, listener: Listener, now: datetime) -> bool:
    """Whether a post is worth asking the database about. Of a thousand, a few are.

    An edit or a removal may be of something stored, whatever it says now; what cannot be read is set aside.
    """
    if post.is_removed or post.edited_at is not None:
        return True
    try:
        return listener.wants(post, accept(post, listener, now).hits)
    except UNREADABLE:
        return True


@dataclass
class Batch:
    cursor: Cursor
    posts: list[Post] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    gone_at: list[datetime] = field(default_factory=list)
    gap: str = ""
    passed: int = 0
    told: int = 0
    told_at: datetime | None = None
    wanted_at: datetime | None = None

    def add(self, told: Told, now: datetime, *, wanted: bool) -> None:
        self.cursor = told.cursor
        self.told += 1
        self.told_at = self.told_at or now
        if told.gone:
            self._leave(told.gone)
        if told.post is not None and not wanted:
            self.passed += 1
        elif told.post is not None:
            self.posts.append(told.post)
        self.unreadable += [told.unreadable] if told.unreadable else []
        self.gone_at += [told.gone_at] if told.gone_at else []
        self.gap = told.gap or self.gap
        if (wanted and told.post) or told.gone or told.gone_at or told.unreadable or told.gap:
            self.wanted_at = self.wanted_at or now

    def _leave(self, begins: str) -> None:
        """An author is gone: what waits here is not stored, what is stored goes with the batch."""
        left = [post for post in self.posts if not post.external_id.startswith(begins)]
        self.passed += len(self.posts) - len(left)
        self.posts = left
        self.gone.append(begins)

    def is_due(self, now: datetime) -> bool:
        if self.told >= MOST_TOLD or len(self.posts) >= MOST_WANTED:
            return True
        if self.wanted_at is not None:
            return now - self.wanted_at >= WANTED_WAITS
        return self.told_at is not None and now - self.told_at >= COUNTED_WAITS

    @property
    def is_hopeless(self) -> bool:
        return len(self.unreadable) >= MOST_UNREADABLE

    def page(self) -> Page:
        return Page(
            self.posts,
            self.cursor,
            unreadable=self.unreadable,
            gap=self.gap,
            passed=self.passed,
            gone=self.gone,
        )
