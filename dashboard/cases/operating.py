"""Beside a case, how the hospital runs: the tiles of its facility, and what a reply may tell of them."""

from dataclasses import dataclass
from functools import cached_property

from alerts import statelines
from alerts.models import Case
from alerts.statelines import Offer
from dashboard.cases.desk import Desk
from dashboard.operations.joined import Joined, On
from hospital.access import Permission
from hospital.operations import State, Tile

ORDER = (State.TROUBLE, State.STALE, State.FINE, State.SILENT)


@dataclass(frozen=True)
class Operating:
    case: Case
    desk: Desk

    @cached_property
    def tiles(self) -> list[tuple[Tile, On]]:
        """What is in trouble first; of other facilities nothing."""
        joined = Joined(self.desk.reach.facility_ids(Permission.SEE_WALL))
        tiles = sorted(self._tiles, key=lambda tile: ORDER.index(tile.state))
        return [(tile, joined.on(tile.service.pk)) for tile in tiles]

    @cached_property
    def _tiles(self) -> list[Tile]:
        return statelines.tiles_of(self.case, self.desk.now)

    @cached_property
    def offers(self) -> list[Offer]:
        return statelines.offers(self.case, self._tiles)
