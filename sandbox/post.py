"""One post, in the sandbox's own shape; each network's module turns it into that network's."""

import re
from dataclasses import dataclass, replace
from functools import cached_property

WORD = re.compile(r"\w+")
SEARCHED_CHARACTERS = 200_000


@dataclass(frozen=True)
class Revision:
    """What a post says from a moment on. On X a revision has an id of its own."""

    at: int
    text: str
    rating: int | None = None
    id: str = ""
    order: int = 0


@dataclass(frozen=True)
class Post:
    network: str
    id: str
    order: int  # where it stands in its network's timeline; a snowflake number
    at: int  # milliseconds since 1970, UTC
    author: str
    text: str
    title: str = ""
    kind: str = ""
    base: str = ""
    lang: str = "en"
    facility: str = ""
    location: str = ""  # Google: accounts/../locations/..
    rating: int | None = None
    subreddit: str = ""
    link_title: str = ""
    parent: str = ""  # the id of the post it answers, repeats or quotes
    relation: str = ""  # replied_to, retweeted or quoted
    outlet: str = ""
    has_guid: bool = True
    has_date: bool = True
    is_ours: bool = False
    is_locked: bool = False
    first_id: str = ""  # X: the first id of an edited post
    edited_at: int | None = None
    edit_ids: tuple[str, ...] = ()
    gone: str = ""  # author or moderator, once deleted
    revisions: tuple[Revision, ...] = ()

    @property
    def key(self) -> str:
        """The id that stays the same over edits."""
        return self.first_id or self.id

    @property
    def is_comment(self) -> bool:
        return self.id.startswith("t1_")

    @cached_property
    def words(self) -> str:
        """Title and text as lower-case words between single spaces, for searching."""
        return words(f"{self.title} {self.text}")

    def as_of(self, now: int) -> "Post":
        """The post with the newest of its revisions that has happened by `now`."""
        happened = [revision for revision in self.revisions if revision.at <= now]
        if not happened:
            return self
        last = happened[-1]
        rating = self.rating if last.rating is None else last.rating
        return replace(self, text=last.text, rating=rating, edited_at=last.at)


def words(text: str) -> str:
    return f" {' '.join(WORD.findall(text[:SEARCHED_CHARACTERS].casefold()))} "
