"""Reddit's things: submissions (t3) and comments (t1) out of every kind of list it answers with."""

from collections.abc import Iterator, Mapping
from typing import Any

from listening.sources.contract import BadPayload, Post
from listening.sources.reading import Odd, mapping, text, unix

SITE = "https://www.reddit.com"
NOBODY = "[deleted]"
GONE = frozenset({"[deleted]", "[removed]"})
KINDS = frozenset({"t1", "t3"})


def opened(answer: Any) -> tuple[list[Any], str]:
    """The submissions and comments of an answer in its order, and the fullname its next page begins after."""
    if not isinstance(answer, list | Mapping) or (isinstance(answer, Mapping) and not _is_list(answer)):
        raise BadPayload("Reddit answered with something that is no listing.", raw=str(answer))
    data = answer.get("data") if isinstance(answer, Mapping) else None
    after = data.get("after") if isinstance(data, Mapping) else None
    return list(things(answer)), after if isinstance(after, str) else ""


def _is_list(answer: Mapping[str, Any]) -> bool:
    data = answer.get("data")
    listed = isinstance(data, Mapping) and isinstance(data.get("children"), list)
    return listed or answer.get("kind") in KINDS or bool(_answered(answer.get("json")))


def things(answer: Any) -> Iterator[Any]:
    """Every t1 and t3, replies included, and every item too odd to tell; other kinds are left out."""
    waiting = [answer]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, Mapping) and "json" in node:
            waiting.append(_answered(node["json"]))
        elif not isinstance(node, Mapping) or not isinstance(inner := node.get("data"), Mapping):
            yield node
        elif str(node.get("kind")) in KINDS:
            yield node
            if isinstance(inner.get("replies"), Mapping):
                waiting.append(inner["replies"])
        elif node.get("kind") == "Listing":
            waiting.append(inner.get("children"))
        elif "kind" not in node:
            yield node


def _answered(envelope: Any) -> list[Any]:
    """The things of an answer that also has room for errors, as more comments of a thread come."""
    data = envelope.get("data") if isinstance(envelope, Mapping) else None
    found = data.get("things") if isinstance(data, Mapping) else None
    return found if isinstance(found, list) else []


def fullname(thing: Any) -> str:
    """Its name at Reddit, t1_… or t3_…; empty when it has none."""
    data = thing.get("data") if isinstance(thing, Mapping) else None
    if not isinstance(data, Mapping):
        return ""
    name, short = data.get("name"), data.get("id")
    if isinstance(name, str) and name[:3] in ("t1_", "t3_"):
        return name
    kind = thing.get("kind")
    return f"{kind}_{short}" if kind in KINDS and isinstance(short, str) and short else ""


def post(thing: Any, own_handle: str) -> Post | None:
    """One thing; None for one of our own account."""
    data = mapping(mapping(thing, "the item").get("data"), "the item's data")
    name = fullname(thing)
    if not name:
        raise Odd("the item has no name")
    handle = text(data, "author")
    if own_handle and handle.lower() == own_handle:
        return None
    is_comment = name.startswith("t1_")
    title = "" if is_comment else text(data, "title")
    body = text(data, "body", required=True) if is_comment else text(data, "selftext")
    return Post(
        external_id=name,
        text="\n\n".join(part for part in (title, body) if part),
        url=link(name, data),
        author_id=text(data, "author_fullname"),
        author_handle="" if handle == NOBODY else handle,
        title=title,
        published_at=unix(data.get("created_utc")),
        edited_at=unix(data.get("edited")),
        kind="comment" if is_comment else "post",
        parent_id=text(data, "parent_id") if is_comment else "",
        is_removed=body in GONE,
    )


def link(name: str, data: Mapping[str, Any]) -> str:
    permalink = data.get("permalink")
    if isinstance(permalink, str) and permalink.startswith("/"):
        return SITE + permalink
    submission = data.get("link_id")
    if name.startswith("t1_") and isinstance(submission, str):
        return f"{SITE}/comments/{submission[3:]}/_/{name[3:]}/"
    return f"{SITE}/comments/{name[3:]}/" if name.startswith("t3_") else ""
