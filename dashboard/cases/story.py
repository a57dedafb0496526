"""A step of a case in words. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.dateformat import format as date_format
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime

from alerts import building, protocol
from alerts.models import Case, CaseEvent, ChangeLink
from alerts.reveals import Reason
from dashboard.cases import handed

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


def _approved(who: str, detail: Detail) -> str:
    counted = f", {detail['number']} of {detail['of']}" if detail.get("of") else ""
    at_once = "; it leaves at once" if detail.get("at_once") else ""
    accepted = ", with the change that its writer accepted" if detail.get("accepted_by") else ""
    return f"{who} approved the reply{accepted}{counted}{at_once}"


def _escalated(who: str, detail: Detail) -> str:
    to = ", ".join(detail.get("to", [])) or "everyone who approves"
    return f"Nobody approved it in time: passed on to {to}"


def _waiting(who: str, detail: Detail) -> str:
    until = parse_datetime(str(detail.get("until", "")))
    return f"{who} waits on the author{f' until {localtime(until):%a %d %b %H:%M}' if until else ''}"


def _resumed(who: str, detail: Detail) -> str:
    if detail.get("lapsed"):
        return "The author has not written again in the time that was set"
    return f"{who} took it up again" if who else "The author wrote again: a next reply is owed"


def _closed(who: str, detail: Detail) -> str:
    outcome = dict(Case.Outcome.choices).get(detail.get("outcome", ""), "")
    note = f" ({detail['note']})" if detail.get("note") else ""
    spoke = f", {detail['who']} spoke to them {_when(detail['when'])}" if detail.get("who") else ""
    closed = f"{who} closed it" if who else "Closed by itself"
    return f"{closed}: {outcome.lower()}{spoke}{note}"


def _when(moment: str) -> str:
    return date_format(localtime(datetime.fromisoformat(moment)), "D j M H:i")


def _told(who: str, detail: Detail) -> str:
    how = dict(ChangeLink.How.choices).get(detail.get("how", ""), "")
    note = f" ({detail['note']})" if detail.get("note") else ""
    return f"{who}: {how[:1].lower()}{how[1:]}{note}" if who else f"{how}{note}"


def _revealed(who: str, detail: Detail) -> str:
    reason = dict(Reason.choices).get(detail.get("reason", ""), "")
    words = f" ({detail['words']})" if detail.get("words") else ""
    return f"{who} looked at the names and numbers in the post. {reason}{words}"


STEPS = {
    "risk": "chose what the self-harm protocol asks",
    **{step.key: f"ticked: {step.does.lower()}" for step in protocol.STEPS},
    **{key: f"says: {word.lower()}" for key, word in building.STATES.items()},
}


def _paged(who: str, detail: Detail) -> str:
    role, whom = detail.get("role", ""), detail.get("whom", "")
    if not whom:
        return f"{role}: nobody is on duty, or nobody answered. Telephone somebody"
    return f"{role} paged: {whom}{' (by telephone, by a person)' if detail.get('by_phone') else ''}"


def _stated(who: str, detail: Detail) -> str:
    how = "posted the approved text by hand" if detail.get("by_hand") else "sent the approved text"
    return f"{who} {how}"


def _stepped(who: str, detail: Detail) -> str:
    reason = f". {detail['reason']}" if detail.get("reason") else ""
    return f"{who} {STEPS.get(detail.get('step', ''), 'took a step')}{reason}"


SAID: dict[str, Callable[[str, Detail], str]] = {
    Kind.OPENED: lambda who, detail: f"Came to {detail.get('queue')}. {detail.get('why', '')}",
    Kind.CLAIMED: lambda who, detail: (
        f"{who} got it, who has another of the same story"
        if detail.get("story_case")
        else f"{who} claimed it"
    ),
    Kind.RELEASED: lambda who, detail: (
        f"{who} gave it back to the queue"
        if who
        else f"Nobody touched it for {detail.get('idle_hours', 0):g} hours: it went back to the queue"
    ),
    **handed.SAID,
    Kind.DRAFTED: lambda who, detail: f"{who} wrote a reply",
    Kind.SUBMITTED: lambda who, detail: f"{who} asked for approval",
    Kind.TICKED: lambda who, detail: f"{who} read and ticked: {', '.join(detail.get('rules', []))}",
    Kind.OVERRIDDEN: lambda who, detail: f"{who} let the stopped reply through: {detail.get('reason', '')}",
    Kind.APPROVED: _approved,
    Kind.REDLINED: lambda who, detail: f"{who} changed the reply that waits",
    Kind.ACCEPTED: lambda who, detail: f"{who} accepted the change",
    Kind.ESCALATED: _escalated,
    Kind.WAITING: _waiting,
    Kind.RESUMED: _resumed,
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
    Kind.PAGED: _paged,
    Kind.ACKED: lambda who, detail: f"{who} answered the page",
    Kind.SEEN: lambda who, detail: f"{who} saw it first",
    Kind.STATED: _stated,
    Kind.STEPPED: _stepped,
    Kind.ASKED: lambda who, detail: f"{who} asked {detail.get('whom')}",
    Kind.HELPED: lambda who, detail: f"{who} answered: {detail.get('answer', '')}",
    Kind.REMARKED: lambda who, detail: f"{who} wrote a note on how to talk with the author",
    Kind.DROPPED: lambda who, detail: "Its urgent labels were dropped, 30 days after it was closed",
    Kind.LINK_MADE: lambda who, detail: f"{who} made a private link",
    Kind.LINK_ENDED: lambda who, detail: f"{who} took the private link back",
    Kind.ANSWER_IN: lambda who, detail: (
        "They answered in private, and the case is open again"
        if detail.get("reopened")
        else "They answered in private"
    ),
    Kind.READ: lambda who, detail: f"{who} read what was told in private",
    Kind.CHANGE: lambda who, detail: f"{who} linked it to a change: {detail.get('what', '')}",
    Kind.TELL: lambda who, detail: f"They are to be told that a change was made: {detail.get('done', '')}",
    Kind.TOLD: _told,
    Kind.THANKED: lambda who, detail: f"{who} passed the thanks on to {detail.get('unit', '')}",
    Kind.ERASED: lambda who, detail: "What was told in private was erased",
    Kind.REOPENED: lambda who, detail: f"{who} reopened it"
    if who
    else "Reopened: the post speaks of danger now",
}
