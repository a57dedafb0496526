"""What an alarm of an outage says, in numbers and in words of ours. Pure: no word of a post is in it."""

from alerts.models import OutageAlarm
from hospital.models import Service

Kind = Service.Kind
SAYS: dict[str, str] = {
    Kind.ED_WAIT: "the wait is very long",
    Kind.DIVERT: "ambulances are sent away",
    Kind.BEDS: "there are no beds",
    Kind.PHONES: "the phones are dead",
    Kind.PORTAL: "the portal is down",
    Kind.PARKING: "the parking is full",
}


def claim(alarm: OutageAlarm) -> str:
    """ "6 people say that the portal is down"."""
    return f"{alarm.voices} people say that {SAYS.get(alarm.service.kind, 'it does not work')}"


def answer(alarm: OutageAlarm) -> str:
    return f"operations say {alarm.said}" if alarm.said else "operations say nothing"


def sentence(alarm: OutageAlarm) -> str:
    return f"{claim(alarm)}, {answer(alarm)}"
