"""Screens that hang somewhere, for tests."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from dashboard import decks
from dashboard.decks import Draft as Words
from dashboard.kinds import KINDS
from dashboard.models import Deck, Screen
from dashboard.screens import keeping
from dashboard.screens.keeping import Draft
from dashboard.screens.programme import DECK, MOST
from tests.base import ada, carla


def hang(screen_class: str = "staff", *, at: datetime | None = None, **fields: Any) -> tuple[Screen, str]:
    """A screen, and its address."""
    fields.setdefault("name", f"Screen {Screen.objects.count() + 1}")
    fields.setdefault("steps", [("live", 60)])
    draft = Draft(screen_class=screen_class, **fields)
    screen, token = keeping.make(draft, by=ada(), at=at or timezone.now())
    return screen, f"/screens/{token}/"


def share(name: str, *columns: Words, is_shared: bool = True) -> Deck:
    """A deck of these columns alone."""
    by, at = carla(), timezone.now()
    deck = decks.make(name, by=by, at=at)
    first, *others = deck.columns.all()
    for column in others:
        decks.remove(column, by=by, at=at)
    decks.write(first, columns[0])
    for draft in columns[1:]:
        decks.add(deck, draft, by=by, at=at)
    decks.change(deck, name=name, is_shared=is_shared, by=by, at=at)
    return deck


def every_column(name: str, heading: str, **fields: Any) -> list[str]:
    """Shared decks that together hold each kind of column, as playlists name them."""
    kinds = list(KINDS)
    parts = [kinds[at : at + MOST] for at in range(0, len(kinds), MOST)]
    made = [share(name, *(Words(heading, kind, **fields) for kind in part)) for part in parts]
    return [f"{DECK}{deck.pk}" for deck in made]
