"""What every page needs to know."""

from typing import Any

from django.http import HttpRequest

from dashboard import habits
from hospital.access import Permission, reach_of


def screen(request: HttpRequest) -> dict[str, Any]:
    """`may`: the permissions of whoever asks, by name, for menus; the zone that times are printed in."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"may": {}}
    reach = reach_of(request)
    may = {permission.name.lower(): reach.can(permission) for permission in Permission}
    return {"may": may, "habits": habits.for_page(request.user)}
