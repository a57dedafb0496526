"""The order that a list had when it was opened, kept for as long as somebody works in it.

Without it a row would move under the cursor whenever a severity, a clock or an owner changes.
"""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase

SESSION_KEY = "orders"
LISTS = 6
"""Lists that one person may have open at once; an older one is put in order anew."""


def kept(session: SessionBase, view: str, since: datetime) -> list[int] | None:
    found = session.get(SESSION_KEY, {}).get(_name(view, since))
    return None if found is None else list(found)


def keep(session: SessionBase, view: str, since: datetime, ids: Sequence[int]) -> None:
    orders = dict(session.get(SESSION_KEY, {}))
    orders[_name(view, since)] = list(ids)
    session[SESSION_KEY] = dict(list(orders.items())[-LISTS:])


def _name(view: str, since: datetime) -> str:
    return f"{view} {int(since.timestamp())}"
