from dashboard.models.deck import Column, Deck, LastDeck
from dashboard.models.screen import BreakIn, Screen

__all__ = ["BreakIn", "Column", "Deck", "LastDeck", "Screen"]
