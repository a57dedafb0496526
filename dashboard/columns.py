"""Which column of the wall a mention stands in: a question of three answers, asked in Python and in SQL."""

from enum import StrEnum
from typing import Protocol

from django.db.models import Q

from listening.models import Mention

NEEDS_LEVELS = (Mention.Level.P0, Mention.Level.P1, Mention.Level.P2)
PRAISE_LANE = "praise"


class Told(Protocol):
    """What is known of a mention without its words."""

    @property
    def level(self) -> str: ...
    @property
    def lane(self) -> str: ...
    @property
    def sentiment(self) -> str: ...
    @property
    def network(self) -> str: ...


class Column(StrEnum):
    NEEDS = "needs"
    SAYS = "says"
    PRAISE = "praise"

    @property
    def heading(self) -> str:
        return TITLES[self]

    @property
    def empty(self) -> tuple[str, str]:
        return EMPTY[self]


TITLES = {
    Column.NEEDS: "Needs a human",
    Column.SAYS: "What people say",
    Column.PRAISE: "Praise",
}
EMPTY = {
    Column.NEEDS: ("No one is waiting.", "Complaints and urgent posts come here first."),
    Column.SAYS: ("Quiet.", "Questions and everyday talk appear here as they are found."),
    Column.PRAISE: ("No thanks yet.", "Kind words stay here, apart from complaints."),
}


def column_of(mention: Told) -> Column:
    if mention.level in NEEDS_LEVELS or mention.sentiment == Mention.Sentiment.NEGATIVE:
        return Column.NEEDS
    if mention.sentiment == Mention.Sentiment.POSITIVE and mention.lane == PRAISE_LANE:
        return Column.PRAISE
    return Column.SAYS


NONE = Q(pk__in=[])
"""No mention at all, known without asking the database."""


def standing_in(column: Column, sentiment: str = "") -> Q:
    """The same answer as `column_of`, for the database, among mentions of this tone.

    Said with the tone in mind: PostgreSQL would walk a million negative posts to find that a column without
    negative ones holds none of them.
    """
    is_pressing = Q(level__in=NEEDS_LEVELS)
    negative = Q(sentiment=Mention.Sentiment.NEGATIVE)
    praise = Q(sentiment=Mention.Sentiment.POSITIVE, lane=PRAISE_LANE)
    if sentiment == Mention.Sentiment.NEGATIVE:
        return Q() if column is Column.NEEDS else NONE
    if column is Column.NEEDS:
        return is_pressing if sentiment else is_pressing | negative
    if column is Column.PRAISE:
        return NONE if sentiment == Mention.Sentiment.NEUTRAL else ~is_pressing & praise
    return ~(is_pressing | negative) & ~praise
