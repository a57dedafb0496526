"""What a tile shows of what people say: the mentions that it explains, or that they say otherwise."""

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from alerts import outagewords, tilelinks
from alerts.models import Case, OperationsLink, OutageAlarm
from alerts.tilelinks import Join
from dashboard import cards
from dashboard.cards import Card
from hospital.access import Permission, Reach
from listening.models.mention import MentionQuerySet

LISTED = 100


@dataclass(frozen=True)
class Told:
    """An alarm, in words."""

    alarm: OutageAlarm

    @property
    def claim(self) -> str:
        return outagewords.claim(self.alarm)

    @property
    def answer(self) -> str:
        return outagewords.answer(self.alarm)

    @property
    def who(self) -> str:
        """Whoever has it."""
        person = self.alarm.acknowledged_by
        return (person.get_full_name() or person.username) if person else ""

    @property
    def url(self) -> str:
        return reverse("alarm-detail", args=[self.alarm.pk])


@dataclass(frozen=True)
class On:
    """What hangs on one tile."""

    join: Join | None = None
    told: Told | None = None


NOTHING = On()


@dataclass(frozen=True)
class Joined:
    """All that hangs on the tiles within somebody's reach."""

    facility_ids: frozenset[int] | None

    def on(self, service_id: int) -> On:
        return On(self._joins.get(service_id), self._alarms.get(service_id))

    @property
    def alarms(self) -> list[Told]:
        return list(self._alarms.values())

    @cached_property
    def _joins(self) -> dict[int, Join]:
        return tilelinks.joins(self.facility_ids)

    @cached_property
    def _alarms(self) -> dict[int, Told]:
        standing = OutageAlarm.objects.standing().within(self.facility_ids)
        found = standing.select_related("service__facility", "acknowledged_by")
        return {alarm.service_id: Told(alarm) for alarm in found}


@dataclass(frozen=True)
class Behind:
    """The mentions behind a number, the newest first; how their cases stand, for who may see those."""

    mentions: MentionQuerySet
    reach: Reach

    @cached_property
    def count(self) -> int:
        return self.mentions.count()

    @property
    def more(self) -> int:
        return self.count - len(self.rows)

    @cached_property
    def rows(self) -> list[tuple[Card, Case | None]]:
        shown = [Card(mention) for mention in cards.for_cards(self.mentions).newest_first()[:LISTED]]
        cases = self._cases([card.mention.pk for card in shown])
        return [(card, cases.get(card.mention.pk)) for card in shown]

    def _cases(self, mention_ids: list[int]) -> dict[int, Case]:
        if not self.reach.can(Permission.SEE_CASES):
            return {}
        seen = Case.objects.within(self.reach.facility_ids(Permission.SEE_CASES))
        found = seen.filter(mention__in=mention_ids).select_related("owner")
        return {case.mention_id: case for case in found}


def link_of(pk: int, facility_ids: frozenset[int] | None) -> OperationsLink | None:
    within = OperationsLink.objects.within(facility_ids)
    return within.select_related("service__facility", "story").filter(pk=pk).first()


def alarm_of(pk: int, facility_ids: frozenset[int] | None) -> OutageAlarm | None:
    within = OutageAlarm.objects.within(facility_ids)
    return within.select_related("service__facility", "acknowledged_by").filter(pk=pk).first()
