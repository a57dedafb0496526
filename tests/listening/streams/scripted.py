"""A pretend network that tells by itself what it was handed, and a clock that moves with it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from listening.models import Poll, Source
from listening.sources import adapters, listened
from listening.sources.contract import Connection, Cursor, Listening, Page, Post, SourceError, Unreadable
from listening.sources.push import CursorTooOld, Opening, Told, Wire
from listening.streams import listening
from tests import base
from tests.listening.polling import HandClock

Answer = list[bytes] | None | SourceError


def said(seq: int, text: str = "", **fields: Any) -> bytes:
    return json.dumps({"seq": seq, "text": text, **fields}).encode()


class PushingSource(base.FakeSource):
    kind = "pushing"
    label = "Pushing"
    name = "Pushing"
    wire: Wire = "websocket"
    silence = timedelta(seconds=30)

    def opening(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Opening:
        return Opening("https://pushing.example", headers={"cursor": str(cursor.get("seq", ""))})

    def tell(self, connection: Connection, message: bytes, cursor: Cursor) -> Told | None:
        item = json.loads(message)
        if item["seq"] <= cursor.get("seq", 0):
            return None
        following = {"seq": item["seq"]}
        if "gone" in item:
            return Told(following, gone=item["gone"])
        if "odd" in item:
            return Told(following, unreadable=Unreadable(item["odd"], str(item)))
        id = item.get("id", f"at://ann/{item['seq']}")
        edited_at = base.NOW if item.get("edited") else None
        return Told(
            following,
            post=Post(id, item["text"], is_removed=item.get("gone_post", False), edited_at=edited_at),
        )

    def refused(self, error: SourceError) -> SourceError:
        return CursorTooOld("Too old.") if "TooOld" in error.raw else error

    def lost_since(self, cursor: Cursor, now: datetime) -> str:
        return f"Posts after {cursor.get('seq')} may be missing."


def later() -> HandClock:
    """After everything that a test has done before."""
    return HandClock(base.NOW + timedelta(minutes=3 * Poll.objects.count()))


@dataclass
class Script:
    """What each read gives; at its end the process is asked to stop. Every read takes a second."""

    answers: list[Answer]
    clock: HandClock = field(default_factory=later)
    stopping: Event = field(default_factory=Event)
    openings: list[str] = field(default_factory=list)
    refusals: list[SourceError] = field(default_factory=list)
    is_closed: bool = False

    def __call__(self, connection: Connection, opening: Opening, network: str) -> "Script":
        self.openings.append(opening.headers["cursor"])
        if self.refusals:
            raise self.refusals.pop(0)
        return self

    def read(self, seconds: float) -> list[bytes] | None:
        self.clock.move(seconds=1)
        if not self.answers:
            self.stopping.set()
            return None
        answer = self.answers.pop(0)
        if isinstance(answer, SourceError):
            raise answer
        return answer

    def close(self) -> None:
        self.is_closed = True


class FillingSource(PushingSource):
    """Its network lists what was said before, and is told what to tell."""

    fills_after = (timedelta(0), timedelta(seconds=10))

    def __init__(self, *pages: Page | SourceError, rules: Sequence[Sequence[str]] = ((),)) -> None:
        self.pages, self.rules = list(pages), list(rules)
        self.filled_from: list[Cursor] = []

    def fill(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        self.filled_from.append(dict(cursor))
        page = self.pages.pop(0) if self.pages else Page((), cursor)
        if isinstance(page, SourceError):
            raise page
        return page

    def asked(self, connection: Connection, queries: Sequence[Listening]) -> Sequence[str]:
        return self.rules.pop(0) if self.rules[1:] else self.rules[0]


@contextmanager
def scripted(
    *answers: Answer, refusals: Sequence[SourceError] = (), adapter: PushingSource | None = None
) -> Iterator[Script]:
    script, before = Script(list(answers), refusals=list(refusals)), listened.WIRES["websocket"]
    listened.WIRES["websocket"] = script  # type: ignore[assignment]
    adapters()["pushing"] = adapter or PushingSource()  # type: ignore[assignment]
    try:
        yield script
    finally:
        listened.WIRES["websocket"] = before
        adapters().pop("pushing")


def source(**fields: Any) -> Source:
    return base.source("pushing", "pushing", **fields)


def follow(*answers: Answer, script: Script | None = None, refusals: Sequence[SourceError] = ()) -> Script:
    """One connection from its opening to its end."""
    with scripted(*answers, refusals=refusals) as made:
        once(made)
    return made


def once(script: Script) -> None:
    from listening.streams import stretches

    found = Source.objects.get(slug="pushing")
    lease = stretches.take(found, script.clock())
    assert lease is not None
    listening.Listening(found, lease, script.stopping, script.clock).run()
