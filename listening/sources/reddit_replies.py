"""What our account answered to one thing of Reddit, read from the account's own comments, newest first."""

from typing import Any

from listening.sources import reddit_things
from listening.sources.contract import AuthFailed, Target, Thread, Written
from listening.sources.reading import mapping, read_each, text, unix
from listening.sources.reddit_line import Line, guarded

MOST_PAGES = 2
PAGE_SIZE = 100


def read(line: Line, target: Target, own_handle: str) -> Thread:
    """Whole when the list ends, or has gone back beyond the time of the target."""
    name = own_handle or _own_name(line)
    found: list[Written] = []
    after = ""
    for _ in range(MOST_PAGES):
        params: dict[str, Any] = {"limit": PAGE_SIZE, "sort": "new", "after": after}
        path = f"user/{name}/comments/"
        answer = guarded(lambda: line.reddit.request(method="GET", path=path, params=params))  # noqa: B023
        things, after = reddit_things.opened(answer)
        written, unreadable = read_each(things, lambda thing: _written(thing, target))
        found += written
        if unreadable or not after or _is_beyond(things, target):
            return Thread(found, is_whole=not unreadable)
    return Thread(found, is_whole=False)


def _own_name(line: Line) -> str:
    answer = guarded(lambda: line.reddit.request(method="GET", path="api/v1/me"))
    name = answer.get("name") if isinstance(answer, dict) else None
    if not isinstance(name, str) or not name:
        raise AuthFailed("Reddit does not say whose account this is; only reading is set up.")
    return name


def _written(thing: Any, target: Target) -> Written | None:
    found = _as_written(thing)
    return found if found and found.parent_id == target.external_id else None


def ours(thing: Any, own_handle: str) -> Written | None:
    """A comment of our own account in a listing of many people's."""
    data = mapping(mapping(thing, "the item").get("data"), "the item's data")
    return _as_written(thing) if own_handle and text(data, "author").lower() == own_handle else None


def _as_written(thing: Any) -> Written | None:
    data = mapping(mapping(thing, "the item").get("data"), "the item's data")
    name, body, parent = reddit_things.fullname(thing), text(data, "body"), text(data, "parent_id")
    if not parent or body in reddit_things.GONE:
        return None
    return Written(name, body, reddit_things.link(name, data), unix(data.get("created_utc")), parent)


def _is_beyond(things: list[Any], target: Target) -> bool:
    times = [unix(thing["data"].get("created_utc")) for thing in things if reddit_things.fullname(thing)]
    asked = target.published_at
    return asked is not None and any(at < asked for at in times if at)
