"""Who else is at which case, as one person may know it."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from alerts import presence
from alerts.models import Case, Presence
from alerts.presence import Here, State
from dashboard.cases.desk import Desk
from dashboard.cases.rows import Who

SEEN_SINCE = presence.FORGOTTEN_AFTER
"""Rows that somebody left as long ago are told of too, so that no screen keeps them there."""


@dataclass(frozen=True)
class Eyes:
    desk: Desk
    case: Case | None = None

    @cached_property
    def _at(self) -> dict[int, list[Here]]:
        since = self.desk.now - SEEN_SINCE
        known = Presence.objects.filter(seen_at__gt=since).values_list("case_id", flat=True)
        return presence.at_cases(known, self.desk.now)

    @cached_property
    def rows(self) -> list[Who]:
        """Of the rows of this list alone: what is out of reach, or restricted, is not in it."""
        known = self._at.keys() & set(self.desk.on_screen)
        cases = self.desk.in_view.filter(pk__in=known).select_related("owner")
        return [Who(case, self._at[case.pk], self.desk.user.pk) for case in cases.order_by("pk")]

    @property
    def others(self) -> list[Here]:
        if self.case is None:
            return []
        return [one for one in self._at.get(self.case.pk, ()) if one.person.pk != self.desk.user.pk]

    @property
    def writing(self) -> list[Here]:
        return [one for one in self.others if one.state == State.COMPOSING]

    @property
    def looking(self) -> list[Here]:
        return [one for one in self.others if one.state != State.COMPOSING]

    @cached_property
    def mark(self) -> str:
        """The same as long as there is nothing new to show."""
        here = [(one.person.pk, one.state, str(one.composing_since)) for one in self.others]
        rows = [
            (who.case.pk, who.case.owner_id, [(o.person.pk, o.state) for o in who.here]) for who in self.rows
        ]
        return hashlib.sha256(repr((here, rows)).encode()).hexdigest()[:16]
