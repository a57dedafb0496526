"""Our answer to a post on Mastodon, and what stands under that post in our own name."""

import hashlib
from collections.abc import Mapping
from typing import Any

from listening.sources import mastodon_line, mastodon_posts
from listening.sources.contract import (
    BadPayload,
    Connection,
    Forbidden,
    SendUnknown,
    Sent,
    Target,
    Thread,
    Written,
)
from listening.sources.http import sending
from listening.sources.mastodon_line import Instance, accepted, ask
from listening.sources.reading import Odd, mapping, read_each, text

UNSEEN = "This post can no longer be found from our instance. Open it and answer there."


def publish(connection: Connection, place: Instance, token: str, target: Target, words: str) -> Sent:
    """Sent once; should it be sent again within an hour, the key makes both one status."""
    answered = id_here(connection, place, token, target)
    status = {"status": addressed(words, target.author_handle), "in_reply_to_id": answered}
    with sending(place.name):
        answer = mastodon_line.send(connection, place, token, key(place, target, words), status)
        made = answer.json(place.name)
    own_id = made.get("uri") or made.get("id") if isinstance(made, Mapping) else None
    if not isinstance(own_id, str) or not own_id:
        raise SendUnknown(
            f"{place.name} took the reply and did not say under which id. Look before sending again."
        )
    link = made.get("url")
    return Sent(own_id, mastodon_posts.web_link(link) if isinstance(link, str) else "")


def key(place: Instance, target: Target, words: str) -> str:
    """The same for the same words to the same post, whoever sends them and how often."""
    said = "\n".join((place.name, target.external_id, words))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def addressed(words: str, handle: str) -> str:
    """On Mastodon only who is named in the words is told of them."""
    name = f"@{handle.lstrip('@')}"
    return words if name == "@" or name.lower() in words.lower() else f"{name} {words}"


def id_here(connection: Connection, place: Instance, token: str, target: Target) -> str:
    """The id of the post on our own instance, which fetches it from its home if it has to."""
    found = mastodon_line.home(target.external_id, connection)
    if found and found[0] == place:
        return found[1]
    params = {"q": target.external_id, "type": "statuses", "resolve": "true", "limit": 1}
    answer = accepted(ask(connection, place, "v2/search", params, token=token), place, token=token)
    for item in mastodon_line.listed(answer, place, "statuses"):
        own_id = item.get("id") if isinstance(item, Mapping) else None
        if isinstance(own_id, str) and own_id.isalnum() and item.get("uri") == target.external_id:
            return own_id
    raise Forbidden(UNSEEN)


def read(connection: Connection, place: Instance, token: str, target: Target) -> Thread:
    """Every answer of our account right under the post. At most three calls."""
    answered = id_here(connection, place, token, target)
    own_id = own_account(connection, place, token)
    path = f"v1/statuses/{answered}/context"
    answer = accepted(ask(connection, place, path, token=token), place, token=token)
    below = mastodon_line.listed(answer, place, "descendants")
    found, unreadable = read_each(below, lambda item: _written(item, own_id, answered, target))
    return Thread(found, is_whole=not unreadable)


def own_account(connection: Connection, place: Instance, token: str) -> str:
    path = "v1/accounts/verify_credentials"
    answer = accepted(ask(connection, place, path, token=token), place, token=token)
    said = answer.json(place.name)
    own_id = said.get("id") if isinstance(said, Mapping) else None
    if not isinstance(own_id, str) or not own_id:
        raise BadPayload(f"{place.name} did not say whose account this is.", raw=str(said))
    return own_id


def _written(item: Any, own_id: str, answered: str, target: Target) -> Written | None:
    found = mapping(item, "the post")
    if text(mapping(found.get("account"), "the account"), "id") != own_id:
        return None
    if text(found, "in_reply_to_id") != answered:
        return None
    if text(found, "visibility") not in ("", *mastodon_posts.PUBLIC):
        raise Odd("an answer of ours that is not public")
    return mastodon_posts.written(found, target.external_id)
