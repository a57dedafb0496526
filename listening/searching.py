"""Stored mentions that a query finds, a page at a time, newest first, in windows of time, never counted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from listening import candidates
from listening.queries.matching import prepared
from listening.queries.view import View
from listening.walking import Place, Reader, Walk, words_for

SECONDS = 1.0
PAGE = 50


@dataclass
class Found:
    ids: list[int] = field(default_factory=list)
    place: Place | None = None  # where the next page begins; None where the archive ends


def search(
    query: str,
    *,
    facility_ids: frozenset[int] | None,
    now: datetime,
    start: Place | None = None,
    timer: Callable[[], float] = monotonic,
) -> Found:
    """BadExpression where the query cannot be read, or only says what must not be there."""
    ends_at, asked = timer() + SECONDS, prepared(query)
    reader = Reader(with_authors=candidates.ask_for([asked.tree], "author"))
    found = Found()
    for rows, place in Walk(facility_ids, reader, words_for([asked.tree])).rows(start or Place(now), now):
        for row in rows:
            if asked.node.holds(View(row.asked)):
                found.ids.append(row.pk)
            if len(found.ids) == PAGE:
                found.place = Place(row.published_at, row.pk)
                return found
        found.place = place
        if timer() >= ends_at:
            break
    return found
