"""Rules tried on the newest mentions before they are in force: what would go elsewhere, and why."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic

from alerts import triage
from alerts.models import Queue
from alerts.rules import SAFETY_QUEUES, Condition, Facts, first_fitting
from listening.models import Mention
from listening.models.mention import RESTRICTED_LANES

AT_MOST = 1000
SECONDS = 1.8
SAMPLES = 20
NO_CASE = "No case"

Move = tuple[str, str]
"""From which queue to which, by name."""


@dataclass(frozen=True)
class Moved:
    """A mention that would go elsewhere."""

    mention_id: int
    before: str
    after: str
    why: str  # the rule that takes it, and what it asked; nothing where none does


@dataclass
class Rehearsal:
    """What the rules would do, beside what the rules in force do now, with the same mentions."""

    wanted: int = 0
    tried: int = 0
    for_safety: int = 0  # that go to their queue before any rule is asked
    opened: int = 0  # cases that these rules would open
    opened_now: int = 0  # and those in force
    moves: Counter[Move] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)  # by rule, how many it would take
    fired_now: Counter[str] = field(default_factory=Counter)
    samples: list[Moved] = field(default_factory=list)

    @property
    def moved(self) -> int:
        return self.moves.total()

    @property
    def is_cut(self) -> bool:
        return self.tried < self.wanted


def rehearse(
    draft: Sequence[Condition],
    *,
    facility_ids: frozenset[int] | None,
    shown: Move | None = None,
    timer: Callable[[], float] = monotonic,
) -> Rehearsal:
    """Try a draft on the newest thousand within reach, as many as there is time for."""
    ends_at = timer() + SECONDS
    now_rules, names = triage.active_rules(), dict(Queue.objects.values_list("pk", "name"))
    mentions = list(_newest(facility_ids))
    told = Rehearsal(wanted=len(mentions))
    for mention in mentions:
        told.tried += 1
        if mention.lane in SAFETY_QUEUES:
            told.for_safety += 1
        else:
            facts = triage.facts_for(mention, [*now_rules, *draft])
            before, after = (_taken(rules, mention, facts, names) for rules in (now_rules, draft))
            _count(told, mention, before, after, shown)
        if timer() >= ends_at:
            break
    return told


def _newest(facility_ids: frozenset[int] | None) -> Iterable[Mention]:
    there = Mention.objects.within(facility_ids).there().exclude(lane__in=RESTRICTED_LANES)
    related = there.select_related("source", "facility", "author").defer("reasons", "identifiers")
    return related.order_by("-pk")[:AT_MOST]


@dataclass(frozen=True)
class _Taken:
    queue: str
    rule: str = ""
    why: str = ""


def _taken(rules: Sequence[Condition], mention: Mention, facts: Facts, names: dict[int, str]) -> _Taken:
    if triage.is_our_own(mention):
        return _Taken(NO_CASE)
    found = first_fitting(rules, facts)
    if found is None:
        return _Taken(NO_CASE)
    rule, why = found
    return _Taken(names.get(rule.queue_id or 0, NO_CASE), rule.name, why)


def _count(told: Rehearsal, mention: Mention, before: _Taken, after: _Taken, shown: Move | None) -> None:
    told.opened += after.queue != NO_CASE
    told.opened_now += before.queue != NO_CASE
    told.fired[after.rule] += bool(after.rule)
    told.fired_now[before.rule] += bool(before.rule)
    if before.queue == after.queue:
        return
    move = (before.queue, after.queue)
    told.moves[move] += 1
    if len(told.samples) < SAMPLES and shown in (None, move):
        told.samples.append(Moved(mention.pk, before.queue, after.queue, after.why))
