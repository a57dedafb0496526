"""How one card looks to those who may see different things of it. Each face is rendered once for all."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from dashboard import cards
from dashboard.screen_class import ScreenClass
from dashboard.screens import faces as hung
from listening.models import Mention


class Face(StrEnum):
    DESK = "desk"
    SCREEN = "screen"  # on a wall that somebody signed in to: without its author
    # On a screen with an address of its own, by where it hangs.
    PUBLIC = "public"
    STAFF = "staff"
    LOCKED = "locked"


HUNG = frozenset(Face(each) for each in ScreenClass.values)
Faces = Mapping[Face, str]
ALL = frozenset(Face)


def of(mention: Mention, chip: str = "", wanted: Collection[Face] = ALL) -> Faces:
    """With how the case stands, which whoever may not see cases is sent without.

    A face that was wanted and is missing is one that this mention has not: it is not shown there.
    """
    found: dict[Face, str] = {}
    for is_named, pressed, hung_up in ((True, Face.DESK, Face.LOCKED), (False, Face.SCREEN, Face.STAFF)):
        if pressed in wanted or hung_up in wanted:
            card = cards.rendered(mention, is_named=is_named, shows_work=True, chip=chip)
            found[pressed] = card
            if hung_up in wanted:
                found[hung_up] = hung.unpressable(card)
    if Face.PUBLIC in wanted and hung.is_shown(mention, ScreenClass.PUBLIC):
        found[Face.PUBLIC] = hung.public(mention)
    return found
