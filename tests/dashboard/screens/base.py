"""Screens that hang somewhere, for tests."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from dashboard.models import Screen
from dashboard.screens import keeping
from dashboard.screens.keeping import Draft
from tests.base import ada


def hang(screen_class: str = "staff", *, at: datetime | None = None, **fields: Any) -> tuple[Screen, str]:
    """A screen, and its address."""
    fields.setdefault("name", f"Screen {Screen.objects.count() + 1}")
    fields.setdefault("steps", [("live", 60)])
    draft = Draft(screen_class=screen_class, **fields)
    screen, token = keeping.make(draft, by=ada(), at=at or timezone.now())
    return screen, f"/screens/{token}/"
