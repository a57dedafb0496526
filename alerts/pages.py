"""What a page says: where, which queue, how urgent, and a link. Never the post, a name or a handle. Pure."""

import re

from django.conf import settings

from alerts import outagewords
from alerts.models import Notification, SourceAlarm
from listening.models import Mention

IN_BUILDING = "in-the-building"
UNITS: tuple[tuple[str, str], ...] = (
    ("emergency department", r"\b(?:e\.?d\b|e\.?r\b|emergency (?:room|dep\w*)|urgencias)"),
    ("waiting room", r"\b(?:waiting (?:room|area)|lobby|sala de espera)"),
    ("labor and delivery", r"\b(?:labou?r|delivery|maternity|birth cent(?:er|re)|maternidad|parto)"),
    ("intensive care", r"\b(?:n?icu|intensive care|cuidados intensivos)"),
    ("surgery", r"\b(?:surg\w+|pre-?op|post-?op|recovery room|cirug\w+)"),
    ("imaging", r"\b(?:imaging|x-?rays?|mri|ct scan|radiology)"),
    ("pharmacy", r"\b(?:pharmacy|farmacia)"),
    ("registration", r"\b(?:check-?in|front desk|registration|reception)"),
    ("parking", r"\b(?:parking|garage|estacionamiento)"),
    ("a ward", r"\b(?:ward|floor|unit|hallway|piso|pasillo)"),
)
"""Places as we call them, told by the words that people use. Only our words leave this file."""

FOUND = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in UNITS)
LOOKED_AT = 4_000
MOST = 2


def unit(text: str) -> str:
    """Where in the building, in words of ours; no room and no bed, which could name somebody."""
    named = [name for name, pattern in FOUND if pattern.search(text[:LOOKED_AT])]
    return ", ".join(named[:MOST]) or "unit not said"


def gist(mention: Mention) -> str:
    """What it is about, in the names of our topics."""
    topics = " and ".join(topic.replace("_", " ") for topic in mention.topics[:MOST])
    return f"somebody here needs a person, about {topics}" if topics else "somebody here needs a person"


def message(notification: Notification) -> tuple[str, str]:
    """Subject and body."""
    case = notification.case
    if notification.source_alarm is not None:
        return _of_source(notification.source_alarm)
    if case is None:
        return _of_alarm(notification)
    where = case.facility.name if case.facility else "No facility named"
    link = f"{settings.MURMUR_URL.rstrip('/')}/cases/{case.pk}/"
    if notification.question is not None:
        question = notification.question
        return _line(f"Murmur: a question on case {case.pk}"), f"{question.text}\n\n{link}\n"
    subject = _line(f"Murmur page: {case.queue.name}, {where}")
    lines = [where, case.queue.name, f"Level {case.mention.level}"]
    if case.queue.slug == IN_BUILDING:
        lines = [where, unit(f"{case.mention.title} {case.mention.text}"), gist(case.mention)]
    return subject, "\n".join([*lines, "", link, "Open it and press i to say that you have it.", ""])


def _of_alarm(notification: Notification) -> tuple[str, str]:
    """Numbers and a link; of a service's state only what operations said of it themselves."""
    alarm = notification.alarm
    assert alarm is not None  # noqa: S101  the database holds one of the two
    service = alarm.service
    where = service.facility.name if service.facility else "All facilities"
    link = f"{settings.MURMUR_URL.rstrip('/')}/operations/alarms/{alarm.pk}/"
    subject = _line(f"Murmur page: {service.name}, people say otherwise than operations")
    lines = [
        where,
        service.name,
        f"{outagewords.sentence(alarm)}.",
        "",
        link,
        "Open it, look, and say that you have it.",
        "",
    ]
    return subject, "\n".join(lines)


def _of_source(alarm: SourceAlarm) -> tuple[str, str]:
    link = f"{settings.MURMUR_URL.rstrip('/')}/sources/{alarm.source_id}/"
    subject = _line(f"Murmur: {alarm.source.name}, {alarm.get_kind_display().lower()}")
    return subject, "\n".join([alarm.source.name, alarm.words, "", link, ""])


def _line(text: str) -> str:
    return " ".join(text.split())[:150]
