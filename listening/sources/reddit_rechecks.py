"""What became of submissions and comments of Reddit that were stored: looked up by name, a hundred a call."""

from collections.abc import Mapping, Sequence
from typing import Any

from listening.sources import reddit_things
from listening.sources.contract import Fate
from listening.sources.reading import Odd
from listening.sources.reddit_line import Line, guarded

MOST = 100


def read(line: Line, ids: Sequence[str]) -> dict[str, Fate]:
    """One that is left out of the answer may be hidden for a while: it stays unknown."""
    params: dict[str, str | int] = {"id": ",".join(ids), "limit": MOST}
    answer: Any = guarded(lambda: line.reddit.request(method="GET", path="api/info/", params=params))
    things, _ = reddit_things.opened(answer)
    wanted = frozenset(ids)
    named = [(reddit_things.fullname(thing), thing) for thing in things]
    return {name: _fate(thing) for name, thing in named if name in wanted}


def _fate(thing: Mapping[str, Any]) -> Fate:
    try:
        post = reddit_things.post(thing, "")
    except Odd:
        return Fate("unknown")
    if post is None:
        return Fate("unknown")
    if post.is_removed or thing["data"].get("removed_by_category"):
        return Fate("deleted")
    return Fate("edited", post) if post.edited_at else Fate("live")
