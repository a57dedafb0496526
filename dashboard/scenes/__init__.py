"""The scenes a big screen can show, one file each. A scene is data: the screen decides when it stands there.

A scene's file has `label` (what an admin chooses it by), `template` (its fragment) and `context(sight)`,
which reads what the fragment shows. `live` alone moves by itself; others are fetched anew while they stand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol, cast

from dashboard.screen_class import ScreenClass


@dataclass(frozen=True)
class Sight:
    """What a screen may show: facilities within its reach (None: all), by where it hangs, at one moment."""

    facility_ids: frozenset[int] | None
    screen_class: ScreenClass
    now: datetime


class Scene(Protocol):
    label: str
    template: str

    def context(self, sight: Sight) -> dict[str, Any]: ...


def scenes() -> Mapping[str, Scene]:
    """Each by its file's name."""
    names = sorted(module.name for module in iter_modules(__path__))
    return {name: cast(Scene, import_module(f"{__name__}.{name}")) for name in names}
