"""The emergency band: what stands above everything, always at the same height."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.models import Case
from dashboard import cards
from dashboard.cards import Card
from listening.models import Mention

REMEMBERED = timedelta(hours=24)
"""An emergency that nobody has closed leaves the band after a day; its case stays open."""


@dataclass(frozen=True)
class Band:
    card: Card | None
    others: int

    @property
    def items(self) -> str:
        """How many stand open, for a screen that shows none of their words."""
        count = self.others + 1
        return "1 urgent item" if count == 1 else f"{count} urgent items"


def open_emergencies(facility_ids: frozenset[int] | None, now: datetime, *, is_named: bool) -> Band:
    emergencies = (
        Mention.objects.within(facility_ids)
        .filter(level=Mention.Level.P0, is_gone=False, published_at__gte=now - REMEMBERED)
        .exclude(case__state=Case.State.CLOSED)
    )
    newest = cards.for_cards(emergencies).newest_first()[:10]
    found = list(newest)
    if not found:
        return Band(card=None, others=0)
    return Band(card=Card(found[0], is_named=is_named), others=len(found) - 1)
