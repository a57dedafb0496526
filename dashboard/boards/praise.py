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
from dashboard.cards import Card, for_cards
from dashboard.screens.faces import Quote
from listening.models import Mention

SHOWN = 6
WORDS_IN_PUBLIC = 12
POSITIVE = Mention.Sentiment.POSITIVE
SHOWN_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Praise:
    today: int
    week: int
    heard: int  # praise that was published in the last day
    cards: Sequence["Words"]
    quotes: Sequence[Quote] = ()  # where nothing was passed on yet: what was heard


@dataclass(frozen=True)
class Words:
    unit: str
    place: str
    text: str
    at: datetime


def praise(ground: Ground, now: datetime) -> Praise:
    cards = [_words(card, ground) for card in newest(ground, now)[:SHOWN]]
    return Praise(
        today=thanks.passed_on_today(ground.facility_ids, now),
        week=thanks.passed_on_since(ground.facility_ids, now - SHOWN_FOR),
        heard=ground.during(asked.last(DAY, now)).filter(lane=PRAISE).count(),
        cards=cards,
        quotes=() if cards else quotes(ground, now),
    )


def quotes(ground: Ground, now: datetime) -> Sequence[Quote]:
    """The newest kind words, as short and as masked as in a corridor wherever the screen hangs. What several
    said in the same words is told once."""
    heard = ground.during(asked.last(DAY, now)).unrestricted().filter(lane=PRAISE, sentiment=POSITIVE)
    newest = for_cards(heard).newest_first()[: 4 * SHOWN]
    said = (Quote.of(Card(mention, is_named=False)) for mention in newest)
    told: dict[str, Quote] = {}
    for quote in said:
        if quote.pieces:
            told.setdefault(quote.words, quote)
    return list(told.values())[:SHOWN]


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
