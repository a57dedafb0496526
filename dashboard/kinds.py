"""The ready-made columns: each a question asked in Python of what arrives, and in SQL of what is stored."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from dashboard.columns import Column, Told, column_of, standing_in
from listening.models import Mention
from listening.reading.lanes import SAFETY, URGENT

COMMUNITIES = ("reddit", "discourse", "mastodon", "forum")
"""Networks on which people talk with each other rather than to us."""


@dataclass(frozen=True)
class Kind:
    """`stored` is told the tone that is asked for, if any: an index can then be walked that knows it."""

    slug: str
    label: str
    empty: tuple[str, str]
    stored: Callable[[str], Q]
    holds: Callable[[Told], bool]
    queue: str = ""  # of the triage inbox, where its cases lie
    is_walked: bool = True  # its newest are found by walking over others: only so far back as windows go


def _of_wall(column: Column, queue: str = "") -> Kind:
    """One of the three that together hold everything."""
    return Kind(
        slug=column,
        label=column.heading,
        empty=column.empty,
        stored=lambda tone: standing_in(column, tone),
        holds=lambda told: column_of(told) is column,
        queue=queue,
        is_walked=False,
    )


def _of_lanes(slug: str, label: str, lanes: frozenset[str], empty: tuple[str, str], queue: str = "") -> Kind:
    return Kind(
        slug, label, empty, lambda tone: Q(lane__in=lanes), lambda told: told.lane in lanes, queue=queue
    )


ALL = Kind(
    "all", "Everything", ("Quiet.", "What is found appears here."), lambda tone: Q(), lambda told: True
)
OPERATIONS = Kind(
    "operations",
    "Operations",
    ("Nothing reported.", "Services appear here as they report."),
    lambda tone: Q(pk__in=[]),
    lambda told: False,
)
KINDS: dict[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind(
            "emergency",
            "Emergency",
            ("No emergencies.", "What cannot wait a minute stands here, and in the band above."),
            lambda tone: Q(level=Mention.Level.P0),
            lambda told: told.level == Mention.Level.P0,
            queue="emergency",
        ),
        Kind(
            "safety",
            "Safety",
            ("No one speaks of harm.", "Harm, hazards, abuse and lost privacy come here."),
            lambda tone: Q(lane__in=SAFETY - URGENT),
            lambda told: told.lane in SAFETY - URGENT,
            queue="safety",
        ),
        _of_wall(Column.NEEDS),
        _of_wall(Column.SAYS),
        _of_lanes(
            "access",
            "Access & wait",
            frozenset({"access_wait"}),
            ("No one waits too long.", "Waits, phones and appointments come here."),
            "access",
        ),
        _of_lanes(
            "billing",
            "Billing",
            frozenset({"billing"}),
            ("No bills today.", "Bills, prices and insurance come here."),
            "billing",
        ),
        _of_lanes(
            "media", "Media", frozenset({"media"}), ("No reporters.", "The press, and whoever asks for it.")
        ),
        Kind(
            "communities",
            "Communities",
            ("The forums are quiet.", "What patients say among themselves comes here."),
            lambda tone: Q(network__in=COMMUNITIES),
            lambda told: told.network in COMMUNITIES,
        ),
        _of_wall(Column.PRAISE, "praise"),
        ALL,
        OPERATIONS,
    )
}
CHOICES = [(kind.slug, kind.label) for kind in KINDS.values()]
