"""Which rule takes a mention. Pure: rules are asked in order, the first that fits decides, and says why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from listening.queries.asked import Asked
from listening.queries.matching import prepared
from listening.queries.view import View

SAFETY_QUEUES = {
    "emergency": "emergency",
    "self_harm": "self-harm",
    "threat": "safety",
    "in_building": "in-the-building",
    "safety_event": "safety-events",
    "device_event": "safety-events",
    "abuse": "abuse",
    "privacy_incident": "privacy",
}
"""Lane to queue. These are taken before any rule is asked, so that no rule can lose them."""

NO_WORDS = Asked("")


@dataclass(frozen=True)
class Facts:
    """What rules may ask about a mention."""

    lane: str
    sentiment: str
    network: str
    facility_id: int | None
    severity: int
    rating: int | None = None
    level: str = ""
    topics: tuple[str, ...] = ()
    asked: Asked = NO_WORDS

    @cached_property
    def view(self) -> View:
        """The post as its words are looked through; made once, however many rules ask."""
        return View(self.asked)


@dataclass(frozen=True)
class Condition:
    """A rule as it is asked. An empty condition lets everything through."""

    id: int
    name: str
    queue_id: int | None  # None: it opens no case
    lanes: frozenset[str] = frozenset()
    sentiments: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()
    facility_ids: frozenset[int] = frozenset()
    severity_at_least: int = 0
    rating_at_most: int | None = None
    levels: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()  # one of them at least
    expression: str = ""  # in the grammar of watchlists


def first_fitting(rules: Sequence[Condition], facts: Facts) -> tuple[Condition, str] | None:
    """The first rule that fits, and the reason in words; None when none does."""
    for rule in rules:
        if fits(rule, facts):
            return rule, reason(rule, facts)
    return None


def fits(rule: Condition, facts: Facts) -> bool:
    return (
        _lets_through(rule.lanes, facts.lane)
        and _lets_through(rule.sentiments, facts.sentiment)
        and _lets_through(rule.networks, facts.network)
        and _lets_through(rule.facility_ids, facts.facility_id)
        and facts.severity >= rule.severity_at_least
        and (
            rule.rating_at_most is None or (facts.rating is not None and facts.rating <= rule.rating_at_most)
        )
        and _lets_through(rule.levels, facts.level)
        and (not rule.topics or not rule.topics.isdisjoint(facts.topics))
        # Last: the words cost more than all the rest.
        and (not rule.expression or prepared(rule.expression).node.holds(facts.view))
    )


def reason(rule: Condition, facts: Facts) -> str:
    """Only what the rule asked, in the order a person would say it."""
    said = []
    if rule.lanes:
        said.append(f"read as {facts.lane.replace('_', ' ')}")
    if rule.sentiments:
        said.append(f"{facts.sentiment} in tone")
    if rule.rating_at_most is not None:
        said.append(f"{facts.rating} of 5 stars")
    if rule.severity_at_least:
        said.append(f"severity {facts.severity}, at least {rule.severity_at_least}")
    if rule.levels:
        said.append(f"level {facts.level}")
    if rule.topics:
        said.append(f"about {_listed(rule.topics & set(facts.topics))}")
    if rule.expression:
        said.append(f"holds {rule.expression}")
    if rule.networks:
        said.append(f"from {facts.network}")
    if rule.facility_ids:
        said.append("about one of its facilities")
    return f"Rule “{rule.name}”: {', '.join(said) or 'takes everything'}"


def _listed(names: Collection[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in sorted(names))


def _lets_through(wanted: frozenset[Any], value: Any) -> bool:
    return not wanted or value in wanted
