"""What an adapter is given, what it answers, and how it fails.

An adapter is one file in this package. It never retries, sleeps, saves or logs: the poll that calls it does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, runtime_checkable

from django import forms

from listening.queries.tree import Expression
from listening.sources.sheet import Sheet

if TYPE_CHECKING:
    from listening.sources.search import Syntax

Cursor = dict[str, Any]

MAX_BODY_BYTES = 10 * 1024 * 1024
"""The most an adapter reads of one answer; more raises BadPayload."""

CALL_SECONDS = 25.0
"""Wall-clock limit of one HTTP call, shorter than the lease of a poll."""


@dataclass(frozen=True)
class Post:
    """A post as its network gave it, before anything was decided about it."""

    external_id: str
    text: str
    url: str = ""
    author_id: str = ""
    author_handle: str = ""
    author_name: str = ""
    title: str = ""
    published_at: datetime | None = None
    edited_at: datetime | None = None
    kind: str = "post"  # post, comment, review, article
    rating: int | None = None  # stars, 1 to 5
    language: str = ""  # as the network says; empty when it does not
    parent_id: str = ""  # the post this one answers
    facility_hint: str = ""  # the adapter's location, where it knows one
    replied: bool = False  # the hospital has already answered there
    is_removed: bool = False  # the network still lists it and says its words were deleted or removed
    network: str = ""  # where it is not called as the kind of its source is


@dataclass(frozen=True)
class Unreadable:
    """One item of a page that could not be turned into a Post; its neighbours could."""

    reason: str
    raw: str
    external_id: str = ""


@dataclass(frozen=True)
class Rate:
    remaining: int | None = None
    reset_at: datetime | None = None


@dataclass(frozen=True)
class Page:
    """One page of posts, and the cursor to keep once they are stored."""

    posts: Sequence[Post]
    cursor: Cursor
    has_more: bool = False
    unreadable: Sequence[Unreadable] = ()
    rate: Rate = field(default_factory=Rate)
    gap: str = ""  # what may have been missed, in words; empty when nothing
    ours: "Sequence[Written]" = ()  # answers in our own name that were among them; they are no posts
    passed: int = 0  # posts that were looked at before, found to interest nobody, and are only counted
    gone: Sequence[str] = ()  # what the ids of authors begin with whose every post is to be erased


@dataclass(frozen=True)
class Connection:
    """What an administrator set up: the options form's values, and the opened secrets."""

    options: dict[str, Any]
    secrets: dict[str, str]
    may_reach_private: bool = False  # True only for the sandbox: else private addresses are refused
    seconds: float | None = None  # of one call, where less than CALL_SECONDS


@dataclass(frozen=True)
class Listening:
    """One watchlist query, as it was understood."""

    query_id: int
    expression: Expression


@dataclass(frozen=True)
class Target:
    """The post to answer."""

    external_id: str
    url: str = ""
    author_handle: str = ""
    text: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True)
class Sent:
    external_id: str
    url: str = ""


@dataclass(frozen=True)
class Written:
    """An answer in our own name, as its network shows it, whoever wrote it there."""

    external_id: str
    text: str
    url: str = ""
    published_at: datetime | None = None
    parent_id: str = ""  # the post it answers


@dataclass(frozen=True)
class Thread:
    """What stands under one post in our own name."""

    ours: Sequence[Written]
    is_whole: bool  # nothing of ours can be missing but what is too new for the network's own list


class SourceError(Exception):
    """Something an adapter met. `message` is one calm sentence for an administrator, with no secret in it."""

    kind: ClassVar[str] = "error"

    def __init__(self, message: str, *, retry_at: datetime | None = None, raw: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.retry_at = retry_at
        self.raw = raw[:65536]


class RateLimited(SourceError):
    """429: `retry_at` is the reset time when the network gave a believable one."""

    kind = "rate_limited"


class QuotaExhausted(SourceError):
    """Paid credit or a daily quota is used up."""

    kind = "quota_exhausted"


class AuthFailed(SourceError):
    """The credentials are refused: stop polling and tell an administrator. `advice`: where right ones are."""

    kind = "auth_failed"

    def __init__(
        self, message: str, *, retry_at: datetime | None = None, raw: str = "", advice: str = ""
    ) -> None:
        super().__init__(message, retry_at=retry_at, raw=raw)
        self.advice = advice


class Forbidden(SourceError):
    """The credentials are good, this one action is not allowed."""

    kind = "forbidden"


class Unavailable(SourceError):
    """5xx, time-out, connection lost. For a reply: nothing was sent for sure."""

    kind = "unavailable"


class BadPayload(SourceError):
    """The answer is not what the network's manual says; `raw` holds its beginning."""

    kind = "bad_payload"


class SendUnknown(SourceError):
    """A reply left, and no answer came back: it may be public. Never send it again unread."""

    kind = "unknown"


ReplyWay = Literal["api", "summoned_only", "link_out", "none"]


class Adapter(Protocol):
    """What a module in this package must hold as `adapter`."""

    kind: str
    label: str
    secrets: tuple[str, ...]
    OptionsForm: type[forms.Form]
    reply_way: ReplyWay
    max_reply_characters: int
    attribution: str
    syntax: "Syntax | None"  # what its search can say; None where all is read and nothing is asked
    reads: str  # what that is, in words
    sheet: Sheet

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page: ...

    def reply(self, connection: Connection, target: Target, text: str) -> Sent: ...


FateName = Literal["live", "edited", "deleted", "protected", "unknown"]


@dataclass(frozen=True)
class Fate:
    """What became of a stored post at its network; `post` is what it says now, where it was edited."""

    name: FateName
    post: Post | None = None


@runtime_checkable
class Rechecks(Protocol):
    """An adapter that can look up stored posts again."""

    most_rechecked: int  # ids of one call

    def recheck(self, connection: Connection, ids: Sequence[str]) -> dict[str, Fate]:
        """The fate of each; an id that is left out is unknown. One call."""
        ...


@runtime_checkable
class ReadsBack(Protocol):
    """An adapter that can also say what stands under a post in our own name. At most three calls."""

    def replies_to(self, connection: Connection, target: Target) -> Thread: ...
