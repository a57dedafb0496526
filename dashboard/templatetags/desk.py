"""Times and people as the desk prints them."""

from datetime import datetime

from django import template
from django.contrib.auth.models import User

from alerts.models import CaseEvent
from alerts.priority import SEVERITIES
from dashboard.cases import rows, story
from dashboard.cases.bulk import Bar
from dashboard.cases.desk import Desk
from dashboard.cases.opened import Opened
from dashboard.cases.tools import Tools
from dashboard.keys import GOES_TO

register = template.Library()


@register.filter
def age(since: datetime, now: datetime) -> str:
    return rows.span(now - since)


@register.filter
def until(moment: datetime, now: datetime) -> str:
    """1m 40s: how long the hold still is; nothing is held for more than half an hour."""
    seconds = max(0, int((moment - now).total_seconds()))
    return f"{seconds // 60}m {seconds % 60:02}s" if seconds >= 60 else f"{seconds}s"


@register.filter
def clock(since: datetime, now: datetime) -> str:
    """0:40, or 12:05: minutes and seconds since then."""
    seconds = max(0, int((now - since).total_seconds()))
    return f"{seconds // 60}:{seconds % 60:02}"


@register.filter
def initials(person: User) -> str:
    return story.initials(person)


@register.filter
def tools(opened: Opened) -> Tools:
    noted = sum(line.kind == CaseEvent.Kind.NOTED for line in opened.story)
    return Tools(opened.case, opened.now, noted, next(iter(opened.events), None))


@register.filter
def bulk_bar(desk: Desk) -> Bar:
    return Bar(desk)


@register.filter
def severities(desk: Desk) -> list[tuple[int, str]]:
    return [(key, word) for key, (_, word) in SEVERITIES.items()]


@register.filter
def goes_to(slug: str) -> str:
    """The key of a queue or a view; most have none."""
    return GOES_TO.get(slug, "")
