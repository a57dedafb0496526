"""The directory of who is asked about what, asking them, and what comes back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from alerts import authornotes, staffnotes
from alerts.models import Case, CaseEvent, Duty, Knower, Notification, Question
from alerts.models.case import CaseQuerySet
from alerts.refusals import Refused
from alerts.story import tell
from alerts.whoknows import MOST, Need, Owned, Past, Standing, Who, rank
from hospital import audit
from hospital.models import Facility

LOOKS_BACK = timedelta(days=365)
MOST_READ = 3_000
ANSWER_COUNTS = 2.0
REVIEWED_EVERY = timedelta(days=180)
LONGEST_ANSWER = 1_000

Kind = CaseEvent.Kind
NOT_THERE = "They are not among those who may know. Open “Who knows” again."
STAFF = "What staff say is not asked about."


@dataclass(frozen=True)
class Suggestion:
    who: Who
    name: str
    email: str
    person: User | None
    why: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.who[0]}-{self.who[1]}"


def need_of(case: Case) -> Need:
    return Need(frozenset(case.mention.topics), case.facility_id, case.queue.name)


def suggestions(case: Case, reachable: CaseQuerySet, *, by: User, now: datetime) -> list[Suggestion]:
    """Three at most, the best first; whoever asks is not among them."""
    if case.is_staff_voice:
        return []
    entries = {knower.pk: knower for knower in Knower.objects.select_related("person")}
    until = duties_until(case.facility_id, now)
    found = rank(
        need_of(case),
        history(reachable.exclude(pk=case.pk), now),
        [owned(knower, timezone.localdate(now)) for knower in entries.values()],
        until,
        now,
        most=MOST + 1,
    )
    ids = [each.who[1] for each in found if each.who[0] == "person"]
    people = User.objects.filter(is_active=True).in_bulk(ids)
    told = [_told(each, people, entries) for each in found if each.who != ("person", by.pk)]
    return [each for each in told if each is not None][:MOST]


def history(reachable: CaseQuerySet, now: datetime) -> Iterator[Past]:
    """Who closed what, who took over what from another, and who answered when they were asked."""
    recent = reachable.filter(opened_at__gt=now - LOOKS_BACK).order_by("-opened_at")
    about = ("pk", "mention__topics", "facility_id", "queue__name", "closed_at", "owner_id")
    rows = {pk: rest for pk, *rest in recent.values_list(*about)[:MOST_READ]}
    for topics, facility_id, queue, closed_at, owner_id in rows.values():
        if closed_at and owner_id:
            yield Past(("person", owner_id), frozenset(topics), facility_id, queue, closed_at)
    handed = CaseEvent.objects.filter(case_id__in=rows, kind=Kind.MOVED, detail__what="owner")
    answered = Question.objects.filter(case_id__in=rows, answered_at__isnull=False)
    helped: list[tuple[int, int, datetime, float]]
    helped = [
        (pk, actor_id, at, 1.0)
        for pk, actor_id, at in handed.values_list("case_id", "actor_id", "at")
        if actor_id
    ]
    told = answered.values_list("case_id", "person_id", "answered_at")
    helped += [(pk, person_id, at, ANSWER_COUNTS) for pk, person_id, at in told if person_id and at]
    for case_id, person_id, at, weight in helped:
        topics, facility_id, queue, _, owner_id = rows[case_id]
        if weight > 1 or person_id != owner_id:
            yield Past(("person", person_id), frozenset(topics), facility_id, queue, at, weight)


def owned(knower: Knower, today: date) -> Owned:
    who = ("person", knower.person_id) if knower.person_id else ("desk", knower.pk)
    return Owned(who, knower.topic, knower.facility_id, is_stale=knower.review_by < today)


def duties_until(facility_id: int | None, now: datetime) -> dict[Who, datetime]:
    on = Duty.objects.filter(starts_at__lte=now, ends_at__gt=now, person__isnull=False)
    here = on.filter(facility__isnull=True)
    if facility_id is not None:
        here |= on.filter(facility_id=facility_id)
    return {("person", person_id): ends for person_id, ends in here.values_list("person_id", "ends_at")}


def question_for(case: Case) -> str:
    """Written beforehand from names of ours alone: no handle, no word of the post."""
    about = " and ".join(topic.replace("_", " ") for topic in case.mention.topics[:3]) or "a comment"
    where = f" at {case.facility.short_name}" if case.facility else ""
    return (
        f"A case in {case.queue.name}{where} is about {about}. "
        "What may we say to it, or who can help? Please answer in the case, without names."
    )


@transaction.atomic
def ask(case: Case, suggestion: Suggestion, *, by: User, at: datetime) -> Question:
    """One question to one person or desk, kept as an event and sent as a notification."""
    current = Case.objects.select_for_update(of=("self",)).select_related("queue", "mention").get(pk=case.pk)
    if current.is_staff_voice:
        raise Refused(STAFF)
    if current.state == Case.State.CLOSED:
        raise Refused("This case is closed. Reopen it first.")
    asked = {"person": suggestion.person, "name": suggestion.name, "email": suggestion.email}
    try:
        with transaction.atomic():
            question = Question.objects.create(
                case=current, text=question_for(case), asked_by=by, asked_at=at, **asked
            )
    except IntegrityError:
        raise Refused(f"{suggestion.name} was asked already, and has not answered yet.") from None
    state = Notification.State.WAITING if suggestion.email else Notification.State.BY_PHONE
    Notification.objects.create(
        case=current,
        question=question,
        kind=Notification.Kind.QUESTION,
        state=state,
        created_at=at,
        **asked,
    )
    tell(current.pk, Kind.ASKED, by=by, at=at, whom=suggestion.name)
    return question


@transaction.atomic
def answer(question: Question, *, text: str, by: User, at: datetime) -> None:
    """What they know, in words that name nobody: it becomes a note in the case's story."""
    text = " ".join(text.replace("\x00", "").split())
    if len(text) > LONGEST_ANSWER:
        raise Refused(f"Keep the answer within {LONGEST_ANSWER} characters.")
    mention = question.case.mention
    why_not = staffnotes.objection(text, f"{mention.title} {mention.text}") if text else "Write the answer."
    if why_not:
        raise Refused(why_not)
    Case.objects.select_for_update(of=("self",)).get(pk=question.case_id)
    unanswered = Question.objects.filter(pk=question.pk, answered_at__isnull=True)
    if not unanswered.update(answer=text, answered_by=by, answered_at=at):
        raise Refused("This question has been answered already.")
    tell(question.case_id, Kind.HELPED, by=by, at=at, whom=question.name, answer=text)


