"""Muting a story: what is said of it later needs no person, until the mute ends.

A later case is opened all the same and closed at once, with an outcome that says so: it is counted, its story
shows it, and whoever ends the mute gets back every one that nobody has touched. What speaks of danger is not
closed by it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from alerts import quieting
from alerts.models import Case, CaseEvent, StoryMute
from alerts.refusals import Refused
from alerts.story import Step, tell
from hospital import audit
from listening.models import Mention

Kind = CaseEvent.Kind
USUAL, LONGEST = timedelta(hours=24), timedelta(days=7)


@transaction.atomic
def mute(case: Case, *, lasts: timedelta, by: User, at: datetime) -> StoryMute:
    held = Case.objects.select_for_update(of=("self",)).select_related("queue", "mention")
    current = held.get(pk=case.pk)
    story_id = current.mention.story_id
    if story_id is None:
        raise Refused("Nobody else has said this yet, so there is no story to mute.")
    if refusal := quieting.objection(current):
        raise Refused(refusal)
    if not timedelta(0) < lasts <= LONGEST:
        raise Refused("Choose how long, up to a week.")
    if standing(story_id, at):
        raise Refused("This story is muted already.")
    made = StoryMute.objects.create(story_id=story_id, case=current, by=by, at=at, until_at=at + lasts)
    tell(case.pk, Kind.MUTED, by=by, at=at, until=made.until_at.isoformat())
    audit.record("story.mute", f"story {story_id}", by=by, at=at, until=made.until_at.isoformat())
    return made


@transaction.atomic
def unmute(case: Case, *, by: User, at: datetime) -> int:
    """Hear the story again; how many of the cases it closed are open again."""
    found = standing(case.mention.story_id, at)
    if found is None or not StoryMute.objects.filter(pk=found.pk, ended_at=None).update(ended_at=at):
        raise Refused("This story is not muted any more.")
    reopened = [pk for pk in _closed_by(found) if _reopen(pk, by, at)]
    tell(case.pk, Kind.UNMUTED, by=by, at=at, reopened=len(reopened))
    audit.record("story.unmute", f"story {found.story_id}", by=by, at=at, reopened=reopened)
    return len(reopened)


def standing(story_id: int | None, at: datetime) -> StoryMute | None:
    if story_id is None:
        return None
    mutes = StoryMute.objects.filter(story=story_id, ended_at=None, until_at__gt=at)
    return mutes.select_related("by").order_by("-until_at").first()


def standing_for(story_ids: Iterable[int | None], at: datetime) -> dict[int | None, StoryMute]:
    """The same of many stories; those that are heard are not in it."""
    mutes = StoryMute.objects.filter(story__in=story_ids, ended_at=None, until_at__gt=at)
    return {mute.story_id: mute for mute in mutes.select_related("by").order_by("until_at")}


def closes(case: Case) -> bool:
    """Whether the mute of its story closes a case that is being opened."""
    is_pressing = case.mention.level in (Mention.Level.P0, Mention.Level.P1)
    return not is_pressing and not quieting.objection(case)


def closed(case: Case, mute: StoryMute, at: datetime) -> Step:
    """Close a case that is not stored yet, of a story that needs nobody now; the step that says so."""
    case.state, case.outcome, case.closed_at = Case.State.CLOSED, Case.Outcome.NO_REPLY_NEEDED, at
    case.outcome_note = f"Muted story, by {mute.by.get_full_name() or mute.by.username}"
    said = {"outcome": case.outcome, "note": case.outcome_note, "mute": mute.pk}
    return Step(case, Kind.CLOSED, detail=said)


def _closed_by(mute: StoryMute) -> list[int]:
    """Cases to which nothing happened since the mute closed them."""
    closed = CaseEvent.objects.filter(kind=Kind.CLOSED, detail__mute=mute.pk)
    of_story = CaseEvent.objects.filter(case__mention__story=mute.story_id, case__state=Case.State.CLOSED)
    last = of_story.values("case").annotate(last=Max("pk")).values("last")
    return list(closed.filter(pk__in=last).order_by("case").values_list("case", flat=True))


def _reopen(case_id: int, by: User, at: datetime) -> bool:
    closed = Case.objects.filter(pk=case_id, state=Case.State.CLOSED)
    opened = closed.update(state=Case.State.NEW, owner=None, outcome="", outcome_note="", closed_at=None)
    if opened:
        tell(case_id, Kind.REOPENED, by=by, at=at)
    return bool(opened)
