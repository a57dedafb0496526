"""How one card looks to those who may see different things of it. Each face is rendered once for all."""

from collections.abc import Mapping
from enum import StrEnum

from dashboard import cards
from listening.models import Mention


class Face(StrEnum):
    DESK = "desk"
    SCREEN = "screen"  # on a wall: without its author


Faces = Mapping[Face, str]


def of(mention: Mention) -> Faces:
    """With how the case stands, which whoever may not see cases is sent without."""
    return {face: cards.rendered(mention, is_named=face is Face.DESK, shows_work=True) for face in Face}
