"""Opening cases, many at once: what they rest on is asked once, and they are written together.

The database is asked the same few questions for one post as for a hundred.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts import clocks, muting, priority, weighing
from alerts.clocks import Calendars
from alerts.models import Case, CaseEvent, Queue
from alerts.models.queue import STAFF_VOICE
from alerts.rules import SAFETY_QUEUES
from alerts.story import Step, tell_all
from hospital import absences
from listening.models import Mention

Kind = CaseEvent.Kind
Place = tuple[int | None, int, int | None]
"""Of a case: its story, queue and facility."""

EACH_BY_ITSELF = frozenset({*SAFETY_QUEUES.values(), STAFF_VOICE})
"""Queues whose cases go to whoever is first, though somebody works on the story."""


@dataclass(frozen=True)
class Opening:
    """A case that is to be opened, and why."""

    mention: Mention
    queue: Queue
    why: str
    rule_id: int | None = None


def open_all(openings: Sequence[Opening], now: datetime) -> list[Case]:
    """Write the cases with their events, inside the transaction that decided on them."""
    if not openings:
        return []
    cases = _made(openings, now)
    steps = [
        Step(case, Kind.OPENED, detail={"queue": opening.queue.name, "why": opening.why})
        for case, opening in zip(cases, openings, strict=True)
    ]
    steps += _of_their_stories(cases, now)
    Case.objects.bulk_create(cases)
    tell_all(steps, at=now)
    return cases


def _made(openings: Iterable[Opening], now: datetime) -> list[Case]:
    facts = weighing.facts_of_all([opening.mention for opening in openings])
    weights, calendars = weighing.current(), Calendars.load()
    return [
        Case(
            mention=opening.mention,
            queue=opening.queue,
            rule_id=opening.rule_id,
            facility_id=opening.mention.facility_id,
            facts=facts[opening.mention.pk].stored(),
            priority=priority.score(priority.standing(facts[opening.mention.pk], weights)),
            opened_at=now,
            due_at=clocks.first_due_at(opening.queue, opening.mention, now, calendars),
        )
        for opening in openings
    ]


def _of_their_stories(cases: Sequence[Case], now: datetime) -> Iterator[Step]:
    """What a story that is muted, or that somebody works on, makes of its new cases."""
    told = [case for case in cases if case.mention.story_id]
    if not told:
        return
    mutes = muting.standing_for({case.mention.story_id for case in told}, now)
    at_work = _at_work(told, now)
    for case in told:
        mute, kept = mutes.get(case.mention.story_id), at_work.get(_place(case))
        if mute and muting.closes(case):
            yield muting.closed(case, mute, now)
        elif kept and case.queue.slug not in EACH_BY_ITSELF:
            # Whoever works on a story gets what is said of it later: no two people answer one thing.
            case.state, case.owner, case.claimed_at = Case.State.CLAIMED, kept.owner, now
            yield Step(case, Kind.CLAIMED, by_id=kept.owner_id, detail={"story_case": kept.pk})


def _at_work(cases: Iterable[Case], now: datetime) -> dict[Place, Case]:
    """The case of each story, queue and facility that somebody who is there took up first."""
    of_story = Case.objects.open().filter(owner__isnull=False).exclude(owner__in=absences.away(now))
    here = of_story.filter(mention__story__in={case.mention.story_id for case in cases})
    place = ("mention__story_id", "queue_id", "facility_id")
    first = here.order_by(*place, "claimed_at", "pk").distinct(*place)
    return {_place(case): case for case in first.select_related("owner", "mention")}


def _place(case: Case) -> Place:
    return case.mention.story_id, case.queue_id, case.facility_id
