"""Access tokens of Google, each good for an hour and kept in this process until a minute before it ends."""

import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from listening.sources.answers import Rejected
from listening.sources.contract import AuthFailed, BadPayload, Connection
from listening.sources.http import accept, exchange
from listening.sources.options import secret

NETWORK = "Google"
NAMES = ("client_id", "client_secret", "refresh_token")


@dataclass
class Token:
    text: str
    ends_at: float  # on the monotonic clock
    is_proven: bool = False  # Google has accepted it at least once


_kept: dict[tuple[int, str], Token] = {}


def access_token(connection: Connection, site: str) -> Token:
    key = _key(connection, site)
    kept = _kept.get(key)
    if kept is not None and time.monotonic() < kept.ends_at:
        return kept
    form = {name: secret(connection, name, NETWORK) for name in NAMES}
    answer = exchange(
        connection,
        "POST",
        f"{site}/token",
        network=NETWORK,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        content=urlencode({**form, "grant_type": "refresh_token"}).encode(),
    )
    try:
        _kept[key] = _read(accept(answer, NETWORK).json(NETWORK))
    except Rejected as error:
        raise AuthFailed("Google does not accept the stored refresh token.", raw=error.raw) from None
    return _kept[key]


def forget(token: Token) -> None:
    for key in [key for key, kept in _kept.items() if kept is token]:
        del _kept[key]


def _read(answer: Any) -> Token:
    found = answer.get("access_token") if isinstance(answer, Mapping) else None
    if not isinstance(found, str) or not found:
        raise BadPayload("Google answered without an access token.")
    lasts = answer.get("expires_in")
    seconds = lasts if isinstance(lasts, int) else 0
    return Token(found, time.monotonic() + max(0, min(seconds, 3600) - 60))


def _key(connection: Connection, site: str) -> tuple[int, str]:
    content = json.dumps([site, sorted(connection.secrets.items())])
    return os.getpid(), hashlib.sha256(content.encode()).hexdigest()
