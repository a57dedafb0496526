"""What a person does with a case: claim, release, take over, move, close, reopen.

Each verb is one UPDATE that must hit one row in the state the person saw; whoever comes second is told.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from alerts.models import Case, CaseEvent, Queue, Reply
from alerts.models.queue import STAFF_VOICE
from alerts.refusals import Refused
from alerts.story import tell

State = Case.State
Kind = CaseEvent.Kind

REPLY_UNDER_WAY = {
    State.AWAITING_APPROVAL: "Its reply waits for approval. Take the reply back first.",
    State.SENDING: "Its reply is on its way. Wait until it has left, or take it back.",
    State.TO_POST: "Its reply is to be posted by hand. Say that you posted it, or take it back.",
    State.CHECK: "Its reply may or may not be public. Look at the network first, and say which.",
}
OF_STAFF_VOICES = frozenset({Case.Outcome.THEME_ONLY, Case.Outcome.PRIVACY_OFFICER})
"""Outcomes that follow from an answer in `staffvoice`, and can be chosen nowhere else."""

NEEDS_A_NOTE = "Say why in the note: whoever reads this later was not here."


@transaction.atomic
def claim(case: Case, *, by: User, at: datetime) -> None:
    waiting = Case.objects.filter(pk=case.pk, state=State.NEW, owner__isnull=True)
    if not waiting.update(state=State.CLAIMED, owner=by, claimed_at=at):
        raise Refused(_why_not_claimed(case, by))
    tell(case.pk, Kind.CLAIMED, by=by, at=at)


@transaction.atomic
def release(case: Case, *, by: User, at: datetime) -> None:
    """Give it back to the queue. A draft stays with the case."""
    mine = Case.objects.filter(pk=case.pk, owner=by, state__in=[State.CLAIMED, State.DRAFTING])
    if not mine.update(state=State.NEW, owner=None, claimed_at=None):
        raise Refused(_why_not_mine(case, by))
    tell(case.pk, Kind.RELEASED, by=by, at=at)


@transaction.atomic
def take_over(case: Case, *, by: User, seen_owner_id: int, at: datetime) -> None:
    """Become the owner in the place of the one that was seen."""
    theirs = Case.objects.open().filter(pk=case.pk, owner_id=seen_owner_id).exclude(owner=by)
    if not theirs.update(owner=by, claimed_at=at):
        raise Refused(_why_not_claimed(case, by))
    tell(case.pk, Kind.MOVED, by=by, at=at, what="owner", was=seen_owner_id)


@transaction.atomic
def move(case: Case, *, queue: Queue, by: User, at: datetime) -> None:
    was = Case.objects.select_for_update(of=("self",)).select_related("queue").get(pk=case.pk)
    if was.state == State.CLOSED:
        raise Refused("This case is closed. Reopen it first.")
    if was.queue_id == queue.pk:
        raise Refused(f"It is in {queue.name} already.")
    if queue.slug == STAFF_VOICE or was.queue.slug == STAFF_VOICE:
        raise Refused("What staff say comes and goes by an answer, not by hand.")
    Case.objects.filter(pk=case.pk).update(queue=queue)
    tell(case.pk, Kind.MOVED, by=by, at=at, what="queue", was=was.queue.name, now=queue.name)


@transaction.atomic
def close(case: Case, *, outcome: str, note: str, by: User, at: datetime) -> None:
    """Close it with what came of it; a case nobody has is taken by whoever closes it."""
    note = note.strip()[:500]
    current = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    _check_outcome(current, outcome, note)
    closable = Case.objects.filter(
        Q(owner=by) | Q(owner__isnull=True),
        pk=case.pk,
        state__in=[State.NEW, State.CLAIMED, State.DRAFTING, State.SENT],
    )
    changes: dict[str, Any] = {"outcome": outcome, "outcome_note": note, "closed_at": at, "owner": by}
    if current.first_replied_at is None and outcome != Case.Outcome.NO_REPLY_NEEDED:
        changes["first_replied_at"] = at
    if not closable.update(state=State.CLOSED, **changes):
        raise Refused(_why_not_mine(case, by))
    tell(case.pk, Kind.CLOSED, by=by, at=at, outcome=outcome, note=note)


@transaction.atomic
def reopen(case: Case, *, by: User, at: datetime) -> None:
    closed = Case.objects.filter(pk=case.pk, state=State.CLOSED)
    reset: dict[str, Any] = {"outcome": "", "outcome_note": "", "closed_at": None}
    if not closed.update(state=State.CLAIMED, owner=by, claimed_at=at, **reset):
        raise Refused("This case is open already.")
    tell(case.pk, Kind.REOPENED, by=by, at=at)


def _check_outcome(case: Case, outcome: str, note: str) -> None:
    if outcome not in Case.Outcome.values or outcome in OF_STAFF_VOICES:
        raise Refused("Choose what came of it.")
    if outcome == Case.Outcome.NO_REPLY_NEEDED and not note:
        raise Refused(NEEDS_A_NOTE)
    if outcome == Case.Outcome.REPLIED_ONLINE and not note and not _was_answered(case):
        raise Refused("No reply of ours is known to be public. Say in the note who posted it, and where.")


def _was_answered(case: Case) -> bool:
    return case.replies.filter(state=Reply.State.SENT).exists()


def _why_not_claimed(case: Case, by: User) -> str:
    now = Case.objects.select_related("owner").get(pk=case.pk)
    if now.state == State.CLOSED:
        return "This case has been closed."
    if now.owner is None:
        return "Nobody has this case any more. Claim it."
    if now.owner == by:
        return "You have this case already."
    return f"{now.owner.get_full_name() or now.owner.username} was first and has this case."


def _why_not_mine(case: Case, by: User) -> str:
    now = Case.objects.select_related("owner").get(pk=case.pk)
    if now.state == State.CLOSED:
        return "This case has been closed."
    if now.owner is None:
        return "Nobody has this case. Claim it first."
    if now.owner != by:
        return f"{now.owner.get_full_name() or now.owner.username} has this case. Take it over first."
    return REPLY_UNDER_WAY.get(State(now.state), "Its reply has been published. Close the case instead.")
