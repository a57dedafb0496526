"""How a person likes to work, as pages and doors ask for it."""

import json
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.functional import SimpleLazyObject

from hospital.models import Habits, Theme


def of(user: AbstractBaseUser) -> Habits:
    return Habits.objects.filter(user_id=user.pk).first() or Habits(user_id=user.pk)


def for_page(user: AbstractBaseUser) -> Any:
    """Read only by a page that asks: fragments need none of it."""
    return SimpleLazyObject(lambda: _said(of(user)))


def _said(habits: Habits) -> dict[str, Any]:
    return {
        "keys_off": habits.keys_off,
        "own_keys": habits.own_keys,
        "own_keys_json": json.dumps(habits.own_keys) if habits.own_keys else "",
        "stays": habits.stays,
        "light_for": Theme(habits.theme).light_for,
    }
