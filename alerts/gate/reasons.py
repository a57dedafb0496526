"""What the gate answers: a verdict, and for each reason the rule, the place, and what to say instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

PASS, WARN, BLOCK = 0, 1, 2
WORDS = {PASS: "pass", WARN: "warn", BLOCK: "block"}
MAX_REASONS = 20
UNREAD = "not-checked"
"""In a language that the rules do not know: whatever else is said of it, somebody must read it."""


@dataclass(frozen=True)
class Reason:
    rule: str
    weight: int  # WARN or BLOCK
    start: int  # into the draft as it came, in characters
    end: int
    text: str  # the words of the draft that are meant
    why: str
    instead: str

    @property
    def is_block(self) -> bool:
        return self.weight == BLOCK

    @property
    def told(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "verdict": WORDS[self.weight],
            "why": self.why,
            "instead": self.instead,
        }


@dataclass(frozen=True)
class Verdict:
    reasons: tuple[Reason, ...] = ()

    @classmethod
    def of(cls, reasons: Iterable[Reason]) -> "Verdict":
        """Of reasons of one rule that touch, one; blocks first; at most so many as a person reads."""
        kept: list[Reason] = []
        for each in sorted(reasons, key=lambda one: (-one.weight, one.start, one.start - one.end)):
            if not any(_says_it(other, each) for other in kept):
                kept.append(each)
        first = sorted(kept[:MAX_REASONS], key=lambda one: (one.start, -one.weight))
        return cls(tuple(first))

    @property
    def weight(self) -> int:
        return max((reason.weight for reason in self.reasons), default=PASS)

    @property
    def word(self) -> str:
        return WORDS[self.weight]

    @property
    def is_blocked(self) -> bool:
        return self.weight == BLOCK

    @property
    def worst(self) -> Reason:
        return max(self.reasons, key=lambda reason: reason.weight)

    @property
    def to_tick(self) -> list[Reason]:
        """What an approver must have read and ticked, each rule once."""
        by_rule = {reason.rule: reason for reason in self.reasons if reason.weight == WARN}
        return list(by_rule.values())


def _says_it(one: Reason, other: Reason) -> bool:
    """Whether the first makes the second needless: the same at the same place, or a doubt where it stops."""
    is_same = one.rule == other.rule or (one.is_block and not other.is_block and other.rule != UNREAD)
    do_touch = one.start < max(other.end, other.start + 1) and other.start < max(one.end, one.start + 1)
    return is_same and do_touch
