"""The page of keys, from the one list there is."""

from typing import Any

from django import template
from django.template import Context

from dashboard import keys

register = template.Library()


@register.inclusion_tag("keys/_keys.html", takes_context=True)
def all_keys(context: Context, place: str) -> dict[str, Any]:
    return {"keys": keys.on(place), "habits": context.get("habits")}
