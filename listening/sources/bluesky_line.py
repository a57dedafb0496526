"""Calls to Bluesky in the name of an account, and the session they need.

A session is opened with an app password and kept in this process for an hour at most, for an account may open
three hundred a day. One that ended early is opened anew once within the same call.
"""

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from listening.sources.answers import Rejected
from listening.sources.contract import AuthFailed, BadPayload, Connection, Forbidden
from listening.sources.http import Answer, accept, exchange
from listening.sources.options import option, secret

NETWORK = "Bluesky"
HOST = "https://bsky.social"
KEPT_SECONDS = 3600
JUST_OPENED = 60.0  # seconds; a session so young that is refused would be refused again
OVER = ("ExpiredToken", "InvalidToken")

Params = Sequence[tuple[str, str | int]]


@dataclass(frozen=True)
class Session:
    token: str
    did: str
    handle: str
    base: str  # the server where the account's own records are
    opened_at: float  # on the monotonic clock


_kept: dict[tuple[int, str], Session] = {}


def get(connection: Connection, name: str, params: Params) -> tuple[Any, Answer, Session]:
    asked = urlencode(list(params), errors="replace")  # a mark for the next page may hold half a character
    return _call(connection, "GET", f"/xrpc/{name}?{asked}", None)


def post(connection: Connection, name: str, body: Mapping[str, Any]) -> tuple[Any, Answer, Session]:
    """Nothing was done where the session was over, so that asking again is no second time."""
    return _call(connection, "POST", f"/xrpc/{name}", json.dumps(body).encode())


def session(connection: Connection) -> Session:
    kept = _kept.get(_key(connection))
    return kept if kept and _age(kept) < KEPT_SECONDS else sign_in(connection)


def _age(kept: Session) -> float:
    return time.monotonic() - kept.opened_at


def _call(
    connection: Connection, method: str, path: str, content: bytes | None
) -> tuple[Any, Answer, Session]:
    used = session(connection)
    answer = _once(connection, used, method, path, content)
    if _is_over(answer) and _age(used) > JUST_OPENED:
        used = sign_in(connection)
        answer = _once(connection, used, method, path, content)
    if _is_over(answer):
        _kept.pop(_key(connection), None)
        raise AuthFailed("Bluesky does not accept the stored handle and app password.", raw=_raw(answer))
    if answer.status == 403 and answer.body.lstrip().startswith(b"<"):
        message = (
            "Bluesky turned this machine away with a page, as it does with strangers. Check that the handle "
            "and the app password are in place; if they are, use its live stream instead."
        )
        raise Forbidden(message, raw=_raw(answer))
    return accept(answer, NETWORK).json(NETWORK), answer, used


def _once(connection: Connection, used: Session, method: str, path: str, content: bytes | None) -> Answer:
    headers = {"Authorization": f"Bearer {used.token}", "Accept": "application/json"}
    if content is not None:
        headers["Content-Type"] = "application/json"
    return exchange(connection, method, used.base + path, network=NETWORK, headers=headers, content=content)


def _is_over(answer: Answer) -> bool:
    """An ended session is told with 400, unlike everywhere else."""
    return answer.status == 401 or (answer.status == 400 and _error(answer) in OVER)


def _error(answer: Answer) -> str:
    try:
        said = answer.json(NETWORK)
    except BadPayload:
        return ""
    name = said.get("error") if isinstance(said, Mapping) else None
    return name if isinstance(name, str) else ""


def _raw(answer: Answer) -> str:
    return answer.body[:65536].decode("utf-8", "replace")


def sign_in(connection: Connection) -> Session:
    handle = secret(connection, "handle", NETWORK).lstrip("@")
    body = {"identifier": handle, "password": secret(connection, "app_password", NETWORK)}
    base = str(option(connection, "api_url", HOST)).rstrip("/")
    answer = exchange(
        connection,
        "POST",
        f"{base}/xrpc/com.atproto.server.createSession",
        network=NETWORK,
        headers={"Content-Type": "application/json"},
        content=json.dumps(body).encode(),
    )
    try:
        said = accept(answer, NETWORK).json(NETWORK)
    except (AuthFailed, Rejected) as error:
        message = (
            "Bluesky does not accept the handle and the app password. Make a new app password there, under "
            "Settings, Privacy and security."
        )
        raise AuthFailed(message, raw=error.raw) from None
    made = _read(said, base)
    _kept[_key(connection)] = made
    return made


def _read(said: Any, base: str) -> Session:
    found = said if isinstance(said, Mapping) else {}
    token, did, handle = (found.get(name) for name in ("accessJwt", "did", "handle"))
    if not (isinstance(token, str) and token and isinstance(did, str) and did.startswith("did:")):
        raise BadPayload("Bluesky opened no session, and did not say why.")
    home = _home(found.get("didDoc")) if base == HOST else ""
    name = handle if isinstance(handle, str) else ""
    return Session(token, did, name, home or base, time.monotonic())


def _home(document: Any) -> str:
    """The server that holds the account's records, as its own document names it."""
    services = document.get("service") if isinstance(document, Mapping) else None
    for each in services if isinstance(services, list) else ():
        if isinstance(each, Mapping) and str(each.get("id", "")).endswith("#atproto_pds"):
            address = each.get("serviceEndpoint")
            if isinstance(address, str) and address.startswith("https://"):
                return address.rstrip("/")
    return ""


def _key(connection: Connection) -> tuple[int, str]:
    content = json.dumps([option(connection, "api_url", HOST), sorted(connection.secrets.items())])
    return os.getpid(), hashlib.sha256(content.encode()).hexdigest()
