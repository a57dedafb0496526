"""The queues, clocks and rules that a new installation starts with. An admin's changes are kept."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from alerts.models import Queue, Rule, RulesVersion, SLAPolicy
from alerts.models.queue import STAFF_VOICE
from alerts.rules import SAFETY_QUEUES

UNSORTED = "unsorted"
HOURS = "Mon-Fri 07:00-19:00; Sat-Sun 09:00-17:00"
"""When ordinary queues count time, until an admin says when people are there: the day shift of a hospital."""

WORKING_DAY = timedelta(hours=12)
"""A day of those hours. On networks where people expect an answer within a day, that is when it is owed."""

AROUND_THE_CLOCK = frozenset({*SAFETY_QUEUES.values(), "media", UNSORTED})
"""Queues whose clocks run by night too. What could not be sorted may be anything."""

QUEUES: tuple[tuple[str, str, timedelta], ...] = (
    ("emergency", "Emergency", timedelta(minutes=10)),
    ("self-harm", "Self-harm", timedelta(minutes=10)),
    ("safety", "Safety", timedelta(minutes=10)),
    ("in-the-building", "In the building", timedelta(minutes=15)),
    ("abuse", "Abuse or neglect", timedelta(minutes=15)),
    ("privacy", "Privacy", timedelta(minutes=15)),
    ("safety-events", "Safety and quality", timedelta(minutes=15)),
    ("media", "Media", timedelta(minutes=30)),
    (STAFF_VOICE, "Staff voice", timedelta(hours=2)),
    ("rights", "Access and equal treatment", timedelta(minutes=30)),
    ("access", "Access and wait", timedelta(hours=2)),
    ("billing", "Billing", timedelta(hours=4)),
    ("staff-conduct", "Staff conduct", timedelta(hours=2)),
    ("complaints", "Complaints", timedelta(hours=2)),
    ("questions", "Questions", timedelta(hours=4)),
    ("praise", "Praise", 2 * WORKING_DAY),
    (UNSORTED, "Unsorted", timedelta(hours=2)),
)
"""Slug, name, and how soon a first reply is owed. Threats go to "Safety"."""

RULES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Media", "media", {"lanes": ["media"]}),
    ("Staff voice", "staff-voice", {"lanes": ["staff_voice"]}),
    ("Equal treatment", "rights", {"lanes": ["civil_rights"]}),
    ("Billing", "billing", {"lanes": ["billing"]}),
    ("Access and wait", "access", {"lanes": ["access_wait"]}),
    ("Staff conduct", "staff-conduct", {"lanes": ["staff_conduct"]}),
    ("Complaints", "complaints", {"lanes": ["complaint"]}),
    ("Questions", "questions", {"lanes": ["question"]}),
    ("Praise", "praise", {"lanes": ["praise"]}),
)
"""Name, queue and conditions, in the order they are asked. Noise and small talk open no case."""


@transaction.atomic
def ensure() -> None:
    """Make what is missing. An installation that has rules of its own gets none of these."""
    queues = _queues()
    if Rule.objects.exists() or RulesVersion.objects.exists():
        return
    rules = [
        Rule(name=name, position=position, queue=queues[slug], **conditions)
        for position, (name, slug, conditions) in enumerate(RULES)
    ]
    Rule.objects.bulk_create(rules, ignore_conflicts=True)


def _queues() -> dict[str, Queue]:
    slugs, policies = [slug for slug, _, _ in QUEUES], _policies()
    there = set(Queue.objects.filter(slug__in=slugs).values_list("slug", flat=True))
    missing = [
        Queue(slug=slug, name=name, position=position, policy=policies[name])
        for position, (slug, name, _) in enumerate(QUEUES)
        if slug not in there
    ]
    # Another process may be making the same: whoever is second waits for the first, and takes what it made.
    Queue.objects.bulk_create(missing, ignore_conflicts=True)
    return {queue.slug: queue for queue in Queue.objects.filter(slug__in=slugs)}


def _policies() -> dict[str, SLAPolicy]:
    names = [name for _, name, _ in QUEUES]
    there = set(SLAPolicy.objects.filter(name__in=names).values_list("name", flat=True))
    missing = [
        SLAPolicy(name=name, **targets(slug, within)) for slug, name, within in QUEUES if name not in there
    ]
    SLAPolicy.objects.bulk_create(missing, ignore_conflicts=True)
    return {policy.name: policy for policy in SLAPolicy.objects.filter(name__in=names)}


def targets(slug: str, within: timedelta) -> dict[str, Any]:
    if slug in AROUND_THE_CLOCK:
        return {"first_reply_within": within}
    return {
        "first_reply_within": within,
        "first_reply_within_slow": max(within, WORKING_DAY),
        "resolve_within": 2 * WORKING_DAY,
        "hours": HOURS,
    }


def queue(slug: str) -> Queue:
    """A queue that must be there: made again when somebody took it away."""
    found = Queue.objects.select_related("policy").filter(slug=slug).first()
    if found is None:
        ensure()
        found = Queue.objects.select_related("policy").get(slug=slug)
    return found
