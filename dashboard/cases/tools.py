"""What colleagues do with a case between them: give it, put it off, note, mute. What each is offered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.contrib.auth.models import User
from django.utils import timezone

from alerts import assigning, muting, quieting
from alerts.assigning import Choices
from alerts.models import Case, CaseEvent, StoryMute
from dashboard.cases import handed
from hospital.models import Team

MORNING = 9
HOURS = (1, 3)
MUTE_HOURS = (24, 4, 72)


@dataclass(frozen=True)
class Tools:
    case: Case
    now: datetime
    noted: int = 0  # notes that stand in its story: a new one begins with an empty field
    last: CaseEvent | None = None

    @cached_property
    def choices(self) -> Choices:
        return assigning.choices([self.case.facility_id], self.now)

    @property
    def can_quiet(self) -> bool:
        """Put off or mute: never what speaks of danger, nor what staff said."""
        return not quieting.objection(self.case)

    @property
    def times(self) -> list[tuple[str, str]]:
        return snooze_times(timezone.localtime(self.now))

    @property
    def mute_hours(self) -> tuple[int, ...]:
        return MUTE_HOURS

    @property
    def is_asleep(self) -> bool:
        return self.case.snoozed_until is not None and self.case.snoozed_until > self.now

    @cached_property
    def mute(self) -> StoryMute | None:
        return muting.standing(self.case.mention.story_id, self.now)

    @cached_property
    def passed_over(self) -> str:
        """Said until something else happens to the case."""
        last = self.last
        return handed.passed_over(last.detail) if last and last.kind == CaseEvent.Kind.ASSIGNED else ""


def snooze_times(local: datetime) -> list[tuple[str, str]]:
    """What is offered at a moment of the hospital's day: a value and its words. Pure."""
    found = [(f"{hours}h", f"In {hours} hour{'s' if hours > 1 else ''}") for hours in HOURS]
    for words, days in (("Tomorrow", 1), ("On Monday", 7 - local.weekday())):
        day = (local + timedelta(days=days)).date()
        if words == "Tomorrow" or days > 1:
            found.append((day.isoformat(), f"{words} at {MORNING}:00"))
    return found


def read_time(text: str, now: datetime) -> datetime | None:
    """3h, a day (its morning), or a day with a time, in the hospital's zone. Pure but for the zone."""
    if text.endswith("h") and text[:-1].isdecimal() and len(text) < 4:
        return now + timedelta(hours=int(text[:-1]))
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None:
        if len(text) == len("2026-03-02"):
            found = found.replace(hour=MORNING)
        found = timezone.make_aware(found)
    return found


def read_target(text: str) -> User | Team | None:
    """Who a case is to be given to, as the picker says it: person-3, team-1."""
    kind, _, number = text.partition("-")
    if not number.isdecimal() or len(number) > 18:
        return None
    if kind == "team":
        return Team.objects.filter(pk=int(number)).first()
    return User.objects.filter(pk=int(number), is_active=True).first() if kind == "person" else None
