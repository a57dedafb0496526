"""Praise on a board of its own: how many thanks were passed on, and what the newest of them say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import thanks
from alerts.models import Thanks
from alerts.thanks import PRAISE
from dashboard.boards import asked
from dashboard.boards.asked import DAY
from dashboard.boards.ground import Ground

SHOWN = 6
WORDS_IN_PUBLIC = 12
SHOWN_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Praise:
    today: int
    week: int
    heard: int  # praise that was published in the last day
    cards: Sequence["Words"]


@dataclass(frozen=True)
class Words:
    unit: str
    place: str
    text: str
    at: datetime


def praise(ground: Ground, now: datetime) -> Praise:
    return Praise(
        today=thanks.passed_on_today(ground.facility_ids, now),
        week=thanks.passed_on_since(ground.facility_ids, now - SHOWN_FOR),
        heard=ground.during(asked.last(DAY, now)).filter(lane=PRAISE).count(),
        cards=[_words(card, ground) for card in newest(ground, now)[:SHOWN]],
    )


def newest(ground: Ground, now: datetime) -> Sequence[Thanks]:
    """What a manager has let through; where everybody passes, none that names one of the staff."""
    cards = Thanks.objects.within(ground.facility_ids).passed_on().filter(decided_at__gte=now - SHOWN_FOR)
    cards = cards.filter(first_name="") if ground.is_public else cards
    return cards.select_related("facility").order_by("-decided_at", "-pk")  # type: ignore[return-value]


def _words(card: Thanks, ground: Ground) -> Words:
    text = " ".join(card.words.split())
    said = text.split(" ")
    if ground.is_public and len(said) > WORDS_IN_PUBLIC:
        text = " ".join(said[:WORDS_IN_PUBLIC]) + " …"
    assert card.decided_at is not None  # noqa: S101  passed on, so decided
    return Words(card.unit, card.facility.short_name if card.facility else "", text, card.decided_at)