@transaction.atomic
def save(
    knower: Knower | None,
    *,
    topic: str,
    facility: Facility | None,
    person: User | None,
    desk: str,
    email: str,
    owner: User,
    review_by: date,
    by: User,
    at: datetime,
) -> Knower:
    topic, desk = " ".join(topic.split()), " ".join(desk.split())
    if person is None and not desk:
        raise Refused("Choose a person, or name the desk that is asked.")
    why_not = authornotes.objection(desk)
    if why_not == authornotes.IDENTIFIES and person is None:
        raise Refused("Name the desk, not a person: people are chosen from the list.")
    if not timezone.localdate(at) < review_by <= timezone.localdate(at) + timedelta(days=730):
        raise Refused("Say a day within two years by which its owner looks at it again.")
    row = knower or Knower()
    row.topic, row.facility, row.person, row.desk, row.email = topic, facility, person, desk, email
    row.owner, row.review_by = owner, review_by
    row.save()
    audit.record("knower.save", f"knower {row.pk}", by=by, at=at, topic=topic)
    return row


@transaction.atomic
def reviewed(knower: Knower, *, by: User, at: datetime) -> None:
    """It still holds: half a year until somebody looks again."""
    review_by = timezone.localdate(at) + REVIEWED_EVERY
    Knower.objects.filter(pk=knower.pk).update(review_by=review_by)
    audit.record("knower.review", f"knower {knower.pk}", by=by, at=at)


@transaction.atomic
def remove(knower: Knower, *, by: User, at: datetime) -> None:
    audit.record("knower.remove", f"knower {knower.pk}", by=by, at=at, topic=knower.topic)
    Knower.objects.filter(pk=knower.pk).delete()


def _told(standing: Standing, people: dict[int, User], entries: dict[int, Knower]) -> Suggestion | None:
    kind, pk = standing.who
    why = tuple(_why(standing))
    if kind == "desk":
        return Suggestion(standing.who, entries[pk].desk, entries[pk].email, None, why)
    person = people.get(pk)
    if person is None:
        return None
    return Suggestion(standing.who, person.get_full_name() or person.username, person.email, person, why)


def _why(standing: Standing) -> Iterator[str]:
    if standing.similar:
        yield f"answered {standing.similar} similar"
    if standing.until:
        yield f"on duty till {timezone.localtime(standing.until):%H:%M}"
    for each in standing.owned[:1]:
        yield f"owns “{each.topic}”{', review overdue' if each.is_stale else ''}"
