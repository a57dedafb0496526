"""Every facility at a glance. Where everybody passes: how much is said of each, and nothing of cases."""

from typing import Any

from dashboard.boards import facilities
from dashboard.boards.ground import Ground
from dashboard.scenes import Sight

label = "Facilities"
template = "scenes/_facilities.html"
MOST = 12
"""As many are legible from three metres."""


def context(sight: Sight) -> dict[str, Any]:
    ground = Ground.of(sight.facility_ids, sight.screen_class)
    tiles = facilities.tiles(ground, sight.now)
    pressing_first = sorted(tiles, key=_pressing) if len(tiles) > MOST and not ground.is_public else tiles
    return {
        "tiles": pressing_first[:MOST],
        "more": len(tiles[MOST:]),
        "is_public": ground.is_public,
        "now": sight.now,
    }


def _pressing(tile: facilities.Tile) -> tuple[str, int]:
    return tile.worst or "P9", -tile.open.value
