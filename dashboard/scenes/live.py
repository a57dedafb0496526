"""What is being said, as it comes. Its columns stand on every screen's page and go on moving behind the other
scenes, so that nothing is lost or comes twice; this scene only steps aside for them."""

from typing import Any

from dashboard.scenes import Sight

label = "Live wall"
template = "screens/_live.html"


def context(sight: Sight) -> dict[str, Any]:
    return {}
