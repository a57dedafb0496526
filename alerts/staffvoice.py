"""What members of staff say in public: rights first, and who wrote it is nobody's business.

Where a post itself says "I work at ...", two roles see it, in a queue of its own, and answer one question:

- patient privacy at risk: it stays here, at once, for the privacy officer;
- a safety concern: the safety queue gets a note in words of ours, and neither the post nor its author;
- working conditions: closed, counted as a theme, and nothing else is done;
- praise: the same note, for the people who are thanked.

Its author is not stored, no list is kept by author, and no reply of ours is written to it. A theme counts
only where five said it.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import CharField, Count, F, Func, Q, Value

from alerts import defaults, priority, replies, weighing
from alerts.models import Case, CaseEvent, Queue, Reply
from alerts.models.queue import STAFF_VOICE
from alerts.refusals import Refused
from alerts.sla import due_at
from alerts.staffnotes import objection
from alerts.story import tell
from listening import stories, wall_sequence
from listening.models import Mention
from listening.models.mention import RESTRICTED_LANES
from listening.models.mention import STAFF_VOICE as LANE
from listening.signals import mentions_stored

WHY = "Its author says in it that they work here"
THEME_NOTE = "Working conditions: no action, counted as a theme."
THEMES_FROM = 5
"""A theme that fewer posts speak of is not counted: few could be one, and one could be known."""

PRIVACY_WITHIN = timedelta(hours=1)
PASSED_ON: dict[str, tuple[str, str]] = {
    Case.Answer.SAFETY: ("safety-events", "safety_event"),
    Case.Answer.PRAISE: ("praise", "praise"),
}
"""The queue that gets the note, and the lane that it is weighed as."""

LONGEST_NOTE = 500
SET_BY_PEOPLE = Func(
    F("set_by_people"), Value("lane", output_field=CharField(max_length=20)), function="array_append"
)

State = Case.State
Kind = CaseEvent.Kind
ON_ITS_WAY = (State.SENDING, State.CHECK)
NOT_YET_PUBLIC = (Reply.State.AWAITING, Reply.State.QUEUED, Reply.State.TO_POST)


@transaction.atomic
def answer(case: Case, *, answer: str, note: str, by: User, at: datetime) -> None:
    """Say what it speaks of; what follows from that is done with it."""
    current = _waiting(case)
    note = " ".join(note.replace("\x00", "").split())[:LONGEST_NOTE]
    if answer in PASSED_ON:
        _pass_on(current, answer, note, by, at)
    elif answer == Case.Answer.CONDITIONS:
        _close(current, answer, Case.Outcome.THEME_ONLY, THEME_NOTE, by, at)
    elif answer == Case.Answer.PRIVACY:
        _to_the_privacy_officer(current, by, at)
    else:
        raise Refused("Choose what it speaks of.")


@transaction.atomic
def settle_privacy(case: Case, *, note: str, by: User, at: datetime) -> None:
    """The privacy officer is done with it."""
    current = _locked(case)
    if current.state == State.CLOSED or current.staff_answer != Case.Answer.PRIVACY:
        raise Refused("It does not wait for the privacy officer.")
    if not note.strip():
        raise Refused("Say in the note what was done, without a name.")
    _close(current, Case.Answer.PRIVACY, Case.Outcome.PRIVACY_OFFICER, note.strip()[:500], by, at)


@transaction.atomic
def ask_again(case: Case, *, by: User, at: datetime) -> None:
    """An answer that was wrong: the question stands open once more."""
    current = _locked(case)
    if not current.staff_answer or current.passed_on:
        raise Refused("There is no answer here that can be taken back.")
    _set(current, state=State.NEW, owner=None, staff_answer="", outcome="", outcome_note="", closed_at=None)
    tell(current.pk, Kind.REOPENED, by=by, at=at)


@transaction.atomic
def not_staff(case: Case, *, by: User, at: datetime) -> None:
    """The reading was wrong. It becomes a post like any other, in a queue where a person looks."""
    current = _waiting(case)
    number = wall_sequence.take(1)[0]
    Mention.objects.filter(pk=current.mention_id).update(
        lane="other", wall_seq=number, set_by_people=SET_BY_PEOPLE
    )
    _move(current, defaults.queue(defaults.UNSORTED), lane="other", by=by, at=at)
    transaction.on_commit(partial(_ring, current.mention_id))


@transaction.atomic
def restrict(case: Case, *, by: User, at: datetime) -> None:
    """A person saw what the reading did not: from now on it is kept as a voice of staff."""
    current = _locked(case)
    if current.is_staff_voice:
        raise Refused("It is kept as a voice of staff already.")
    if current.state in (State.CLOSED, State.AWAITING_APPROVAL, State.TO_POST, *ON_ITS_WAY):
        raise Refused(
            "A closed case, or one whose reply is on its way, cannot go there. Take the reply back."
        )
    number = wall_sequence.take(1)[0]
    Mention.objects.filter(pk=current.mention_id).update(
        lane=LANE,
        author=None,
        wall_seq=number,
        set_by_people=SET_BY_PEOPLE,
    )
    stories.withdraw(current.mention)
    _move(current, defaults.queue(STAFF_VOICE), lane=LANE, by=by, at=at)
    transaction.on_commit(partial(_ring, current.mention_id))


def restrict_edited(case: Case, mention: Mention, now: datetime) -> None:
    """A case whose post has become a voice of staff, inside the transaction that decides on it."""
    forget_author(mention)
    if case.passed_on or case.queue.slug == STAFF_VOICE:
        return
    for reply in Reply.objects.filter(case=case, state__in=NOT_YET_PUBLIC):
        replies.take_back(reply, at=now, by=None, reason=replies.STAFF_VOICE)
    case.refresh_from_db()
    if case.state in ON_ITS_WAY:
        # Hidden by its lane already; what may be public is looked at first.
        return
    _move(case, defaults.queue(STAFF_VOICE), lane=LANE, by=None, at=now)


def sweep(now: datetime, *, limit: int = 200) -> int:
    """What another reading made a voice of staff: hidden at once by its lane, and kept as one from here."""
    voices = Mention.objects.filter(lane__in=RESTRICTED_LANES)
    astray = Q(case__isnull=False, case__passed_on="") & ~Q(case__queue__slug=STAFF_VOICE)
    astray &= ~Q(case__state__in=ON_ITS_WAY)
    traced = Q(author__isnull=False) | Q(story__isnull=False)
    owed = voices.filter(traced | astray).order_by("pk").values_list("pk", flat=True)
    found = list(owed[:limit])
    for mention_id in found:
        _keep_as_one(mention_id, now)
    return len(found)


@transaction.atomic
def _keep_as_one(mention_id: int, now: datetime) -> None:
    wall_sequence.take(1)  # before the row, as whoever stores does
    mention = Mention.objects.select_for_update(of=("self",)).get(pk=mention_id)
    if mention.lane not in RESTRICTED_LANES:
        return
    stories.withdraw(mention)
    case = Case.objects.select_for_update(of=("self",)).select_related("queue")
    found = case.filter(mention=mention).first()
    if found is None:
        forget_author(mention)
    else:
        restrict_edited(found, mention, now)


def forget_author(mention: Mention) -> None:
    if mention.author_id is not None:
        Mention.objects.filter(pk=mention.pk).update(author=None)


def themes(facility_ids: frozenset[int] | None, since: datetime) -> list[tuple[str, int]]:
    """What staff speak of, most first; only what enough of them do."""
    voices = Mention.objects.filter(lane__in=RESTRICTED_LANES, published_at__gte=since)
    if facility_ids is not None:
        voices = voices.filter(facility_id__in=facility_ids)
    counted = (
        voices.annotate(theme=Func(F("topics"), function="unnest"))
        .values("theme")
        .annotate(number=Count("pk"))
        .filter(number__gte=THEMES_FROM)
        .order_by("-number", "theme")
    )
    return list(counted.values_list("theme", "number"))


def _pass_on(case: Case, answer: str, note: str, by: User, at: datetime) -> None:
    refusal = objection(note, f"{case.mention.title} {case.mention.text}")
    if refusal:
        raise Refused(refusal)
    slug, lane = PASSED_ON[answer]
    tell(case.pk, Kind.ANSWERED, by=by, at=at, answer=answer)
    # Its clock starts now: when the post was found is near to when it was written, and leads to it.
    _set(case, staff_answer=answer, passed_on=note, opened_at=at)
    _move(case, defaults.queue(slug), lane=lane, by=by, at=at)


def _to_the_privacy_officer(case: Case, by: User, at: datetime) -> None:
    tell(case.pk, Kind.ANSWERED, by=by, at=at, answer=Case.Answer.PRIVACY)
    _weigh_as(case, "privacy_incident")
    due = min(case.due_at, at + PRIVACY_WITHIN)
    _set(case, staff_answer=Case.Answer.PRIVACY, state=State.NEW, owner=None, due_at=due)


def _close(case: Case, answer: str, outcome: str, note: str, by: User, at: datetime) -> None:
    if not case.staff_answer:
        tell(case.pk, Kind.ANSWERED, by=by, at=at, answer=answer)
    _set(
        case,
        staff_answer=answer,
        state=State.CLOSED,
        owner=by,
        outcome=outcome,
        outcome_note=note,
        closed_at=at,
    )
    tell(case.pk, Kind.CLOSED, by=by, at=at, outcome=outcome, note=note)


def _move(case: Case, queue: Queue, *, lane: str, by: User | None, at: datetime) -> None:
    _weigh_as(case, lane)
    _set(
        case,
        queue=queue,
        state=State.NEW,
        owner=None,
        claimed_at=None,
        outcome="",
        outcome_note="",
        closed_at=None,
        due_at=due_at(at, first_reply_within=queue.policy.first_reply_within),
    )
    tell(case.pk, Kind.MOVED, by=by, at=at, what="queue", was=case.queue.name, now=queue.name)


def _weigh_as(case: Case, lane: str) -> None:
    """By severity and lane alone: nothing that was counted of the author goes on with it."""
    case.facts = priority.Facts(priority.Facts.of(case.facts).severity, lane).stored()
    points = priority.score(weighing.standing(case, weighing.current()))
    _set(case, facts=case.facts, priority=points)


def _waiting(case: Case) -> Case:
    current = _locked(case)
    if not current.is_restricted:
        raise Refused("It is not kept as a voice of staff any more.")
    if current.staff_answer:
        raise Refused(f"Somebody was first and answered: {current.get_staff_answer_display().lower()}.")
    if current.state in ON_ITS_WAY:
        raise Refused("A reply of ours may be public. Look at the network first, and say which.")
    return current


def _locked(case: Case) -> Case:
    locked = Case.objects.select_for_update(of=("self",))
    return locked.select_related("queue", "mention", "severity_set_by").get(pk=case.pk)


def _set(case: Case, **changes: Any) -> None:
    Case.objects.filter(pk=case.pk).update(**changes)


def _ring(mention_id: int) -> None:
    # Robust: what is decided is decided, and a screen that was not told asks again by itself.
    mentions_stored.send_robust(sender=Mention, ids=[mention_id], urgent_ids=[])
