"""Access tokens of Trustpilot, kept in this process until a minute before each ends.

Trustpilot answers with 429 where a new token is taken while the old one still holds.
"""

import base64
import hashlib
import json
import os
import time
from collections.abc import Mapping
from typing import Any

from listening.sources.answers import Rejected, number
from listening.sources.contract import AuthFailed, BadPayload, Connection
from listening.sources.google_token import Token
from listening.sources.http import accept, exchange
from listening.sources.options import secret

NETWORK = "Trustpilot"
PATH = "/v1/oauth/oauth-business-users-for-applications/accesstoken"
LONGEST = 100 * 3600

_kept: dict[tuple[int, str], Token] = {}


def access_token(connection: Connection, base: str) -> Token:
    pair = ":".join(secret(connection, name, NETWORK) for name in ("api_key", "api_secret"))
    key = os.getpid(), hashlib.sha256(json.dumps([base, pair]).encode()).hexdigest()
    kept = _kept.get(key)
    if kept is not None and time.monotonic() < kept.ends_at:
        return kept
    answer = exchange(
        connection,
        "POST",
        f"{base}{PATH}",
        network=NETWORK,
        headers={
            "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
        content=b"grant_type=client_credentials",
    )
    try:
        _kept[key] = _read(accept(answer, NETWORK).json(NETWORK))
    except Rejected as error:
        raise AuthFailed("Trustpilot does not accept the key and its secret.", raw=error.raw) from None
    return _kept[key]


def forget(token: Token) -> None:
    for key in [key for key, kept in _kept.items() if kept is token]:
        del _kept[key]


def _read(answer: Any) -> Token:
    found = answer.get("access_token") if isinstance(answer, Mapping) else None
    if not isinstance(found, str) or not found:
        raise BadPayload("Trustpilot answered without an access token.")
    seconds = number(str(answer.get("expires_in"))) or 0
    return Token(found, time.monotonic() + max(0, min(seconds, LONGEST) - 60))
