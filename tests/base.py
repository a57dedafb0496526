"""The people, the nouns and the one pretend source that tests share. All of them are invented."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import transaction

from hospital.models import Facility, Membership, Role
from listening import wall_sequence
from listening.models import Mention, Query, Source, Watchlist
from listening.sources import adapters
from listening.sources.contract import (
    Connection,
    Cursor,
    Listening,
    Page,
    Post,
    Sent,
    SourceError,
    Target,
    Thread,
    Written,
)
from listening.sources.search import Syntax
from listening.sources.sheet import Sheet

PASSWORD = "correct horse battery"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
numbers = count(1)


def person(username: str, role: Role | None = None, facility: Facility | None = None) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(username, password=PASSWORD)
    if role is not None:
        Membership.objects.get_or_create(user=user, role=role, facility=facility)
    return user


def carla(facility: Facility | None = None) -> User:
    return person("carla", Role.MANAGER, facility)


def pete(facility: Facility | None = None) -> User:
    return person("pete", Role.RESPONDER, facility)


def priya(facility: Facility | None = None) -> User:
    return person("priya", Role.APPROVER, facility)


def cora(facility: Facility | None = None) -> User:
    return person("cora", Role.COMPLIANCE, facility)


def ada(facility: Facility | None = None) -> User:
    return person("ada", Role.ADMIN, facility)


def wes(facility: Facility | None = None) -> User:
    return person("wes", Role.VIEWER, facility)


def mallory() -> User:
    """Has an account and no membership: may do nothing."""
    return person("mallory")


def facility(name: str = "Northfield Main Campus", slug: str = "main", **fields: Any) -> Facility:
    fields.setdefault("short_name", name.removeprefix("Northfield "))
    return Facility.objects.get_or_create(slug=slug, defaults={"name": name, **fields})[0]


def source(slug: str = "fake", kind: str = "fake", **fields: Any) -> Source:
    fields.setdefault("name", slug.capitalize())
    fields.setdefault("next_poll_at", NOW)
    return Source.objects.get_or_create(slug=slug, defaults={"kind": kind, **fields})[0]


def watchlist(*expressions: str, name: str = "Northfield", **fields: Any) -> Watchlist:
    made = Watchlist.objects.create(name=name, **fields)
    Query.objects.bulk_create(Query(watchlist=made, expression=line) for line in expressions)
    return made


def mention(text: str = "Three hours in the waiting room.", **fields: Any) -> Mention:
    values: dict[str, Any] = {
        "external_id": f"post-{next(numbers)}",
        "network": "fake",
        "url": "https://fake.example/post",
        "text": text,
        "content_hash": "0" * 64,
        "published_at": NOW,
        "collected_at": NOW,
        "sentiment": Mention.Sentiment.NEUTRAL,
        "score": 0.0,
        "severity": 10,
        "level": Mention.Level.P4,
        "lane": "other",
        "reader_version": "test",
        **fields,
    }
    values.setdefault("source", None)
    values["source"] = values["source"] or source()
    with transaction.atomic():
        return Mention.objects.create(wall_seq=wall_sequence.take(1)[0], **values)


def post(text: str = "Northfield kept us waiting.", external_id: str = "", **fields: Any) -> Post:
    fields.setdefault("published_at", NOW - timedelta(minutes=5))
    return Post(external_id=external_id or f"post-{next(numbers)}", text=text, **fields)


class FakeSource:
    """An adapter that answers with the pages, errors and sent replies it was handed, in order.

    `calls` keeps what it was asked; with nothing left it answers an empty page.
    """

    kind = "fake"
    label = "Fake"
    secrets: tuple[str, ...] = ()
    OptionsForm = forms.Form
    reply_way = "api"
    max_reply_characters = 280
    attribution = "Fake"
    syntax: Syntax | None = None
    reads = "Whatever it was handed"
    sheet = Sheet(
        searches="What it was handed.",
        history="None.",
        replies="All.",
        deletions="Not told.",
        cost="Free.",
        limits="None.",
        cannot_see="Everything else.",
    )

    def __init__(self, *answers: Page | Exception, replies: Sequence[Sent | SourceError] = ()) -> None:
        self.answers = list(answers)
        self.replies = list(replies)
        self.calls: list[tuple[Connection, list[Listening], Cursor]] = []
        self.sent: list[tuple[Target, str]] = []

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        self.calls.append((connection, list(queries), cursor))
        answer = self.answers.pop(0) if self.answers else Page(posts=[], cursor=cursor)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        self.sent.append((target, text))
        answer = self.replies.pop(0) if self.replies else Sent(external_id=f"reply-{len(self.sent)}")
        if isinstance(answer, SourceError):
            raise answer
        return answer


class ReadingSource(FakeSource):
    """One that shows what it was sent, and what `natives` were written there; `errors` are met first."""

    def __init__(self, *, replies: Sequence[Sent | SourceError] = (), is_whole: bool = True) -> None:
        super().__init__(replies=replies)
        self.is_whole = is_whole
        self.natives: list[Written] = []
        self.shown: list[Written] = []
        self.errors: list[SourceError] = []
        self.readings = 0
        self.loses = False  # what it is sent does not become public

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        if not self.loses:
            self.shown.append(Written(f"reply-{len(self.sent) + 1}", text))
        return super().reply(connection, target, text)

    def replies_to(self, connection: Connection, target: Target) -> Thread:
        self.readings += 1
        if self.errors:
            raise self.errors.pop(0)
        return Thread([*self.shown, *self.natives], self.is_whole)


@contextmanager
def registered(fake: FakeSource) -> Iterator[FakeSource]:
    """Let `adapter_for` find this pretend adapter while the block runs."""
    known = adapters()
    before = known.get(fake.kind)
    known[fake.kind] = fake  # type: ignore[assignment]
    try:
        yield fake
    finally:
        known.pop(fake.kind)
        if before is not None:
            known[fake.kind] = before
