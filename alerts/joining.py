"""The join of what people say with how the hospital is running: one look at both, now."""

from datetime import datetime

from alerts import outagepages, outages, signs, tilelinks
from hospital import operations


def look(now: datetime) -> None:
    """Read what is new, then decide of each tile what it explains, and what mentions say of it."""
    signs.read(now)
    tiles = operations.tiles(None, now)
    tilelinks.sweep(tiles, now)
    outages.sweep(tiles, now)
    outagepages.pass_on_late(now)
