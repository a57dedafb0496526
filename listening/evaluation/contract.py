"""What a subject answers, and which rows may count."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path
from typing import TypeVar


@dataclass(frozen=True)
class Score:
    set: str
    rows: int
    metric: str
    baseline: float | None  # plain VADER, where it can answer the question
    ours: float
    note: str = ""


Scores = Callable[[Path], Iterator[Score]]

SEEN = "trained on these texts"

Row = TypeVar("Row")


def digit(text: str) -> str:
    """The first hexadecimal digit of the text's sha1: sets are parted by it, whatever the row's labels."""
    return sha1(text.strip().encode(errors="replace"), usedforsecurity=False).hexdigest()[0]


def unseen(rows: Sequence[Row], text: Callable[[Row], str], digits: str) -> tuple[list[Row], str]:
    """The rows that a model fitted on these digits has not seen; all, and a note, where it saw each."""
    kept = [row for row in rows if digit(text(row)) not in digits]
    if kept or not rows:
        return kept, "" if len(kept) == len(rows) else "unseen rows only"
    return list(rows), SEEN
