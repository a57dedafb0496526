"""Which mentions become cases, and in which queue.

A mention with no `processed_at` is still owed a decision, and stays so until the decision has committed:

1. lock the mentions, a hundred at once; whoever else holds one is deciding already;
2. a safety lane goes to its own queue before any rule is asked, and a voice of staff to the restricted one;
3. else the first rule that fits names the queue;
4. open the cases there, or none;
5. set `processed_at`, all in one transaction.

What must not wait is asked for by itself, by a worker of its own, so that no backlog stands before it. One
that raises is counted and left for later; after three times it goes to the unsorted queue, where a person
looks.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from alerts import clocks, defaults, priority, staffvoice, weighing
from alerts import openings as openings_of
from alerts.models import Case, CaseEvent, Queue, Rule
from alerts.models.queue import STAFF_VOICE
from alerts.openings import Opening
from alerts.rules import SAFETY_QUEUES, Condition, Facts, first_fitting
from alerts.story import tell
from listening import exclusions
from listening.models import Mention, MentionVersion
from listening.models.mention import RESTRICTED_LANES, MentionQuerySet

logger = logging.getLogger(__name__)

AT_ONCE = 100
"""Mentions that one transaction decides on: it holds them for a fraction of a second."""

GIVE_UP_AFTER = 3
PERSON_SAYS = "A person set it to {}, and no rule names a queue for it"
UNREADABLE = "The rules could not be applied to this mention. Please look at it yourself."


@dataclass(frozen=True)
class Desk:
    """What every post is held against; taken once for many."""

    rules: Sequence[Condition]
    queues: Mapping[int, Queue]

    @classmethod
    def load(cls) -> "Desk":
        return cls(active_rules(), Queue.objects.select_related("policy").in_bulk())

    def queue(self, slug: str) -> Queue:
        here = (queue for queue in self.queues.values() if queue.slug == slug)
        return next(here, None) or defaults.queue(slug)


def route(mention_id: int, now: datetime) -> Case | None:
    """Decide on one mention. Safe to call twice, and from two workers at once."""
    return _decide_on([mention_id], now, Desk.load()).get(mention_id)


def route_due(now: datetime, *, limit: int = 500) -> int:
    """Decide on the oldest that are owed; how many were decided."""
    return len(_work_off(Mention.objects.unrouted().order_by("id")[:limit], now))


def route_all(mention_ids: Iterable[int], now: datetime) -> int:
    """Decide on these, as far as they are owed; how many were decided."""
    owed = Mention.objects.unrouted().filter(pk__in=list(mention_ids))
    return len(_work_off(owed.order_by("id"), now))


def route_urgent(now: datetime, *, limit: int = AT_ONCE) -> list[Case]:
    """Decide on what must not wait, however much stands before it; the cases that it has now."""
    owed = Mention.objects.unrouted().urgent().order_by("level", "id")
    return [case for case in _work_off(owed[:limit], now).values() if case]


def _work_off(owed: MentionQuerySet, now: datetime) -> dict[int, Case | None]:
    """Many at once. One by one goes what failed before, and what has a case, whose own locks come first."""
    rows = list(owed.values_list("id", "route_attempts", "case"))
    single = {pk: attempts for pk, attempts, case_id in rows if attempts or case_id}
    plain = [pk for pk, _, _ in rows if pk not in single]
    desk, decided = Desk.load(), dict[int, Case | None]()
    for at in range(0, len(plain), AT_ONCE):
        chunk = plain[at : at + AT_ONCE]
        try:
            decided |= _decide_on(chunk, now, desk)
        except Exception:
            # One post that no rule can be asked about must not hold up its neighbours.
            logger.exception("%d mentions could not be routed at once: they are one by one", len(chunk))
            single |= dict.fromkeys(chunk, 0)
    for mention_id, attempts in single.items():
        decided |= _decide_alone(mention_id, attempts, now, desk)
    return decided


def _decide_alone(mention_id: int, attempts: int, now: datetime, desk: Desk) -> dict[int, Case | None]:
    try:
        if attempts < GIVE_UP_AFTER:
            return _decide_on([mention_id], now, desk)
        return {mention_id: set_aside(mention_id, now)}
    except Exception:
        logger.exception("mention %s could not be routed", mention_id)
        Mention.objects.filter(pk=mention_id).update(route_attempts=F("route_attempts") + 1)
        return {}


@transaction.atomic
def _decide_on(mention_ids: Sequence[int], now: datetime, desk: Desk) -> dict[int, Case | None]:
    """By mention, of those that were owed and that nobody else is deciding on."""
    owed = Mention.objects.unrouted().select_related("source", "author", "facility", "story")
    held = owed.select_for_update(of=("self",), skip_locked=True, no_key=True)
    mentions = list(held.filter(pk__in=mention_ids).order_by("pk"))
    known = Case.objects.filter(mention__in=mentions).select_related("queue__policy")
    decided: dict[int, Case | None] = {case.mention_id: case for case in known}
    for mention in mentions:
        if case := decided.get(mention.pk):
            _reconsider(case, mention, now)
    fresh = [mention for mention in mentions if mention.pk not in decided]
    openings = [opening for mention in fresh if (opening := _opening(mention, desk))]
    for opening in openings:
        if opening.mention.lane in RESTRICTED_LANES:
            staffvoice.forget_author(opening.mention)
    opened = openings_of.open_all(openings, now)
    decided |= dict.fromkeys(mention.pk for mention in fresh)
    decided |= {case.mention_id: case for case in opened}
    Mention.objects.filter(pk__in=list(decided)).update(processed_at=now)
    return decided


@transaction.atomic
def set_aside(mention_id: int, now: datetime) -> Case | None:
    """A case for a person, made from the mention's id alone: nobody's complaint is lost."""
    mention = Mention.objects.unrouted().select_for_update(skip_locked=True).filter(pk=mention_id).first()
    if mention is None:
        return None
    case = Case.objects.filter(mention=mention).first()
    if case is None:
        unsorted = Opening(mention, defaults.queue(defaults.UNSORTED), UNREADABLE)
        case = openings_of.open_all([unsorted], now)[0]
    Mention.objects.filter(pk=mention.pk).update(processed_at=now)
    return case


def active_rules() -> list[Condition]:
    return [condition_of(rule) for rule in Rule.objects.filter(is_active=True).prefetch_related("facilities")]


def condition_of(rule: Rule) -> Condition:
    return Condition(
        id=rule.pk,
        name=rule.name,
        queue_id=rule.queue_id,
        lanes=frozenset(rule.lanes),
        sentiments=frozenset(rule.sentiments),
        networks=frozenset(rule.networks),
        facility_ids=frozenset(facility.pk for facility in rule.facilities.all()),
        severity_at_least=rule.severity_at_least,
        rating_at_most=rule.rating_at_most,
        levels=frozenset(rule.levels),
        topics=frozenset(rule.topics),
        expression=rule.expression,
    )


def note_edits(mention_ids: Iterable[int], now: datetime) -> int:
    """Tell open cases that their author changed or removed the post; once for each change."""
    ids = list(mention_ids)
    versions = MentionVersion.objects.filter(mention_id__in=ids, mention__case__isnull=False)
    told = sum(
        _tell_once(version.mention_id, version.replaced_at, version=version.pk)
        for version in versions.order_by("pk")
    )
    removed = Mention.objects.filter(pk__in=ids, is_gone=True, case__isnull=False)
    return told + sum(_tell_once(mention.pk, now, removed=True) for mention in removed.only("pk"))


@transaction.atomic
def _tell_once(mention_id: int, at: datetime, **detail: int) -> bool:
    # The lock makes two bells for one change write one event.
    case = Case.objects.select_for_update(of=("self",)).get(mention_id=mention_id)
    told = case.events.filter(kind=CaseEvent.Kind.EDITED_AT_SOURCE, detail__contains=detail)
    if case.state == Case.State.CLOSED or told.exists():
        return False
    tell(case.pk, CaseEvent.Kind.EDITED_AT_SOURCE, by=None, at=at, **detail)
    return True


def _opening(mention: Mention, desk: Desk) -> Opening | None:
    """The case that a post without one needs, if it needs one."""
    if mention.is_gone or is_our_own(mention):
        return None
    if mention.lane in RESTRICTED_LANES:
        return Opening(mention, desk.queue(STAFF_VOICE), staffvoice.WHY)
    if mention.lane in SAFETY_QUEUES:
        why = f"Safety: read as {mention.lane.replace('_', ' ')}"
        return Opening(mention, desk.queue(SAFETY_QUEUES[mention.lane]), why)
    if mention.is_excluded:
        return None
    found = first_fitting(desk.rules, facts_for(mention, desk.rules))
    queue_id = found[0].queue_id if found else None
    if queue_id is None and is_pressed_by_a_person(mention):
        why = PERSON_SAYS.format(mention.get_level_display().lower())
        return Opening(mention, desk.queue(defaults.UNSORTED), why)
    if found is None or queue_id is None:
        return None
    rule, why = found
    return Opening(mention, desk.queues[queue_id], why, rule.id)


def _reconsider(case: Case, mention: Mention, now: datetime) -> None:
    """An edited post that now speaks of danger goes to the queue that danger needs, closed or not."""
    note_edits([mention.pk], now)
    if mention.lane in RESTRICTED_LANES:
        staffvoice.restrict_edited(case, mention, now)
        return
    before = case.priority
    _weigh_again(case, mention)
    clocks.tighten(case, mention, now)
    if is_pressed_by_a_person(mention) and case.state != Case.State.CLOSED and case.priority > before:
        # What a person finds graver than the reader did stands higher in its queue.
        moved = {"what": "severity", "was": before, "now": case.priority}
        tell(case.pk, CaseEvent.Kind.MOVED, by=None, at=now, **moved)
        Case.objects.filter(pk=case.pk).update(snoozed_until=None)
    wanted = SAFETY_QUEUES.get(mention.lane)
    if wanted is None or case.queue.slug == wanted:
        return
    queue = defaults.queue(wanted)
    soonest = clocks.first_due_at(queue, mention, now)
    changes: dict[str, Any] = {"queue": queue, "passed_on": "", "snoozed_until": None}
    if case.state == Case.State.CLOSED:
        reset = {"state": Case.State.NEW, "owner": None, "outcome": "", "outcome_note": "", "closed_at": None}
        changes |= {**reset, "first_replied_at": None, "due_at": soonest, "clock_from": now}
        tell(case.pk, CaseEvent.Kind.REOPENED, by=None, at=now)
    elif soonest < case.due_at:
        changes |= {"due_at": soonest, "clock_from": now}
    Case.objects.filter(pk=case.pk).update(**changes)
    tell(case.pk, CaseEvent.Kind.MOVED, by=None, at=now, what="queue", was=case.queue.name, now=queue.name)


def is_pressed_by_a_person(mention: Mention) -> bool:
    return "level" in mention.set_by_people and mention.level in (Mention.Level.P0, Mention.Level.P1)


def _weigh_again(case: Case, mention: Mention) -> None:
    """What the post says now. A case never grows less pressing by an edit: a person may be acting on it."""
    before, now = priority.Facts.of(case.facts), weighing.facts_of(mention)
    if now.severity >= before.severity:
        case.facts = now.stored()
        case.priority = priority.score(weighing.standing(case, weighing.current()))
        case.save(update_fields=["facts", "priority"])


def is_our_own(mention: Mention) -> bool:
    """What the hospital itself wrote, a published reply among it, is nobody's complaint."""
    handle = str(mention.source.options.get("own_handle", "")).lstrip("@").casefold()
    author = mention.author
    return bool(handle and author and author.handle.lstrip("@").casefold() == handle)


def facts_of(mention: Mention) -> Facts:
    return Facts(
        lane=mention.lane,
        sentiment=mention.sentiment,
        network=mention.network,
        facility_id=mention.facility_id,
        severity=mention.severity,
        rating=mention.rating,
        level=mention.level,
        topics=tuple(mention.topics),
    )


def facts_for(mention: Mention, rules: Sequence[Condition]) -> Facts:
    """With the words of the post only where a rule asks for them: they cost a few look-ups."""
    facts = facts_of(mention)
    if any(rule.expression for rule in rules):
        return replace(facts, asked=exclusions.seen(mention).asked)
    return facts
