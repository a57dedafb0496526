"""A round over several places (feeds, locations): one that fails must not silence the others.

When all of them fail, the source does. The cursor of a failed poll is not kept, so the round would begin and
end at its last place for ever; after a while it is let go on instead.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from listening.sources import search
from listening.sources.answers import Gone
from listening.sources.contract import Page, SourceError
from listening.sources.reading import moment

PATIENCE = timedelta(minutes=10)


def resumed(walk: Mapping[str, Any] | None, places: Sequence[str], now: datetime) -> dict[str, Any]:
    """Where the round stands; a new one when its place is no longer wanted."""
    if walk and walk.get("part") in places:
        return dict(walk)
    return {"part": places[0], "began_at": now.isoformat(), "failed": 0}


def is_left_alone(known: Mapping[str, Any], now: datetime) -> bool:
    """Whether a place is gone for good, or asked to be left alone until later."""
    wait = moment(known.get("not_before"))
    return bool(known.get("is_gone") or (wait and wait > now))


def counted(walk: Mapping[str, Any]) -> dict[str, Any]:
    """The round after one more place has failed."""
    return {**walk, "failed": walk.get("failed", 0) + 1}


def has_failed(walk: Mapping[str, Any], places: Sequence[str], now: datetime) -> bool:
    """Whether nothing in this round could be read, so that the source must say so."""
    began_at = moment(walk.get("began_at")) or now
    return len(places) == 1 or (walk["failed"] >= len(places) and now - began_at < PATIENCE)


REPEATED = "gave the same page twice: what is older may be missing."


def repeats(walk: dict[str, Any], ids: Iterable[object]) -> bool:
    """Whether a page says what the one before it said: such a listing would never end. The walk keeps it."""
    page = search.key("\n".join(map(str, ids)))
    is_same = walk.get("page") == page
    walk["page"] = page
    return is_same


def following(walk: Mapping[str, Any], places: Sequence[str]) -> dict[str, Any] | None:
    """The round at its next place; None when it is over."""
    rest = places[places.index(walk["part"]) + 1 :]
    kept = {name: walk[name] for name in ("began_at", "failed") if name in walk}
    return {**kept, "part": rest[0]} if rest else None


def finished(
    cursor: Mapping[str, Any],
    walk: Mapping[str, Any],
    places: Sequence[str],
    known: Any,
    *,
    name: str = "parts",
) -> dict[str, Any]:
    """One place is read: keep under a name in the cursor what is known of it, and go on to the next."""
    stored = cursor.get(name) or {}
    kept = {place: stored[place] for place in places if place in stored}
    if known is not None:
        kept[walk["part"]] = known
    onward = following(walk, places)
    return {name: kept, "walk": onward} if onward else {name: kept}


def passed_over(
    error: SourceError,
    cursor: Mapping[str, Any],
    walk: Mapping[str, Any],
    places: Sequence[str],
    now: datetime,
    *,
    name: str,
    missing: str,
) -> Page:
    """The round goes on beyond a web address that failed; the error itself, where all of them do."""
    walk = counted(walk)
    if has_failed(walk, places, now):
        raise error
    known = dict((cursor.get(name) or {}).get(walk["part"], {}))
    if error.retry_at:
        known["not_before"] = error.retry_at.isoformat()
    if isinstance(error, Gone):
        known["is_gone"] = True
    onward = finished(cursor, walk, places, known, name=name)
    return Page((), onward, "walk" in onward, gap=f"{error.message} {missing}")
