"""All that a playlist can hold: the scenes, and each deck that is shared.

A deck that hangs shows its first columns within the screen's facilities and by its class, like every scene.
What somebody called a deck or a column is for a desk: where everybody passes, a column is called by its kind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import decks
from dashboard.kinds import ALL, KINDS, OPERATIONS, Kind
from dashboard.models import Deck, Screen
from dashboard.operations.faces import Board
from dashboard.scenes import Scene, Sight, scenes
from dashboard.screens.shelves import Shelf, is_public
from dashboard.standing import Slot
from hospital.models import Facility

MOST = 4
"""Columns that are wide enough to be read from three metres."""
CARDS = 4
DECK = "deck-"
NAME_IN_PUBLIC = "What people say"
SAID_IN_PUBLIC = {
    "needs": "What could be better",
    "praise": "Thank you",
    ALL.slug: NAME_IN_PUBLIC,
}
NOT_IN_PUBLIC = (KINDS["emergency"], KINDS["safety"], OPERATIONS)


@dataclass
class HungDeck:
    deck: Deck
    label: str
    template: str = "scenes/_deck.html"

    def context(self, sight: Sight) -> dict[str, Any]:
        slots = decks.slots(self.deck)
        if is_public(sight):
            slots = tuple(slot for slot in slots if slot.kind not in NOT_IN_PUBLIC)
        named = _places(slots) if is_public(sight) else {}
        return {
            "title": NAME_IN_PUBLIC if is_public(sight) else self.label,
            "shelves": [Shelf.of(slot, _heading(slot, sight, named), sight, CARDS) for slot in slots[:MOST]],
            "more": len(slots[MOST:]),
            "board": Board.of(sight.facility_ids, sight.now) if _has(slots[:MOST], OPERATIONS) else None,
        }


def programme() -> Mapping[str, Scene]:
    """By the names that playlists hold. A deck that is no longer shared is none of it any more."""
    shared = Deck.objects.filter(is_shared=True)
    return {**scenes(), **{f"{DECK}{deck.pk}": HungDeck(deck, deck.name) for deck in shared}}


def hanging(deck: Deck) -> int:
    """On how many screens a deck hangs."""
    return sum(f"{DECK}{deck.pk}" in dict(steps) for steps in Screen.objects.values_list("steps", flat=True))


def labelled(scene: str, *, in_public: bool = False) -> str:
    if in_public and scene.startswith(DECK):
        return NAME_IN_PUBLIC
    found = programme().get(scene)
    return found.label if found else ""


def _has(slots: Sequence[Slot], kind: Kind) -> bool:
    return any(slot.kind is kind for slot in slots)


def _heading(slot: Slot, sight: Sight, named: Mapping[int, str]) -> str:
    if not is_public(sight):
        return slot.name
    said = SAID_IN_PUBLIC.get(slot.kind.slug, slot.kind.label)
    places = ", ".join(named[pk] for pk in sorted(slot.standing.facilities) if pk in named)
    return f"{said}, {places}" if places else said


def _places(slots: Sequence[Slot]) -> dict[int, str]:
    """What the facilities are called to which columns are narrowed."""
    asked = {pk for slot in slots for pk in slot.standing.facilities}
    return {place.pk: place.short_name for place in Facility.objects.filter(pk__in=asked)} if asked else {}
