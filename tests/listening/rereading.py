"""What tests of rereading share: a reader that says what it is told, and a rereading worked to its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from unittest import mock

from listening import readers, rereading
from listening.models import Rereading
from listening.reading.analysis import Reading, ToRead
from listening.reading.lanes import Lane
from listening.reading.sentiment import Tone
from listening.reading.taxonomy import Taxonomy, shipped
from tests.base import NOW


def reading(**changes: Any) -> Reading:
    values = {"tone": Tone("negative", -0.5), "lane": Lane("complaint", 45, "P2"), "language": "", **changes}
    return Reading(**values)


@dataclass
class FakeReader:
    """Reads every post as `answer`, or as `answers` says of its text; `asked` keeps what it was asked."""

    answer: Reading = field(default_factory=reading)
    answers: dict[str, Reading | BaseException] = field(default_factory=dict)
    version: str = "new"
    asked: list[ToRead] = field(default_factory=list)
    taxonomy: Taxonomy = field(default_factory=shipped)

    def read(self, post: ToRead) -> Reading:
        self.asked.append(post)
        answer = self.answers.get(post.text, self.answer)
        if isinstance(answer, BaseException):
            raise answer
        return answer


@contextmanager
def in_force(reader: FakeReader) -> Iterator[FakeReader]:
    with mock.patch.object(readers, "current", return_value=reader):
        yield reader


def start(**fields: Any) -> Rereading:
    return rereading.start(**{"since": None, "facility": None, "by": None, "at": NOW, **fields})


def work(owed: Rereading, *, now: datetime = NOW, limit: int = 50) -> Rereading:
    """Chunk after chunk until there is none."""
    for _ in range(limit):
        if not rereading.work(owed.pk, clock=lambda: now):
            break
    owed.refresh_from_db()
    return owed
