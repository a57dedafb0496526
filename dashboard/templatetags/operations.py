"""How the hospital is running, for any page that wants it beside what people say."""

from typing import Any

from django import template
from django.template import Context

from dashboard.operations.views import board_of
from hospital import operations
from hospital.models import ServiceStatus

register = template.Library()


@register.inclusion_tag("operations/_tiles.html", takes_context=True)
def operations_strip(context: Context) -> dict[str, Any]:
    """A line of tiles, for the desk."""
    return {"board": board_of(context["request"]), "may": context.get("may")}


@register.inclusion_tag("operations/_column.html", takes_context=True)
def operations_column(context: Context) -> dict[str, Any]:
    """The right column of a wall: the gravest trouble large, the others in a list."""
    return {"board": board_of(context["request"]), "may": context.get("may")}


@register.filter
def said(status: ServiceStatus) -> str:
    return operations.said(status.service, status)


@register.filter
def named(slug: str, names: dict[str, str]) -> str:
    return names.get(slug, slug)


@register.filter
def beyond(status: ServiceStatus) -> bool:
    return operations.is_beyond_limit(status.service, status)
