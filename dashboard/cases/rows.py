"""A case as a line of the list, and times as people say them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from alerts import priority
from alerts.clocks import Calendars
from alerts.models import Case, Reply
from alerts.presence import Here
from alerts.priority import Factor
from dashboard import cards, masks
from dashboard.cards import Card
from dashboard.cases import ticking
from dashboard.cases.ticking import Ticking

EXCERPT = 160


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

    @property
    def name(self) -> str:
        return self.person.get_full_name() or self.person.username

    @property
    def title(self) -> str:
        return f"{self.name} {self.words}"


@dataclass(frozen=True)
class Who:
    """The people of one row, its owner first; whoever looks at the list is not told of themselves."""

    case: Case
    here: list[Here]
    user_id: int

    @cached_property
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
    calendars: Calendars = field(default_factory=Calendars.load)
    may_cancel: bool = False
    has_left: bool = False  # what the list shows, since it was opened
    here: tuple[Here, ...] = ()

    @cached_property
    def key(self) -> str:
        """Its case, as addresses and ids name it."""
        return str(self.case.pk)

    @cached_property
    def who(self) -> Who:
        return Who(self.case, list(self.here), self.user_id)

    @cached_property
    def card(self) -> Card:
        return card_of(self.case)

    @property
    def place(self) -> str:
        return (self.case.facility and self.case.facility.short_name) or "No facility named"

    @property
    def stands(self) -> str:
        """Where it was said, where it stands, and whom it waits for."""
        state = self.case.get_state_display().lower() if self._is_at_work else ""
        team = f", for {self.case.team}" if self.case.team and not self.case.owner else ""
        return ", ".join(part for part in (self.source, state) if part) + team

    @property
    def _is_at_work(self) -> bool:
        return self.case.state != Case.State.NEW and not self.is_closed

    @cached_property
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
        if self.to_tell:
            return f"Tell them: {self.to_tell}"
        if self.held:
            return f"Our reply: {self.held.text[:EXCERPT]}"
        if self.case.passed_on and not self.is_closed:
            return self.case.passed_on
        if self.case.is_restricted and not self.is_closed:
            return "Its text opens only in the case."
        if self.card.is_withheld:
            return "About self-harm. Its text opens only in the case."
        if self.is_closed:
            return f"Closed: {self.case.get_outcome_display().lower()}. Leaves this list when you reload it"
        if self.has_left:
            return f"{self._went} Leaves this list when you reload it"
        if self.case.mention.is_gone:
            return "Removed at its source"
        return self._words or "No words, only stars"

    @property
    def _went(self) -> str:
        if self.case.snoozed_until and self.case.snoozed_until > self.now:
            return f"Put off until {timezone.localtime(self.case.snoozed_until):%a %H:%M}."
        owner = self.case.owner
        with_whom = f", with {owner.get_full_name() or owner.username}" if owner else ""
        return f"No longer here: now in {self.case.queue}{with_whom}."

    @property
    def _words(self) -> str:
        """The beginning of the post, or its title, with names and numbers named instead of shown."""
        mention, text = self.case.mention, str(getattr(self.case, "excerpt", ""))
        hidden = masks.in_text(mention, text) if text else masks.in_title(mention)
        shown = cards.pieces((text or mention.title)[:EXCERPT], [], hidden)
        return "".join(piece.text for piece in shown if piece.kind != "unseen")

    @cached_property
    def to_tell(self) -> str:
        """What was changed, where the list is of those who are to be told."""
        return str(getattr(self.case, "to_tell", ""))

    @cached_property
    def is_closed(self) -> bool:
        return self.case.state == Case.State.CLOSED and not self.to_tell

    @property
    def has_answer(self) -> bool:
        """Something came in private that nobody has read."""
        return bool(getattr(self.case, "has_answer", False))

    @property
    def url(self) -> str:
        return reverse("case-detail", args=[self.case.pk])

    @property
    def due(self) -> str:
        """For machines."""
        return timezone.localtime(self.case.due_at).isoformat()

    @property
    def left(self) -> str:
        return "tell" if self.to_tell else self.clock.left

    @property
    def is_soon(self) -> bool:
        return self.clock.is_soon and not self.to_tell

    @cached_property
    def clock(self) -> Ticking:
        return ticking.of(self.case, self.calendars, self.now)

    @cached_property
    def held(self) -> Reply | None:
        """The reply that is about to leave, where the view shows those."""
        return next(iter(getattr(self.case, "held", ())), None)

    @property
    def is_passed_on(self) -> bool:
        """Its approval waits for longer than its queue allows."""
        return bool(getattr(self.case, "is_passed_on", False))

    @property
    def is_mine(self) -> bool:
        return self.case.owner_id == self.user_id

    @property
    def classes(self) -> str:
        said = {
            "is-gone": self.is_closed or self.has_left,
            "is-veiled": self.card.is_withheld or self.case.is_restricted,
            "is-new": self.case.owner_id is None and not self.is_closed,
        }
        return " ".join(name for name, holds in said.items() if holds)


def span(length: timedelta) -> str:
    """12m, 3h 05, 4d: short enough for a fixed column."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02}" if hours < 48 else f"{hours // 24}d"
