"""Which mentions become cases, and in which queue.

A mention with no `processed_at` is still owed a decision, and stays so until the decision has committed:

1. lock the mention; whoever else holds it is deciding already;
2. a safety lane goes to its own queue before any rule is asked, and a voice of staff to the restricted one;
3. else the first rule that fits names the queue;
4. open a case there, or none;
5. set `processed_at`, all in one transaction.

One that raises is counted and left for later; after three times it goes to the unsorted queue, where a person
looks.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from alerts import clocks, defaults, muting, priority, staffvoice, weighing
from alerts.models import Case, CaseEvent, Queue, Rule
from alerts.models.queue import STAFF_VOICE
from alerts.rules import SAFETY_QUEUES, Condition, Facts, first_fitting
from alerts.story import tell
from hospital import absences
from listening import exclusions
from listening.models import Mention, MentionVersion
from listening.models.mention import RESTRICTED_LANES

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = 3
PERSON_SAYS = "A person set it to {}, and no rule names a queue for it"
UNREADABLE = "The rules could not be applied to this mention. Please look at it yourself."


def route(mention_id: int, now: datetime, *, rules: Sequence[Condition] | None = None) -> Case | None:
    """Decide on one mention. Safe to call twice, and from two workers at once."""
    with transaction.atomic():
        owed = Mention.objects.unrouted().select_related(None).select_for_update(skip_locked=True)
        mention = owed.filter(pk=mention_id).first()
        if mention is None:
            return None
        case = _decide(mention, now, active_rules() if rules is None else rules)
        _processed(mention, now)
    return case


def route_due(now: datetime, *, limit: int = 500) -> int:
    """Decide on the oldest that are owed; how many were decided."""
    owed = Mention.objects.unrouted().order_by("id").values_list("id", "route_attempts")[:limit]
    rules, decided = active_rules(), 0
    for mention_id, attempts in owed:
        try:
            if attempts >= GIVE_UP_AFTER:
                set_aside(mention_id, now)
            else:
                route(mention_id, now, rules=rules)
            decided += 1
        except Exception:
            # One post that no rule can be asked about must not hold up its neighbours.
            logger.exception("mention %s could not be routed", mention_id)
            Mention.objects.filter(pk=mention_id).update(route_attempts=F("route_attempts") + 1)
    return decided


@transaction.atomic
def set_aside(mention_id: int, now: datetime) -> None:
    """A case for a person, made from the mention's id alone: nobody's complaint is lost."""
    mention = Mention.objects.unrouted().select_for_update(skip_locked=True).filter(pk=mention_id).first()
    if mention is None:
        return
    if not Case.objects.filter(mention=mention).exists():
        _open(mention, defaults.queue(defaults.UNSORTED), now, why=UNREADABLE)
    _processed(mention, now)


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


def _decide(mention: Mention, now: datetime, rules: Sequence[Condition]) -> Case | None:
    case = Case.objects.filter(mention=mention).select_related("queue__policy").first()
    if case is not None:
        _reconsider(case, mention, now)
        return case
    if mention.is_gone or is_our_own(mention):
        return None
    if mention.lane in RESTRICTED_LANES:
        staffvoice.forget_author(mention)
        return _open(mention, defaults.queue(STAFF_VOICE), now, why=staffvoice.WHY)
    if mention.lane in SAFETY_QUEUES:
        why = f"Safety: read as {mention.lane.replace('_', ' ')}"
        return _open(mention, defaults.queue(SAFETY_QUEUES[mention.lane]), now, why=why)
    if mention.is_excluded:
        return None
    found = first_fitting(rules, facts_for(mention, rules))
    queue_id = found[0].queue_id if found else None
    if queue_id is None and is_pressed_by_a_person(mention):
        why = PERSON_SAYS.format(mention.get_level_display().lower())
        return _open(mention, defaults.queue(defaults.UNSORTED), now, why=why)
    if found is None or queue_id is None:
        return None
    rule, why = found
    queue = Queue.objects.select_related("policy").get(pk=queue_id)
    return _open(mention, queue, now, why=why, rule_id=rule.id)


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


def _open(
    mention: Mention,
    queue: Queue,
    now: datetime,
    *,
    why: str,
    rule_id: int | None = None,
) -> Case:
    facts = weighing.facts_of(mention)
    case = Case.objects.create(
        mention=mention,
        queue=queue,
        rule_id=rule_id,
        facility_id=mention.facility_id,
        facts=facts.stored(),
        priority=priority.score(priority.standing(facts, weighing.current())),
        opened_at=now,
        due_at=clocks.first_due_at(queue, mention, now),
    )
    tell(case.pk, CaseEvent.Kind.OPENED, by=None, at=now, queue=queue.name, why=why)
    if muting.close_if_muted(case, mention, now):
        return case
    if mention.story_id and queue.slug not in {*SAFETY_QUEUES.values(), STAFF_VOICE}:
        _keep_with_its_story(case, mention.story_id, now)
    return case


def _keep_with_its_story(case: Case, story_id: int, now: datetime) -> None:
    """Whoever works on a story gets what is said of it later, so that no two people answer one thing."""
    of_story = Case.objects.open().filter(mention__story=story_id, owner__isnull=False)
    here = of_story.filter(queue=case.queue, facility=case.facility).exclude(pk=case.pk)
    here = here.exclude(owner__in=absences.away(now))
    kept = here.select_related("owner").order_by("claimed_at", "pk").first()
    if kept is None or kept.owner is None:
        return
    case.state, case.owner, case.claimed_at = Case.State.CLAIMED, kept.owner, now
    case.save(update_fields=["state", "owner", "claimed_at"])
    tell(case.pk, CaseEvent.Kind.CLAIMED, by=kept.owner, at=now, story_case=kept.pk)


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


def _processed(mention: Mention, now: datetime) -> None:
    Mention.objects.filter(pk=mention.pk).update(processed_at=now)
