"""From a post as its network gave it to a post as it can be stored, and what is to be done with it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from listening import wording
from listening.facilities import Facilities, decide
from listening.models import Source
from listening.queries.asked import Asked, source_names
from listening.queries.matching import Hit
from listening.reading import languages
from listening.reading.analysis import SHIPPED, Reader
from listening.reading.namesakes import NOBODY, Ours
from listening.reading.sentiment import Names
from listening.sources.contract import Post
from listening.watchlists import Watched

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What one odd post may raise while it is read. Anything else is a fault of ours and stops the poll."""

EXTERNAL_ID_CHARACTERS = 300
OLDEST = datetime(1995, 1, 1, tzinfo=UTC)  # before it no network had posts; a time of zero lands here
CLOCKS_DIFFER = timedelta(minutes=2)


@dataclass(frozen=True)
class ImportedPost(Post):
    """A post out of a file, which says itself what network it is from."""

    facility_id: int | None = None  # where whoever handed it in has said so


@dataclass(frozen=True)
class Listener:
    """What posts of one source are held against; taken once a poll."""

    source: Source
    watched: Watched
    facilities: Facilities
    names: Names
    reader: Reader = SHIPPED
    ours: Ours = NOBODY
    takes_all: bool = False  # keep posts that no query finds
    acts_on_since: datetime | None = None  # nobody need act on what was published before

    def wants(self, post: Post, hits: Sequence[Hit]) -> bool:
        # A review of one of our own locations is about us whatever it says.
        return bool(hits) or bool(post.facility_hint) or self.takes_all

    def asked(self, post: Post, network: str) -> Asked:
        """The post as queries see it."""
        fields = self.watched.matcher.fields
        asked = self._asked(post, network, fields)
        return replace(asked, facilities=self._slugs(post, network)) if "facility" in fields else asked

    def _asked(self, post: Post, network: str, fields: frozenset[str]) -> Asked:
        """What takes reading is read only where one of these fields is asked for."""
        return Asked(
            post.text,
            post.title,
            author=post.author_handle,
            url=post.url,
            language=languages.read(f"{post.title}\n{post.text}", post.language) if "lang" in fields else "",
            rating=post.rating,
            source=source_names(self.source.slug, self.source.kind, network),
            kind=post.kind,
        )

    def _slugs(self, post: Post, network: str) -> tuple[str, ...]:
        slug = self.watched.slugs.get(self.facility_of(post, (), network) or 0)
        return (slug,) if slug else ()

    def is_history(self, arrival: "Arrival") -> bool:
        return self.acts_on_since is not None and arrival.published_at < self.acts_on_since

    def place_of(self, arrival: "Arrival") -> int | None:
        return self.facility_of(arrival.post, arrival.hits, arrival.network)

    def facility_of(self, post: Post, hits: Sequence[Hit], network: str) -> int | None:
        if isinstance(post, ImportedPost) and post.facility_id:
            return post.facility_id
        return decide(
            self.facilities,
            self._asked(post, network, self.facilities.fields),
            hint=post.facility_hint,
            matched=[self.watched.facility_of.get(hit.query_id) for hit in hits],
            of_source=self.source.facility_id,
        )


@dataclass(frozen=True)
class Arrival:
    """A post that can be stored, what found it, and where."""

    post: Post
    network: str
    content_hash: str
    published_at: datetime
    is_published_guessed: bool
    is_truncated: bool
    hits: list[Hit] = field(default_factory=list)


@dataclass(frozen=True)
class Known:
    """What is stored of a mention, as far as it tells whether a post says something new."""

    mention_id: int
    content_hash: str
    is_gone: bool
    kins_kind: str | None = None  # the kind of the source that it stays with, where that is another
    facility_id: int | None = None

    @property
    def is_kins(self) -> bool:
        return self.kins_kind is not None


@dataclass(frozen=True)
class Refused:
    """A post that could not be read, and why."""

    external_id: str
    raw: str
    reason: str


def accept(post: Post, listener: Listener, now: datetime) -> Arrival:
    """Clean a post and look for what is listened for. Raises one of UNREADABLE when it is beyond reading."""
    clean, is_truncated = cleaned(post)
    published_at, is_guessed = believable(post.published_at, now)
    network = wording.handle(post.network or listener.source.kind)[:30]
    return Arrival(
        post=clean,
        network=network,
        content_hash=hash_of(clean),
        published_at=published_at,
        is_published_guessed=is_guessed,
        is_truncated=is_truncated,
        hits=listener.watched.matcher.find(listener.asked(clean, network)),
    )


def cleaned(post: Post) -> tuple[Post, bool]:
    if not post.external_id or len(post.external_id) > EXTERNAL_ID_CHARACTERS:
        raise ValueError("its id is empty or too long")
    if post.rating is not None and post.rating not in range(1, 6):
        raise ValueError("its rating is not 1 to 5")
    text, is_truncated = wording.capped(post.text)
    title = wording.title(post.title)
    clean = replace(
        post,
        external_id=wording.storable(post.external_id)[:EXTERNAL_ID_CHARACTERS],
        text=text,
        # A text that begins with its title would be shown as saying everything twice.
        title="" if text.startswith(title) else title,
        url=wording.web_address(post.url),
        author_id=wording.handle(post.author_id),
        author_handle=wording.handle(post.author_handle),
        author_name=wording.handle(post.author_name),
        parent_id=wording.storable(post.parent_id)[:EXTERNAL_ID_CHARACTERS],
        kind=wording.storable(post.kind)[:20],
    )
    return clean, is_truncated


def believable(published_at: datetime | None, now: datetime) -> tuple[datetime, bool]:
    """The time a network gave, and False; or now and True, where it gave none or one that cannot be."""
    if published_at is None or published_at.tzinfo is None:
        return now, True
    if published_at < OLDEST or published_at > now + CLOCKS_DIFFER:
        return now, True
    # A clock that is a little fast is no reason for a mark.
    return min(published_at, now), False


def hash_of(post: Post) -> str:
    """Of what an author can change: two posts with one hash say the same."""
    said = f"{post.title}\x1f{post.text}\x1f{post.rating or ''}"
    return hashlib.sha256(said.encode()).hexdigest()


def once_each(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """One arrival for each id: the one edited last, or else the one that came last."""
    latest: dict[str, Arrival] = {}
    for arrival in arrivals:
        before = latest.get(arrival.post.external_id)
        if before is None or _changed_at(arrival) >= _changed_at(before):
            latest[arrival.post.external_id] = arrival
    return list(latest.values())


def _changed_at(arrival: Arrival) -> datetime:
    edited_at = arrival.post.edited_at
    return edited_at if edited_at and edited_at.tzinfo else arrival.published_at


def refused(post: Post, reason: str) -> Refused:
    raw = raw_of(asdict(post))
    return Refused(str(post.external_id or "") or unread_id(raw), raw, reason)


def unread_id(raw: str) -> str:
    """An id for what has none, the same whenever it comes again."""
    return f"unread-{hashlib.sha256(wording.storable(raw).encode()).hexdigest()[:32]}"


def raw_of(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), default=str, ensure_ascii=False)
