"""A case as a line of the list, and times as people say them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from alerts import priority
from alerts.models import Case
from alerts.presence import Here
from alerts.priority import Factor
from dashboard import cards, masks
from dashboard.cards import Card

EXCERPT = 160
SOON = timedelta(minutes=15)


@dataclass(frozen=True)
class HeadedCard(Card):
    """A card under another heading than the one that was read."""

    heading: tuple[str, str] = ("other", "Comment")  # severity, word

    @property
    def _reading(self) -> tuple[str, str]:
        return self.heading


STAFF_VOICES: dict[str, str] = {
    "": "Staff voice",
    Case.Answer.CONDITIONS: "Staff voice",
    Case.Answer.PRIVACY: "Privacy at risk",
    Case.Answer.SAFETY: "Speak-up signal",
    Case.Answer.PRAISE: "Thanks from staff",
}
SET_BY_A_PERSON = {95: "emergency", 75: "urgent", 50: "watch", 15: "other"}


def card_of(case: Case) -> Card:
    """As its case is headed: a voice of staff by what it needs, others as a person or the reading said."""
    if case.is_staff_voice:
        heading = ("restricted", STAFF_VOICES[case.staff_answer])
        return HeadedCard(case.mention, is_named=False, heading=heading)
    for severity, word in priority.SEVERITIES.values():
        if case.severity_set == severity:
            return HeadedCard(case.mention, heading=(SET_BY_A_PERSON[severity], word))
    return Card(case.mention)


MOST_FACES = 3
"""In a row: more are a number."""


@dataclass(frozen=True)
class Face:
    """One person in a row: who has it, who looks at it, who writes."""

    person: User
    words: str  # has it, is looking, is replying
    state: str = ""  # as `presence.State`; empty: not there now
    is_mine: bool = False


@dataclass(frozen=True)
class Who:
    """The people of one row, its owner first; whoever looks at the list is not told of themselves."""

    case: Case
    here: list[Here]
    user_id: int

    @property
    def _all(self) -> list[Face]:
        others = {one.person.pk: one.state for one in self.here if one.person.pk != self.user_id}
        faces = []
        if self.case.owner is not None:
            state = others.get(self.case.owner.pk, "")
            words = f"has it{DOES.get(state, '')}"
            faces.append(Face(self.case.owner, words, state, is_mine=self.case.owner.pk == self.user_id))
        strangers = [one for one in self.here if one.person.pk not in (self.user_id, self.case.owner_id)]
        return faces + [Face(one.person, IS[one.state], one.state) for one in strangers]

    @property
    def faces(self) -> list[Face]:
        return self._all[:MOST_FACES]

    @property
    def more(self) -> int:
        return max(0, len(self._all) - MOST_FACES)


IS = {"composing": "is replying", "viewing": "is looking", "idle": "has it open, idle"}
DOES = {"composing": " and is replying", "viewing": " and is looking", "idle": " and has it open, idle"}


@dataclass(frozen=True)
class Row:
    case: Case
    now: datetime
    user_id: int
    factors: tuple[Factor, ...] = ()
    here: tuple[Here, ...] = ()

    @property
    def who(self) -> Who:
        return Who(self.case, list(self.here), self.user_id)

    @property
    def card(self) -> Card:
        return card_of(self.case)

    @property
    def score(self) -> int:
        return priority.score(self.factors)

    @property
    def why(self) -> str:
        return ", ".join(str(factor) for factor in self.factors)

    @property
    def source(self) -> str:
        """Where it was said; of a voice of staff not even that."""
        return "" if self.case.is_staff_voice else self.case.mention.source.name

    @property
    def text(self) -> str:
        if self.case.passed_on and not self.is_closed:
            return self.case.passed_on
        if self.case.is_restricted and not self.is_closed:
            return "Its text opens only in the case."
        if self.card.is_withheld:
            return "About self-harm. Its text opens only in the case."
        if self.is_closed:
            return f"Closed: {self.case.get_outcome_display().lower()}. Leaves this list when you reload it"
        if self.case.mention.is_gone:
            return "Removed at its source"
        return self._words or "No words, only stars"

    @property
    def _words(self) -> str:
        """The beginning of the post, or its title, with names and numbers named instead of shown."""
        mention, text = self.case.mention, str(getattr(self.case, "excerpt", ""))
        hidden = masks.in_text(mention, text) if text else masks.in_title(mention)
        shown = cards.pieces((text or mention.title)[:EXCERPT], [], hidden)
        return "".join(piece.text for piece in shown if piece.kind != "unseen")

    @property
    def is_closed(self) -> bool:
        return self.case.state == Case.State.CLOSED

    @property
    def left(self) -> str:
        return "Done" if self.is_closed else time_left(self.case, self.now)

    @property
    def is_soon(self) -> bool:
        return not self.is_closed and is_pressing(self.case, self.now)

    @property
    def is_mine(self) -> bool:
        return self.case.owner_id == self.user_id

    @property
    def classes(self) -> str:
        said = {
            "is-gone": self.is_closed,
            "is-veiled": self.card.is_withheld or self.case.is_restricted,
            "is-new": self.case.owner_id is None and not self.is_closed,
        }
        return " ".join(name for name, holds in said.items() if holds)


def time_left(case: Case, now: datetime) -> str:
    """Until the first reply is owed; nothing more is owed once there was one."""
    if case.first_replied_at is not None:
        return "–"
    left = case.due_at - now
    return f"late {span(-left)}" if left < timedelta(0) else span(left)


def is_pressing(case: Case, now: datetime) -> bool:
    return case.first_replied_at is None and case.due_at - now < SOON


def span(length: timedelta) -> str:
    """12m, 3h 05, 4d: short enough for a fixed column."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02}" if hours < 48 else f"{hours // 24}d"
