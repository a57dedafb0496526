"""What was done with a case between colleagues, in words. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from alerts.models import CaseEvent

Kind = CaseEvent.Kind
Detail = Mapping[str, Any]


def moment(iso: str) -> str:
    """Mon 2 Mar 09:00, in the hospital's zone."""
    at = timezone.localtime(datetime.fromisoformat(iso))
    return f"{at:%a} {at.day} {at:%b %H:%M}"


def passed_over(detail: Detail) -> str:
    """That somebody is out of office, and what became of the case; nothing when they were there."""
    if not detail.get("instead_of"):
        return ""
    away = f"{detail['instead_of']} is away until {moment(detail['until'])}"
    if detail.get("to"):
        return f"{away}: {detail['to']} stands in."
    return f"{away} and nobody stands in: it waits in {detail.get('back')}."


def _assigned(who: str, detail: Detail) -> str:
    return passed_over(detail) or f"{who} gave it to {detail.get('to')}"


SAID: dict[str, Callable[[str, Detail], str]] = {
    Kind.ASSIGNED: _assigned,
    Kind.NOTED: lambda who, detail: f"{who} noted: {detail.get('text', '')}",
    Kind.SNOOZED: lambda who, detail: f"{who} put it off until {moment(detail['until'])}",
    Kind.WOKEN: lambda who, detail: f"{who} took it back into the list",
    Kind.MUTED: lambda who, detail: f"{who} muted its story until {moment(detail['until'])}",
    Kind.UNMUTED: lambda who, detail: f"{who} ended the mute; reopened: {detail.get('reopened', 0)}",
    Kind.UNDONE: lambda who, detail: f"{who} undid that",
}
