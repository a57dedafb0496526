"""What another reading of a mention would change, and how often what became what. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, Any]
"""What a mention keeps of a reading, by column."""

ASPECTS = {
    "sentiment": frozenset({"sentiment", "score"}),
    "topics": frozenset({"topics"}),
    "level": frozenset({"level", "severity", "lane"}),
    "lane": frozenset({"lane"}),
    "urgent": frozenset({"level", "severity", "lane", "reasons"}),  # dropped after a case was closed
}
"""What a person may decide, and the columns that no reading changes any more once they did."""

COUNTED = {"sentiment": "Tone", "level": "Level", "lane": "Lane", "topics": "Topics"}
"""Of which aspects it is counted what became what."""

SHOWN = frozenset({"sentiment", "level", "lane", "topics", "identifiers"})
"""Columns of which a card on a wall shows that they changed."""


def changed(before: Values, after: Values, set_by_people: Collection[str]) -> tuple[dict[str, Any], bool]:
    """The columns that another reading changes, and whether a person's decision stood against one."""
    differing = {name: value for name, value in after.items() if not _is_same(before[name], value)}
    of_people = held(set_by_people)
    kept = {name: value for name, value in differing.items() if name not in of_people}
    return kept, len(kept) < len(differing)


def held(set_by_people: Collection[str]) -> frozenset[str]:
    """The columns that no reading may write while these aspects are set by people."""
    return frozenset(name for aspect in set_by_people for name in ASPECTS.get(aspect, ()))


def _is_same(before: Any, after: Any) -> bool:
    return bool(_plain(before) == _plain(after))


def _plain(value: Any) -> Any:
    """As JSON gives it back: no tuples."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


@dataclass
class Tally:
    """Of each aspect, how many mentions moved from what to what."""

    moves: dict[str, Counter[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: Mapping[str, Mapping[str, int]]) -> "Tally":
        return cls({aspect: Counter(counts) for aspect, counts in stored.items()})

    def add(self, before: Values, after: Values) -> None:
        for aspect in COUNTED:
            for move in moves(aspect, before, after):
                self.moves.setdefault(aspect, Counter())[move] += 1

    def as_stored(self) -> dict[str, dict[str, int]]:
        return {aspect: dict(counts) for aspect, counts in self.moves.items()}

    def rows(self) -> list[tuple[str, list["Move"]]]:
        """By aspect, the commonest first."""
        return [
            (
                label,
                [Move(aspect, *_ends(name), count) for name, count in self.moves[aspect].most_common()],
            )
            for aspect, label in COUNTED.items()
            if self.moves.get(aspect)
        ]


@dataclass(frozen=True)
class Move:
    """From what to what; nothing before it where a topic is new, nothing after it where one is gone."""

    aspect: str
    before: str
    after: str
    count: int

    @property
    def name(self) -> str:
        """How a form asks for the mentions behind the count."""
        return f"{self.aspect}:{self.before}>{self.after}"


def moves(aspect: str, before: Values, after: Values) -> list[str]:
    old, new = before[aspect], after.get(aspect, before[aspect])
    if aspect == "topics":
        gone = [f"{topic}>" for topic in old if topic not in new]
        return gone + [f">{topic}" for topic in new if topic not in old]
    return [f"{old}>{new}"] if old != new else []


def _ends(move: str) -> tuple[str, str]:
    before, _, after = move.partition(">")
    return before, after
