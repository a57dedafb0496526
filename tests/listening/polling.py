"""What tests of polls share: a clock to be moved by hand, and one poll of a pretend source."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from listening import ingest
from listening.models import Mention, Poll, Source
from listening.sources.contract import Page, Post
from tests import base


@dataclass
class HandClock:
    now: datetime = field(default=base.NOW)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **time: float) -> None:
        self.now += timedelta(**time)


def page(*posts: Post, cursor: dict[str, Any] | None = None, **fields: Any) -> Page:
    return Page(posts=posts, cursor={"seen": len(posts)} if cursor is None else cursor, **fields)


def owe(source: Source | None = None, **fields: Any) -> Poll:
    fields.setdefault("slot", base.NOW + timedelta(seconds=Poll.objects.count()))
    return Poll.objects.create(source=source or base.source(), **fields)


def poll_once(*answers: Page | Exception, clock: HandClock | None = None) -> Poll:
    """One poll of the pretend source that gives these answers."""
    owed = owe()
    with base.registered(base.FakeSource(*answers)):
        done = ingest.poll(owed.pk, clock=clock or HandClock())
    assert done
    return done


def texts() -> list[str]:
    return list(Mention.objects.order_by("wall_seq").values_list("text", flat=True))


def counts(poll: Poll) -> tuple[int, ...]:
    """Inserted, updated, unchanged, dropped, quarantined; the sum is checked."""
    found = (poll.inserted, poll.updated, poll.unchanged, poll.dropped, poll.quarantined)
    assert poll.fetched == sum(found), poll.conservation
    return found
