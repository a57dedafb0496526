"""A step of a case in words. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from alerts.models import Case, CaseEvent
from alerts.reveals import Reason

Kind = CaseEvent.Kind
Detail = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    at: datetime
    kind: str
    text: str


def line(event: CaseEvent) -> Line:
    who = called(event.actor) if event.actor else ""
    return Line(event.at, event.kind, SAID[Kind(event.kind)](who, event.detail))


def called(person: User) -> str:
    return person.get_full_name() or person.username


def initials(person: User) -> str:
    both = f"{person.first_name[:1]}{person.last_name[:1]}"
    return (both or person.username[:2]).upper()


def _returned(who: str, detail: Detail) -> str:
    if detail.get("taken_back"):
        return f"{who} took the reply back"
    reason = detail.get("reason", "")
    return f"{who} sent the reply back: {reason}" if who else f"The reply came back. {reason}"


def _sending(who: str, detail: Detail) -> str:
    if detail.get("again"):
        looked = f"{who} looked and it was" if who else "Read back:"
        return f"{looked} not there: it leaves once more"
    attempt = detail.get("attempt", 1)
    return f"Sending, try {attempt}" if attempt > 1 else "Sending"


def _sent(who: str, detail: Detail) -> str:
    if detail.get("read_back"):
        return "Read back: the reply is public"
    return f"{who} looked: the reply is public" if who else "The reply is public"


def _failed(who: str, detail: Detail) -> str:
    begins = "Not yet sent, tried again later" if detail.get("again_at") else "Not sent"
    return f"{begins}: {detail.get('why', '')}"


def _moved(who: str, detail: Detail) -> str:
    if detail.get("what") == "owner":
        return f"{who} took it over"
    if detail.get("what") == "severity":
        return f"A person raised its severity from {detail.get('was')} to {detail.get('now')}"
    return f"{who or 'The rules'} moved it from {detail.get('was')} to {detail.get('now')}"


def _closed(who: str, detail: Detail) -> str:
    outcome = dict(Case.Outcome.choices).get(detail.get("outcome", ""), "")
    note = f" ({detail['note']})" if detail.get("note") else ""
    return f"{who} closed it: {outcome.lower()}{note}"


def _revealed(who: str, detail: Detail) -> str:
    reason = dict(Reason.choices).get(detail.get("reason", ""), "")
    words = f" ({detail['words']})" if detail.get("words") else ""
    return f"{who} looked at the names and numbers in the post. {reason}{words}"


SAID: dict[str, Callable[[str, Detail], str]] = {
    Kind.OPENED: lambda who, detail: f"Came to {detail.get('queue')}. {detail.get('why', '')}",
    Kind.CLAIMED: lambda who, detail: (
        f"{who} got it, who has another of the same story"
        if detail.get("story_case")
        else f"{who} claimed it"
    ),
    Kind.RELEASED: lambda who, detail: f"{who} gave it back to the queue",
    Kind.DRAFTED: lambda who, detail: f"{who} wrote a reply",
    Kind.SUBMITTED: lambda who, detail: f"{who} asked for approval",
    Kind.TICKED: lambda who, detail: f"{who} read and ticked: {', '.join(detail.get('rules', []))}",
    Kind.OVERRIDDEN: lambda who, detail: f"{who} let the stopped reply through: {detail.get('reason', '')}",
    Kind.APPROVED: lambda who, detail: f"{who} approved the reply",
    Kind.RETURNED: _returned,
    Kind.SENDING: _sending,
    Kind.SENT: _sent,
    Kind.POSTED: lambda who, detail: f"{who} posted the approved reply by hand",
    Kind.NATIVE: lambda who, detail: "Somebody of us answered on the network itself",
    Kind.INSISTED: lambda who,
    detail: f"{who} went on while {' and '.join(detail.get('beside', []))} replied",
    Kind.FAILED: _failed,
    Kind.UNKNOWN: lambda who, detail: f"May be public. {detail.get('why', '')}",
    Kind.EDITED_AT_SOURCE: lambda who, detail: (
        f"The author {'removed' if detail.get('removed') else 'changed'} the post"
    ),
    Kind.MOVED: _moved,
    Kind.WEIGHED: lambda who, detail: (
        f"{who} set its severity to {detail['severity']}, {str(detail.get('word')).lower()}"
        if detail.get("severity")
        else f"{who} gave the reading its say again"
    ),
    Kind.ANSWERED: lambda who, detail: (
        f"{who} answered: {dict(Case.Answer.choices).get(detail.get('answer', ''), '').lower()}"
    ),
    Kind.CLOSED: _closed,
    Kind.REVEALED: _revealed,
    Kind.REOPENED: lambda who, detail: f"{who} reopened it"
    if who
    else "Reopened: the post speaks of danger now",
}
