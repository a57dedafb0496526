"""What became of things stored from Facebook, and what the page itself wrote under one of them."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx

from listening.sources import facebook_line, facebook_things
from listening.sources.contract import BadPayload, Connection, Fate, Target, Thread, Written
from listening.sources.facebook_line import NETWORK
from listening.sources.http import Answer
from listening.sources.reading import read_each

MOST_PAGES = 2
MOST_RECHECKED = 40
"""One batch may hold fifty; the page itself is always among them."""
# -- Our own answers -------------------------------------------------------------------------------


def replies_to(connection: Connection, page: str, target: Target) -> Thread:
    """Whole when the list ends.

    An answer to an answer stands under the comment above both. It is looked for there, among what we wrote
    after the target.
    """
    above = _above(connection, page, target.external_id)
    found: list[Written] = []
    marks: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        params = {"limit": "100", "fields": facebook_things.COMMENT_FIELDS, **marks}
        address = f"{facebook_line.base(connection)}/{above}/comments?{urlencode(params)}"
        answer = facebook_line.call(connection, "GET", address).json(NETWORK)
        items = facebook_things.listed(answer)
        ours, unreadable = read_each(items, lambda item: facebook_things.ours(item, page, above))
        found += ours
        marks = facebook_things.following(answer, marks)
        if unreadable or not marks:
            return Thread(_to(target, found, above), is_whole=not unreadable)
    return Thread(_to(target, found, above), is_whole=False)


def _above(connection: Connection, page: str, id: str) -> str:
    """The comment that this one stands under, if it is such; else the thing itself."""
    if id.startswith(f"{page}_"):
        return id
    address = f"{facebook_line.base(connection)}/{id}?fields=parent%7Bid%7D"
    found = facebook_line.call(connection, "GET", address).json(NETWORK)
    parent = found.get("parent") if isinstance(found, Mapping) else None
    above = parent.get("id") if isinstance(parent, Mapping) else None
    return above if isinstance(above, str) and facebook_things.OBJECT.match(above) else id


def _to(target: Target, found: list[Written], above: str) -> list[Written]:
    if above == target.external_id:
        return found
    asked = target.published_at
    later = [each for each in found if not (asked and each.published_at and each.published_at < asked)]
    return [
        Written(each.external_id, each.text, each.url, each.published_at, target.external_id)
        for each in later
    ]


# -- What became of them ---------------------------------------------------------------------------


def recheck(connection: Connection, page: str, ids: Sequence[str]) -> dict[str, Fate]:
    """One batch. The page is looked up with them: without it nobody can say that something was deleted.

    No fields are asked for, since a post and a comment have different ones. Facebook does not tell deleted
    from hidden: what is no longer shown to us is gone either way.
    """
    asked = [id for id in ids if facebook_things.OBJECT.match(id)][:MOST_RECHECKED]
    if not asked:
        return {}
    own, *answers = _batch(connection, [page, *asked])
    if own is None or len(answers) != len(asked):
        raise BadPayload("Facebook did not answer about the page itself.")
    if own.status >= 300:
        raise facebook_line.error_of(own, datetime.now(UTC)) or BadPayload("Facebook did not find the page.")
    fates = {id: _fate(found) for id, found in zip(asked, answers, strict=True)}
    return {id: fate for id, fate in fates.items() if fate is not None}


def _batch(connection: Connection, paths: list[str]) -> list[Answer | None]:
    asked = [{"method": "GET", "relative_url": path} for path in paths]
    form = urlencode({"batch": json.dumps(asked), "include_headers": "false"}).encode()
    found = facebook_line.call(connection, "POST", facebook_line.base(connection), form).json(NETWORK)
    if not isinstance(found, list) or not found:
        raise BadPayload("Facebook answered with something that is no batch.", raw=str(found))
    return [_answer(each) for each in found]


def _answer(part: Any) -> Answer | None:
    """One part of a batch; null where Facebook ran out of time."""
    code = part.get("code") if isinstance(part, Mapping) else None
    body = part.get("body") if isinstance(part, Mapping) else None
    if not isinstance(code, int) or not isinstance(body, str):
        return None
    return Answer(code, httpx.Headers(), body.encode("utf-8", "replace"))


def _fate(found: Answer | None) -> Fate | None:
    if found is None:
        return None
    if found.status < 300 and facebook_line.code_of(found.body) is None:
        return Fate("live")
    return Fate("deleted") if facebook_line.says_gone(found.body) else None
