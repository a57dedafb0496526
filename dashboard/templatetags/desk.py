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
def clock(since: datetime, now: datetime) -> str:
    """0:40, or 12:05: minutes and seconds since then."""
    seconds = max(0, int((now - since).total_seconds()))
    return f"{seconds // 60}:{seconds % 60:02}"


@register.filter
def initials(person: User) -> str:
    return story.initials(person)
