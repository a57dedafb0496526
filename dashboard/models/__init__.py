from dashboard.models.deck import Column, Deck, LastDeck
from dashboard.models.screen import BreakIn, Screen
from dashboard.models.visit import LastVisit

__all__ = ["BreakIn", "Column", "Deck", "LastDeck", "LastVisit", "Screen"]
