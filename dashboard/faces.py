"""How one card looks to those who may see different things of it. Each face is rendered once for all."""

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum

from dashboard import cards
from dashboard.frames import lines
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
ALL = frozenset(Face)


class Shown(Mapping[Face, bytes]):
    """The faces that a mention has, as lines of a frame.

    Each is made when it is first asked for: a storm's posts stand on the card of their story, and most of
    their own are shown to nobody. The mention must have been read with all that a card needs, for nobody who
    asks may wait for the database.
    """

    def __init__(self, mention: Mention, chip: str = "", made: Collection[Face] = ()) -> None:
        """With how the case stands, which whoever may not see cases is sent without."""
        self.mention, self.chip = mention, chip
        self.cards: dict[bool, str] = {}
        self.made: dict[Face, bytes] = {}
        for face in self:
            if face in made:
                self.made[face] = self.rendered(face)

    def __getitem__(self, face: Face) -> bytes:
        if face not in self.made:
            if face not in self:
                raise KeyError(face)
            self.made[face] = self.rendered(face)
        return self.made[face]

    def __contains__(self, face: object) -> bool:
        return face != Face.PUBLIC or hung.is_shown(self.mention, ScreenClass.PUBLIC)

    def __iter__(self) -> Iterator[Face]:
        return (face for face in Face if face in self)

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        return len(list(iter(self)))

    def rendered(self, face: Face) -> bytes:
        if face == Face.PUBLIC:
            return lines(hung.public(self.mention))
        card = self.card(is_named=face in (Face.DESK, Face.LOCKED))
        return lines(hung.unpressable(card) if face in HUNG else card)

    def card(self, *, is_named: bool) -> str:
        if is_named not in self.cards:
            self.cards[is_named] = cards.rendered(
                self.mention, is_named=is_named, shows_work=True, chip=self.chip
            )
        return self.cards[is_named]
