"""The further pages of a page of reviews: those that it calls its next (`rel=next`), within its own site.

They are read after the first reading of their page and then once a day, so that a site is not walked through
every few minutes; what is new stands on the first page anyway.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from listening.sources.pages_markup import Markup
from listening.sources.reading import moment
from listening.sources.sites import site_of

MOST = 4
AGAIN_AFTER = timedelta(hours=24)


def address_of(markup: Markup, address: str) -> str:
    """Where the next page is; empty where there is none, or it lies elsewhere."""
    if not markup.following:
        return ""
    try:
        onward = httpx.URL(address).join(markup.following).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError, TypeError):
        return ""
    is_near = onward.scheme == httpx.URL(address).scheme and site_of(str(onward)) == site_of(address)
    return str(onward) if is_near and str(onward) != address else ""


def is_due(known: Mapping[str, Any], now: datetime) -> bool:
    last = moment(known.get("onward_at"))
    return last is None or not last <= now < last + AGAIN_AFTER


def step(walk: Mapping[str, Any], address: str) -> dict[str, Any] | None:
    """The round with this further page as its next; None where it is led no further, or in a circle."""
    passed = list(walk.get("passed", []))
    if not address or address in passed or address == walk["part"] or len(passed) >= MOST:
        return None
    return {**walk, "onward": address, "passed": [*passed, address]}
