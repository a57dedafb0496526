"""Mastodon's servers: which are asked, under which address, and what their refusals mean."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from hospital.guard import Deadline
from listening.sources.answers import Rejected
from listening.sources.contract import AuthFailed, BadPayload, Connection, Forbidden
from listening.sources.http import Answer, accept, exchange
from listening.sources.options import lines

STATUS = re.compile(r"/(\d{1,30})/?\Z")
PATHS = ("/users/", "/ap/users/")


@dataclass(frozen=True)
class Instance:
    """One server. Behind a test system several answer below one address, each under its name."""

    name: str
    base: str


def instance(line: str) -> Instance:
    """As an administrator writes it, with or without https://."""
    base = (line if "://" in line else f"https://{line}").rstrip("/")
    try:
        parts = urlsplit(base)
        return Instance(parts.path.rpartition("/")[2] or parts.hostname or line, base)
    except ValueError:
        raise Forbidden("An instance is written as its address, such as social.example.") from None


def instances(connection: Connection) -> list[Instance]:
    return [instance(line) for line in lines(connection, "instances")]


def own(connection: Connection) -> Instance:
    """The first: where the account lives that searches and answers."""
    found = instances(connection)
    if not found:
        raise Forbidden("Name the instance of the hospital's account first.")
    return found[0]


def home(uri: str, connection: Connection) -> tuple[Instance, str] | None:
    """Where a post was written and its id there, which alone knows for certain what became of it."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        return None
    found = STATUS.search(parts.path)
    if not (found and host and parts.scheme == "https" and parts.path.startswith(PATHS)):
        return None
    named = {each.name: each for each in instances(connection)}
    return named.get(host, Instance(host, f"https://{host}")), found[1]


def ask(
    connection: Connection,
    place: Instance,
    path: str,
    params: Mapping[str, Any] | None = None,
    *,
    token: str = "",
    deadline: Deadline | None = None,
) -> Answer:
    """The answer, whatever its status."""
    query = f"?{urlencode(params, errors='replace')}" if params else ""
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    address = f"{place.base}/api/{path}{query}"
    return exchange(connection, "GET", address, network=place.name, headers=headers, deadline=deadline)


def send(connection: Connection, place: Instance, token: str, key: str, status: Mapping[str, Any]) -> Answer:
    """A status, which the instance takes only once for the same key within an hour."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }
    content = json.dumps(status).encode()
    address = f"{place.base}/api/v1/statuses"
    answer = exchange(connection, "POST", address, network=place.name, headers=headers, content=content)
    try:
        return accept(answer, place.name)
    except Rejected as error:
        if answer.status != 422:
            raise
        said = "It may be too long there, or the account may not answer this post."
        raise Forbidden(f"{place.name} does not accept this text. {said}", raw=error.raw) from None


def accepted(answer: Answer, place: Instance, *, token: str = "") -> Answer:
    """The answer if it is a 2xx; a server that asks a stranger to sign in is told apart from a bad token."""
    if answer.status in (401, 422) and not token:
        said = answer.body[:65536].decode("utf-8", "replace")
        message = (
            f"{place.name} shows hashtags only to people with an account there. Name another instance, "
            "or put it first and add an access token of it."
        )
        raise AuthFailed(message, raw=said)
    return accept(answer, place.name)


def listed(answer: Answer, place: Instance, name: str = "") -> list[Any]:
    """The statuses of an answer, which are the whole of it or stand under that name."""
    body = answer.json(place.name)
    found = body.get(name) if name and isinstance(body, Mapping) else body
    if not isinstance(found, list):
        raise BadPayload(f"{place.name} answered with something that is no list of posts.", raw=str(body))
    return found


def tag_path(tag: str) -> str:
    return f"v1/timelines/tag/{quote(tag, safe='')}"


def id_at(at: datetime) -> int:
    """The id of a post of that moment: milliseconds, then 16 bits to tell apart."""
    return max(0, int(at.timestamp() * 1000)) << 16


def time_of(identifier: str) -> datetime | None:
    """When a post with this id was written; None for an id of another kind of server."""
    if not identifier.isdecimal() or len(identifier) > 20:
        return None
    try:
        return datetime.fromtimestamp((int(identifier) >> 16) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
