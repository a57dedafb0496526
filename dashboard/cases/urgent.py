"""What stands on top of a case that cannot wait: page, approved text, protocol, and the way to a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from alerts import building, emergency, protocol, safetytexts
from alerts.models import Case, ListedContact, Notification, SafetyLines, SafetyStep, SafetyTextVersion
from alerts.protocol import Choice, Stand
from alerts.ways import Way, way_for
from dashboard.cases.desk import Desk
from dashboard.cases.rows import span
from hospital.access import Permission


def look(case: Case, desk: Desk) -> None:
    """The clock of an emergency runs from here, once somebody who may act has it open."""
    may_act = desk.reach.covers(Permission.WORK_CASES, case.facility_id)
    if may_act and not case.is_staff_voice and protocol.is_urgent(case) and case.state != Case.State.CLOSED:
        emergency.seen(case, by=desk.user, at=desk.now)


TELEPHONE = r"^[0-9 ()+.x-]{5,}$"


@dataclass(frozen=True)
class Urgent:
    case: Case
    desk: Desk

    @property
    def is_here(self) -> bool:
        """Whether this case has any of the cards."""
        if self.case.is_staff_voice:
            return False
        return self.is_emergency or self.is_in_building or self.last_page is not None

    @property
    def is_emergency(self) -> bool:
        return protocol.is_urgent(self.case)

    @property
    def is_self_harm(self) -> bool:
        return self.case.mention.lane == "self_harm" or self.case.queue.slug == protocol.SELF_HARM

    @property
    def is_in_building(self) -> bool:
        return building.is_here(self.case)

    @property
    def is_open(self) -> bool:
        return self.case.state != Case.State.CLOSED

    @property
    def can_act(self) -> bool:
        return self.is_open and self.desk.reach.covers(Permission.WORK_CASES, self.case.facility_id)

    # The page

    @cached_property
    def last_page(self) -> Notification | None:
        pages = self.case.notifications.pages().select_related("acknowledged_by", "person")
        return pages.order_by("-id").first()

    @property
    def is_for_me(self) -> bool:
        return self.last_page is not None and self.last_page.person_id == self.desk.user.pk

    # The approved text

    @cached_property
    def texts(self) -> list[SafetyTextVersion]:
        return safetytexts.for_case(self.case) if self.is_emergency else []

    @property
    def can_state(self) -> bool:
        """There is a text, nothing is public or on its way yet, and nobody else has the case."""
        at_rest = self.case.state in (Case.State.NEW, Case.State.CLAIMED, Case.State.DRAFTING)
        free = self.case.owner_id in (None, self.desk.user.pk)
        return self.can_act and at_rest and free and self.sent_at is None and not self.case.mention.is_gone

    @cached_property
    def way(self) -> Way:
        return way_for(self.case.mention)

    @cached_property
    def _clock(self) -> tuple[datetime | None, datetime | None]:
        return emergency.clock(self.case)

    @property
    def seen_at(self) -> datetime | None:
        return self._clock[0]

    @property
    def sent_at(self) -> datetime | None:
        return self._clock[1]

    @property
    def took(self) -> str:
        seen, sent = self._clock
        return clock(sent - seen) if seen and sent else ""

    @property
    def is_slow(self) -> bool:
        seen, sent = self._clock
        return seen is not None and (sent or self.desk.now) - seen > emergency.SENT_WITHIN

    @cached_property
    def lines(self) -> SafetyLines:
        return safetytexts.lines_of(self.case.facility_id)

    @cached_property
    def contacts(self) -> list[ListedContact]:
        """Telephones alone: the transfer line among them."""
        return list(ListedContact.objects.exclude(purpose="").filter(value__regex=TELEPHONE)[:4])

    # The protocol

    @cached_property
    def _steps(self) -> dict[str, SafetyStep]:
        return {step.key: step for step in self.case.safety_steps.select_related("by")}

    @property
    def risk(self) -> str:
        chosen = self._steps.get(protocol.RISK)
        return chosen.value if chosen else ""

    @property
    def choices(self) -> tuple[Choice, ...]:
        return protocol.CHOICES

    @property
    def questions(self) -> tuple[str, ...]:
        return protocol.QUESTIONS

    @property
    def stands(self) -> list[Stand]:
        return protocol.stands(self.risk, self._steps)

    @property
    def report(self) -> tuple[str, str]:
        """The network's own form for it, and what it is called there."""
        return protocol.REPORT.get(self.case.mention.network, ("", "By the network's own form for reports"))

    # In the building

    @cached_property
    def building(self) -> building.Way:
        return building.way(self.case)

    @property
    def states(self) -> list[tuple[str, str, datetime | None]]:
        return [(key, word, self.building.times.get(key)) for key, word in building.STATES.items()]

    @property
    def next_word(self) -> str:
        return building.STATES.get(self.building.next or "", "")

    @property
    def left(self) -> str:
        left = self.building.left(self.desk.now)
        if left is None:
            return ""
        return f"{span(left)} left" if left > timedelta(0) else f"late {span(-left)}"

    @property
    def is_late(self) -> bool:
        left = self.building.left(self.desk.now)
        return left is not None and left <= timedelta(minutes=5)


def clock(length: timedelta) -> str:
    """1:05, as a stop watch says it."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    return f"{minutes}:{seconds:02}"
