"""Who looks at an open wall, and at what.

All that decides what is sent there. A person at a desk and a screen on a wall are the same here: whoever
opens a stream makes one of these, and says how to make it anew.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from dashboard.faces import Face
from dashboard.standing import EVERYDAY, Slot
from dashboard.wall_filters import WallFilter


@dataclass(frozen=True)
class Looker:
    facility_ids: frozenset[int] | None
    slots: tuple[Slot, ...] = EVERYDAY
    face: Face = Face.DESK
    wanted: WallFilter = field(default_factory=WallFilter)

    def reaches(self, facility_id: int | None) -> bool:
        return self.facility_ids is None or facility_id in self.facility_ids


Again = Callable[[], Looker | None]
"""The same looker as things stand now; None for one who may no longer look. Reads the database."""
