"""Reading items of a decoded JSON answer: wrong types are found, and one bad item costs only itself."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from listening.sources.contract import Unreadable

Item = TypeVar("Item")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
"""Some days within the calendar's own ends, so that a span can be added or taken away."""


class Odd(ValueError):
    """An item that is not as the network's manual says; the words say how."""


def mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Odd(f"{name} is not an object")
    return value


def several(value: object) -> list[Any]:
    """The list, or none: what is beside the words must not cost them."""
    return value if isinstance(value, list) else []


def text(item: Mapping[str, Any], name: str, *, required: bool = False) -> str:
    """The string under that name; empty when absent or null."""
    value = item.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        raise Odd(f"{name} is not a text")
    return value


def identifier(item: Mapping[str, Any], name: str) -> str:
    """An id, which some answers give as a number."""
    value = item.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not (found := text(item, name, required=True)):
        raise Odd(f"{name} is empty")
    return found


def moment(value: object) -> datetime | None:
    """An ISO 8601 time with its zone, in UTC; None when it is absent, cannot be read or cannot be."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value)
        return _within(read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def unix(value: object) -> datetime | None:
    """Seconds since 1970; None when absent or beyond any calendar."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return _within(EPOCH + timedelta(seconds=value))
    except (ValueError, OverflowError):
        return None


def _within(read: datetime) -> datetime | None:
    return min(read, LAST) if read >= FIRST else None


def read_each(
    items: Iterable[Any], read: Callable[[Any], Item | None]
) -> tuple[list[Item], list[Unreadable]]:
    """Every item as it is read, left out when it is none that is wanted, or as Unreadable."""
    found: list[Item] = []
    unreadable: list[Unreadable] = []
    for item in items:
        try:
            one = read(item)
        except Odd as odd:
            unreadable.append(Unreadable(str(odd), json.dumps(item)[:65536], _known_id(item)))
            continue
        if one is not None:
            found.append(one)
    return found, unreadable


def _known_id(item: object) -> str:
    found = item.get("id") or item.get("name") if isinstance(item, Mapping) else ""
    return found if isinstance(found, str) else ""
