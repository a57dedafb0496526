from dashboard.models.deck import Column, Deck, LastDeck

__all__ = ["Column", "Deck", "LastDeck"]
