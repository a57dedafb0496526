"""Times and people as the desk prints them."""

from datetime import datetime

from django import template
from django.contrib.auth.models import User

from dashboard.cases import rows, story

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
def initials(person: User) -> str:
    return story.initials(person)
