"""The bell of the desk: what cannot wait, and who has it. It is asked often, and answers when it changed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from alerts.models import Case, Notification
from dashboard.cases.desk import Desk
from hospital.access import Permission

SHOWN = 2
ANSWERED_STAYS = timedelta(minutes=10)


@dataclass(frozen=True)
class Ring:
    """One page as the bell shows it."""

    page: Notification
    is_mine: bool

    @property
    def who(self) -> str:
        case = self.page.case
        owner = self.page.acknowledged_by or (case.owner if case else None)
        return (owner.get_full_name() or owner.username) if owner else ""

    @property
    def says(self) -> str:
        if self.page.acknowledged_at:
            return f"{self.who} has it"
        has_it = f", {self.who} has the case" if self.who else ""
        if self.page.state == Notification.State.NOBODY:
            return f"Nobody answers: telephone somebody{has_it}"
        if self.page.state == Notification.State.BY_PHONE:
            return f"Telephone {self.page.name}: {self.page.phone}{has_it}"
        return f"{'You were' if self.is_mine else f'{self.page.name} was'} paged{has_it}"


@dataclass(frozen=True)
class Bell:
    rings: list[Ring]
    more: int
    open_id: int | None  # the case that is on the page already

    @property
    def first_key(self) -> int | None:
        """The case that the key opens: mine first, and never the one that is open."""
        waiting = [ring for ring in self.rings if ring.page.case_id != self.open_id]
        found = next((ring for ring in waiting if ring.page.is_standing), None)
        return found.page.case_id if found else None

    @property
    def digest(self) -> str:
        said = [(ring.page.pk, ring.says, ring.page.is_standing) for ring in self.rings]
        return hashlib.sha256(repr((said, self.more)).encode()).hexdigest()[:16]


def of(desk: Desk, open_id: int | None) -> Bell:
    pages = _pages(desk, desk.now)
    rings = [Ring(page, page.person_id == desk.user.pk) for page in pages]
    rings.sort(key=lambda ring: (not ring.page.is_standing, not ring.is_mine, ring.page.pk))
    return Bell(rings[:SHOWN], max(0, len(rings) - SHOWN), open_id)


def _pages(desk: Desk, now: datetime) -> list[Notification]:
    """Of each case the page that counts: the one that stands, or was answered a moment ago."""
    facility_ids = desk.reach.facility_ids(Permission.SEE_CASES)
    counts = Q(acknowledged_at__isnull=True) | Q(acknowledged_at__gt=now - ANSWERED_STAYS)
    pages = Notification.objects.pages().filter(counts, passed_on_at__isnull=True)
    # The few that stand first: asked as one, every open case is looked at.
    paged = list(pages.filter(case__isnull=False).values_list("case_id", flat=True))
    seen = Case.objects.within(facility_ids).open().filter(pk__in=paged).values_list("pk", flat=True)
    there = pages.filter(case_id__in=list(seen))
    return list(there.select_related("case__facility", "case__queue", "case__owner", "acknowledged_by")[:50])
