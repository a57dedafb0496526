"""Every service as a tile: what a whole screen shows of how the hospital is running."""

from typing import Any

from dashboard.operations.faces import Board
from dashboard.scenes import Sight
from dashboard.screen_class import ScreenClass

label = "Operations"
template = "scenes/_operations.html"


def context(sight: Sight) -> dict[str, Any]:
    # What the hospital's own systems are called is nobody's business in a corridor.
    is_named = sight.screen_class != ScreenClass.PUBLIC
    return {"board": Board.of(sight.facility_ids, sight.now, is_named=is_named)}
