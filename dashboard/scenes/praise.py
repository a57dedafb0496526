"""Kind words that were passed on, and how many: what complaints can't drown here."""

from typing import Any

from dashboard.boards import praise
from dashboard.boards.ground import Ground
from dashboard.scenes import Sight

label = "Praise"
template = "scenes/_praise.html"


def context(sight: Sight) -> dict[str, Any]:
    return {"praise": praise.praise(Ground.of(sight.facility_ids, sight.screen_class), sight.now)}
