"""How often a thing is to be expected in a post."""

from listening.queries.anchors import Anchor


def of(anchor: Anchor) -> float:
    return 1 / (1 + len(anchor)) if isinstance(anchor, bytes) else 0.1
