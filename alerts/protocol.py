"""What a person does when a post speaks of self-harm: a choice, and steps in an order. Nothing acts alone.

The order is that of hospitals that wrote theirs down; the three questions are the Lifeline's. The choice
describes the post and what must be done about it, and is dropped with the urgent labels.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from alerts.models import Case, CaseEvent, SafetyStep
from alerts.refusals import Refused
from alerts.rules import SAFETY_QUEUES
from alerts.story import tell
from listening.reading.lanes import URGENT

RISK = "risk"
LOW, MEDIUM, HIGH = "low", "medium", "high"
SELF_HARM = "self-harm"
P0_QUEUES = frozenset(SAFETY_QUEUES[lane] for lane in URGENT)
QUESTIONS = ("Is there a plan?", "Is there a time?", "Is there a place, or the means?")
CHOOSE = "Choose low, medium or high first: whoever closes it has read it with the three questions."
WHY = "Say why the police are called: a place or a plan that the post tells. It is kept, and read later."
LONGEST = 300

Kind = CaseEvent.Kind


@dataclass(frozen=True)
class Choice:
    key: str
    word: str
    says: str
    example: str  # invented


@dataclass(frozen=True)
class Step:
    key: str
    does: str
    needed: frozenset[str]  # the choices for which it is owed
    needs_reason: bool = False


CHOICES = (
    Choice(
        HIGH, "High", "A plan, a time, a place or the means.", "Tonight, from the roof. I have the pills."
    ),
    Choice(MEDIUM, "Medium", "A wish to die, and none of the three.", "I don't want to be here any more."),
    Choice(
        LOW, "Low", "Despair, the past, or somebody else.", "Last year I nearly gave up. Hard week again."
    ),
)
ALL, MOST = frozenset({LOW, MEDIUM, HIGH}), frozenset({MEDIUM, HIGH})
STEPS = (
    Step("police", "A person telephones the police for a welfare check", frozenset({HIGH}), True),
    Step("resource", "The text with the crisis line has been sent or posted", ALL),
    Step("private", "A listed telephone line was offered; nothing was asked in public", MOST),
    Step("report", "The post was reported to the network, by its own form", MOST),
    Step("evidence", "Its link and time were noted for whoever looks later; no picture of a name", MOST),
    Step("lead", "The supervisor and the digital lead know", ALL),
)
BY_KEY = {step.key: step for step in STEPS}
REPORT: dict[str, tuple[str, str]] = {
    "x": ("https://help.x.com/forms/suicide", "X's form for self-harm"),
    "reddit": (
        "https://support.reddithelp.com/hc/en-us/articles/360043513931",
        "On the post: Report, then “Someone is considering suicide or serious self-harm”",
    ),
    "google": ("https://support.google.com/business/answer/4596773", "Report a review"),
    "mastodon": ("", "On the post: Report, to the moderators of its server"),
    "bluesky": ("", "On the post: Report post, then Self-harm"),
    "yelp": ("", "On the review: the three dots, then Report review"),
}
"""Where each network takes such a report, and what it is called there."""


@dataclass(frozen=True)
class Stand:
    """One step as it stands in a case."""

    step: Step
    is_owed: bool
    done: SafetyStep | None


def stands(risk: str, done: dict[str, SafetyStep]) -> list[Stand]:
    """All steps in their order, with what is owed for this choice and what was done."""
    return [Stand(step, risk in step.needed, done.get(step.key)) for step in STEPS]


@transaction.atomic
def choose(case: Case, *, risk: str, by: User, at: datetime) -> None:
    """A person's choice, which a person may change. Its word is not written into the story."""
    if risk not in ALL:
        raise Refused(CHOOSE)
    current = _open_case(case)
    chosen = SafetyStep.objects.filter(case=current, key=RISK)
    if not chosen.exclude(value=risk).update(value=risk, by=by, at=at):
        if chosen.exists():
            return
        SafetyStep.objects.create(case=current, key=RISK, value=risk, by=by, at=at)
    tell(current.pk, Kind.STEPPED, by=by, at=at, step=RISK)


@transaction.atomic
def take(case: Case, *, key: str, reason: str, by: User, at: datetime) -> None:
    """One step is done, by a person, now."""
    step, reason = BY_KEY.get(key), " ".join(reason.replace("\x00", "").split())[:LONGEST]
    if step is None:
        raise Refused("There is no such step.")
    if step.needs_reason and not reason:
        raise Refused(WHY)
    current = _open_case(case)
    if not SafetyStep.objects.filter(case=current, key=RISK).exclude(value="").exists():
        raise Refused(CHOOSE)
    try:
        with transaction.atomic():
            SafetyStep.objects.create(case=current, key=key, by=by, at=at)
    except IntegrityError:
        raise Refused("Somebody has ticked this step already.") from None
    tell(current.pk, Kind.STEPPED, by=by, at=at, step=key, reason=reason)


def is_urgent(case: Case) -> bool:
    """Where a life may be at stake: never answered, closed or moved on by anything but one person's hand."""
    return case.mention.lane in URGENT or case.queue.slug in P0_QUEUES


def objection_to_closing(case: Case, note: str) -> str:
    """Why it cannot be closed yet; nothing when it can. Asked of each case by itself, in bulk too."""
    if not is_urgent(case):
        return ""
    is_self_harm = case.mention.lane == "self_harm" or case.queue.slug == SELF_HARM
    if is_self_harm and not SafetyStep.objects.filter(case=case, key=RISK).exclude(value="").exists():
        return CHOOSE
    return (
        "" if note else "Say in the note what was done for this person. An emergency is not closed without."
    )


def _open_case(case: Case) -> Case:
    locked = Case.objects.select_for_update(of=("self",)).select_related("queue", "mention")
    current = locked.get(pk=case.pk)
    if current.state == Case.State.CLOSED:
        raise Refused("This case is closed. Reopen it first.")
    if current.mention.lane != "self_harm" and current.queue.slug != SELF_HARM:
        raise Refused("This card is for posts about self-harm.")
    return current
