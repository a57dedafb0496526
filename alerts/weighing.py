"""Giving a case its priority: gathering its facts, weighing them, and changing what they weigh."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef

from alerts import priority
from alerts.models import Case, CaseEvent, PriorityWeights, Reply
from alerts.priority import Factor, Facts, SetBy, Weights
from alerts.refusals import Refused
from alerts.story import ring, tell
from hospital import audit
from listening.models import Mention

DAY, WEEK = timedelta(days=1), timedelta(days=7)
PRESS_NETWORKS = frozenset({"rss", "news"})
MOST_COUNTED = 100
"""Posts of one author in a day; more than a few weigh no more."""

PREVIEWED = 2_000
"""Open cases that a preview puts in order."""


def facts_of(mention: Mention) -> Facts:
    return facts_of_all([mention])[mention.pk]


def facts_of_all(mentions: Sequence[Mention]) -> dict[int, Facts]:
    """By mention; two questions to the database, however many these are."""
    known = [mention for mention in mentions if mention.author_id is not None]
    posts_today, answered_at = _posts_of_the_day(known), _answered_at(known)
    return {
        mention.pk: Facts(
            severity=mention.severity,
            lane=mention.lane,
            child=priority.mentions_child(f"{mention.title}\n{mention.text[: priority.LOOKED_AT]}"),
            posts_today=max(1, posts_today.get(mention.pk, 1)),
            wrote_again=_wrote_again(mention, answered_at.get(mention.author_id, ())),
            press=mention.network in PRESS_NETWORKS,
            reach=mention.story.count - 1 if mention.story else 0,
        )
        for mention in mentions
    }


def current() -> Weights:
    """What is in force: the newest that was saved, or what Murmur comes with."""
    saved = PriorityWeights.objects.first()
    return Weights.of(saved.values) if saved else Weights()


def standing(case: Case, weights: Weights) -> tuple[Factor, ...]:
    """Every factor of a case but its waiting."""
    return priority.standing(Facts.of(case.facts), weights, set_by=_set_by(case))


def factors(case: Case, weights: Weights, now: datetime) -> tuple[Factor, ...]:
    """Everything that its score consists of at this moment."""
    waited = None if case.first_replied_at else now - case.opened_at
    return (*standing(case, weights), *priority.waiting(waited, weights))


@transaction.atomic
def set_severity(case: Case, *, key: int | None, by: User, at: datetime) -> None:
    """A person's word over what was read; None gives the reading its say again."""
    if key is not None and key not in priority.SEVERITIES:
        raise Refused("Choose one of the four severities.")
    current_case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if current_case.state == Case.State.CLOSED:
        raise Refused("This case is closed. Reopen it first.")
    given = priority.SEVERITIES[key][0] if key else None
    if given == current_case.severity_set:
        return
    current_case.severity_set, current_case.severity_set_by = given, by if key else None
    current_case.priority = priority.score(standing(current_case, current()))
    current_case.save(update_fields=["severity_set", "severity_set_by", "priority"])
    word = priority.SEVERITIES[key][1] if key else ""
    tell(case.pk, CaseEvent.Kind.WEIGHED, by=by, at=at, severity=given, word=word)


@transaction.atomic
def save(weights: Weights, *, note: str, by: User, at: datetime) -> PriorityWeights:
    """Put weights in force and every open case in its new place."""
    saved = PriorityWeights.objects.create(
        saved_at=at, saved_by=by, values=weights.stored(), note=note.strip()[:200]
    )
    audit.record("priority.save", f"weights {saved.pk}", by=by, at=at, values=weights.stored())
    ring(_weigh_anew(weights))
    return saved


def _weigh_anew(weights: Weights) -> list[int]:
    """Ids of the open cases whose priority changes; as few updates as there are priorities."""
    by_points: defaultdict[int, list[int]] = defaultdict(list)
    held = (
        Case.objects.open().select_for_update(of=("self",)).select_related("severity_set_by").order_by("pk")
    )
    for case in held:
        points = priority.score(standing(case, weights))
        if points != case.priority:
            by_points[points].append(case.pk)
    for points, ids in by_points.items():
        Case.objects.filter(pk__in=ids).update(priority=points)
    return [pk for ids in by_points.values() for pk in ids]


@dataclass(frozen=True)
class Moved:
    """An open case whose place would change."""

    case: Case
    was_place: int
    place: int
    was_score: int
    score: int

    @property
    def places(self) -> int:
        """How far up; below nothing is down."""
        return self.was_place - self.place

    @property
    def down(self) -> int:
        return -self.places


@dataclass(frozen=True)
class Preview:
    moved: list[Moved]  # farthest first
    looked_at: int


def preview(weights: Weights, facility_ids: frozenset[int] | None, now: datetime) -> Preview:
    """What weights would do to the open cases that somebody may see. Nothing is changed."""
    related = ("facility", "queue", "mention", "severity_set_by")
    seen = Case.objects.within(facility_ids).open().select_related(*related)
    seen = seen.defer("mention__text", "mention__title", "mention__reasons")
    before = current()
    cases = list(seen.in_order(now, waiting=before.waiting)[:PREVIEWED])
    was = {case.pk: priority.score(factors(case, before, now)) for case in cases}
    new = {case.pk: priority.score(factors(case, weights, now)) for case in cases}
    was_places, places = _places(cases, was), _places(cases, new)
    moved = [
        Moved(case, was_places[case.pk], places[case.pk], was[case.pk], new[case.pk])
        for case in cases
        if places[case.pk] != was_places[case.pk]
    ]
    return Preview(sorted(moved, key=lambda each: (-abs(each.places), each.place)), len(cases))


def _places(cases: Iterable[Case], scores: dict[int, int]) -> dict[int, int]:
    ordered = sorted(cases, key=lambda case: (-scores[case.pk], case.due_at, case.pk))
    return {case.pk: place for place, case in enumerate(ordered, start=1)}


def _set_by(case: Case) -> SetBy | None:
    if case.severity_set is None or case.severity_set_by is None:
        return None
    person = case.severity_set_by
    return SetBy(case.severity_set, person.get_full_name() or person.username)


def _posts_of_the_day(mentions: Sequence[Mention]) -> dict[int, int]:
    """Of each: this one and those of the same author, about us, in the day before it."""
    if not mentions:
        return {}
    same = Mention.objects.unrestricted().filter(author=OuterRef("author"), is_gone=False)
    until = OuterRef("published_at")
    day = same.filter(published_at__gt=until - DAY, published_at__lte=until).values("pk")[:MOST_COUNTED]
    asked = Mention.objects.filter(pk__in=[mention.pk for mention in mentions])
    return {pk: len(day) for pk, day in asked.annotate(day=ArraySubquery(day)).values_list("pk", "day")}


def _answered_at(mentions: Sequence[Mention]) -> dict[int | None, list[datetime]]:
    """When replies of ours to the authors of these left, by author, as far back as counts."""
    found: dict[int | None, list[datetime]] = {}
    if not mentions:
        return found
    times = [mention.published_at for mention in mentions]
    sent = Reply.objects.filter(state=Reply.State.SENT, sent_at__range=(min(times) - WEEK, max(times)))
    to_them = sent.filter(case__mention__author__in={mention.author_id for mention in mentions})
    for author_id, sent_at in to_them.values_list("case__mention__author", "sent_at"):
        if sent_at is not None:
            found.setdefault(author_id, []).append(sent_at)
    return found


def _wrote_again(mention: Mention, answered_at: Iterable[datetime]) -> bool:
    return any(mention.published_at - WEEK <= at <= mention.published_at for at in answered_at)
