"""The verdict of the gate as a person sees it: the text with its doubtful places, and why each is one."""

from dataclasses import dataclass
from functools import cached_property

from alerts import gatekeeping
from alerts.gate import UNREAD, GateDown, Reason, Verdict
from alerts.gate.reasons import BLOCK, PASS, WARN
from alerts.gatekeeping import Ground
from dashboard.cards import pieces
from listening.models import Mention

QUOTED, LONGEST_QUOTE = 4, 80
"""Places that are quoted of one rule; the text itself shows them all."""

LOOKS = {
    PASS: ("pass", "i-check", "Nothing found.", "It reveals nothing that the public page does not."),
    WARN: ("warn", "i-urgent", "Needs an approver.", "The check has a doubt, which the approver ticks."),
    BLOCK: ("block", "i-emergency", "Cannot be sent.", "Say it another way, as it stands below."),
}
EMPTY = ("empty", "i-lock", "Not checked yet.", "It is, as you write.")
DOWN = ("down", "i-outage", "The check is not working.", "Nothing can be published now. Your text is kept.")


@dataclass(frozen=True)
class Part:
    """A stretch of the draft; `look` says how it is underlined, `reason` why."""

    text: str
    kind: str  # as `cards.Piece`
    look: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Told:
    """One rule, as it is told to a person."""

    rule: str
    words: str
    reasons: tuple[Reason, ...]

    @classmethod
    def of(cls, reasons: list[Reason]) -> "Told":
        rule = reasons[0].rule
        return cls(rule, rule.rpartition(":")[2].replace("-", " ").replace("_", " "), tuple(reasons))

    @property
    def look(self) -> str:
        return "block" if self.reasons[0].is_block else "warn"

    @property
    def tick(self) -> str:
        is_unread = self.rule == UNREAD
        return "I read this language, and every word" if is_unread else f"I have read it: {self.words}"

    @property
    def why(self) -> str:
        return self.reasons[0].why

    @property
    def instead(self) -> str:
        return self.reasons[0].instead

    @property
    def quotes(self) -> list[str]:
        said = dict.fromkeys(each.text for each in self.reasons if 0 < len(each.text) < LONGEST_QUOTE)
        return list(said)[:QUOTED]


@dataclass(frozen=True)
class Shown:
    text: str
    verdict: Verdict | None = None  # None: there is none, since the gate is down or nothing was written

    @classmethod
    def of(cls, mention: Mention, text: str, ground: Ground | None = None) -> "Shown":
        if not text.strip():
            return cls("")
        try:
            return cls(text, gatekeeping.verdict(mention, text, ground))
        except GateDown:
            return cls(text)

    @property
    def is_down(self) -> bool:
        return bool(self.text) and self.verdict is None

    @property
    def is_blocked(self) -> bool:
        return self.verdict is not None and self.verdict.is_blocked

    @cached_property
    def look(self) -> tuple[str, str, str, str]:
        """Name of the look, icon, word, sentence."""
        if self.verdict is None:
            return DOWN if self.text else EMPTY
        return LOOKS[self.verdict.weight]

    @cached_property
    def told(self) -> list[Told]:
        """The gravest first, each rule once with every place it was found at."""
        by_rule: dict[str, list[Reason]] = {}
        for each in sorted(self.verdict.reasons if self.verdict else (), key=lambda one: -one.weight):
            by_rule.setdefault(each.rule, []).append(each)
        return [Told.of(reasons) for reasons in by_rule.values()]

    @property
    def to_tick(self) -> list[Told]:
        return [each for each in self.told if any(not one.is_block for one in each.reasons)]

    @cached_property
    def parts(self) -> list[Part]:
        """The whole text, cut where a reason begins or ends."""
        found: list[Part] = []
        at = 0
        reasons = self.verdict.reasons if self.verdict else ()
        for each in sorted(reasons, key=lambda one: (one.start, -one.end)):
            if each.start < at or each.end - each.start >= len(self.text):
                continue
            found += _parts(self.text[at : each.start])
            look = "block" if each.is_block else "warn"
            found += [
                Part(p.text, p.kind, look, each.why) for p in pieces(self.text[each.start : each.end], [])
            ]
            at = each.end
        return [*found, *_parts(self.text[at:])]


def _parts(text: str) -> list[Part]:
    return [Part(piece.text, piece.kind) for piece in pieces(text, [])]
