"""The rules as a whole: what is in force, saving another order or other rules, and going back.

Each save is a version. What stands in the Rule rows is in force; cases that are open stay where they are.
"""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from alerts import rule_files
from alerts.models import Queue, Rule, RulesVersion
from alerts.models.queue import STAFF_VOICE
from alerts.rule_files import Known, Written
from alerts.rules import Condition
from hospital import audit
from hospital.models import Facility
from listening import readers
from listening.models import Source
from listening.models.mention import RESTRICTED_LANES

OVERTAKEN = "Version {} came into force meanwhile. Look at what it changed, then save again."
UNCHANGED = "These are the rules in force already: nothing was saved."


def known() -> Known:
    return Known(
        queues=tuple(Queue.objects.exclude(slug=STAFF_VOICE).values_list("slug", flat=True)),
        topics=tuple(readers.topics()),
        networks=tuple(Source.objects.order_by("kind").values_list("kind", flat=True).distinct()),
        facilities=tuple(Facility.objects.values_list("slug", flat=True)),
    )


def in_force() -> str:
    """The rules as they stand, written out; without one for voices of staff, which no rule is asked about."""
    stored = Rule.objects.select_related("queue").prefetch_related("facilities")
    stored = stored.exclude(lanes__overlap=list(RESTRICTED_LANES)).exclude(queue__slug=STAFF_VOICE)
    return rule_files.written([_written(rule) for rule in stored])


def _written(rule: Rule) -> Written:
    return Written(
        name=rule.name,
        queue=rule.queue.slug if rule.queue else rule_files.NO_QUEUE,
        when=rule.expression,
        lanes=tuple(rule.lanes),
        levels=tuple(rule.levels),
        topics=tuple(rule.topics),
        tone=tuple(rule.sentiments),
        networks=tuple(rule.networks),
        facilities=tuple(sorted(place.slug for place in rule.facilities.all())),
        severity=rule.severity_at_least,
        stars=rule.rating_at_most,
        is_active=rule.is_active,
    )


def checked(body: str) -> list[Written]:
    """The rules that a text says; BadFile where it cannot be read.

    What the rules in force name may be named on, a network that has no source any more among it.
    """
    here = known()
    stored = [network for networks in Rule.objects.values_list("networks", flat=True) for network in networks]
    topics = [topic for some in Rule.objects.values_list("topics", flat=True) for topic in some]
    offered = Known(
        queues=here.queues,
        topics=tuple(dict.fromkeys([*here.topics, *topics])),
        networks=tuple(dict.fromkeys([*here.networks, *stored])),
        facilities=here.facilities,
    )
    return rule_files.read(body, offered)


def conditions(rules: list[Written]) -> list[Condition]:
    """As they are asked, before any of them is stored; those that are switched off are not."""
    queues = dict(Queue.objects.values_list("slug", "pk"))
    places = dict(Facility.objects.values_list("slug", "pk"))
    return [
        Condition(
            id=0,
            name=rule.name,
            queue_id=queues.get(rule.queue),
            lanes=frozenset(rule.lanes),
            sentiments=frozenset(rule.tone),
            networks=frozenset(rule.networks),
            facility_ids=frozenset(places[slug] for slug in rule.facilities),
            severity_at_least=rule.severity,
            rating_at_most=rule.stars,
            levels=frozenset(rule.levels),
            topics=frozenset(rule.topics),
            expression=rule.when,
        )
        for rule in rules
        if rule.is_active
    ]


def newest() -> int:
    return RulesVersion.objects.values_list("number", flat=True).first() or 0


def save(
    body: str, *, based_on: int, note: str = "", by: AbstractBaseUser | None, at: datetime
) -> RulesVersion:
    """Put these rules in force, as a new version. BadFile or ValidationError say why not."""
    rules = checked(body)
    said, before = rule_files.written(rules), in_force()
    if said == before:
        raise ValidationError(UNCHANGED)
    try:
        with transaction.atomic():
            number = _begun(before, based_on, at)
            made = _keep(number + 1, said, note, by=by, at=at)
            _put(rules)
            audit.record(
                "rules.save", "rules", by=by, at=at, number=made.number, before=number, note=made.note
            )
    except IntegrityError:
        # Two saves at once: the number is given once.
        raise ValidationError(OVERTAKEN.format(newest())) from None
    return made


def _begun(before: str, based_on: int, at: datetime) -> int:
    """The number of the version in force; what was never kept, or changed behind its back, is kept first."""
    number = newest()
    if number != based_on:
        raise ValidationError(OVERTAKEN.format(number))
    kept = RulesVersion.objects.filter(number=number).first()
    if kept is None or kept.body != before:
        number = _keep(number + 1, before, "As they stood", by=None, at=at).number
    return number


def _keep(number: int, body: str, note: str, *, by: AbstractBaseUser | None, at: datetime) -> RulesVersion:
    note = " ".join(note.split())[:200]
    return RulesVersion.objects.create(
        number=number, body=body, note=note, by_id=by.pk if by else None, at=at
    )


def _put(rules: list[Written]) -> None:
    """One row a rule, known by its name, so that a case still tells which rule it came by."""
    Rule.objects.exclude(name__in=[rule.name for rule in rules]).delete()
    for position, rule in enumerate(rules):
        values = {
            "position": position,
            "is_active": rule.is_active,
            "queue": Queue.objects.filter(slug=rule.queue).first(),
            "expression": rule.when,
            "lanes": list(rule.lanes),
            "levels": list(rule.levels),
            "topics": list(rule.topics),
            "sentiments": list(rule.tone),
            "networks": list(rule.networks),
            "severity_at_least": rule.severity,
            "rating_at_most": rule.stars,
        }
        stored, _ = Rule.objects.update_or_create(name=rule.name, defaults=values)
        stored.facilities.set(Facility.objects.filter(slug__in=rule.facilities))


def go_back(number: int, *, by: AbstractBaseUser | None, at: datetime) -> RulesVersion:
    """An earlier version in force again, as a new one. BadFile where it can be read no more."""
    body = RulesVersion.objects.get(number=number).body
    return save(body, based_on=newest(), note=f"Back to version {number}", by=by, at=at)
