"""How a post is signed. Pure.

    signature = HMAC-SHA256(secret, timestamp + "." + body), as lower-case hexadecimal

The timestamp is in whole seconds since 1970, and is sent beside the signature. One that is more than five
minutes off is refused, so that what was overheard cannot be sent again later; within them the same reports
are known, and change nothing.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

MOST_OFF = timedelta(minutes=5)
LONGEST = 12


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()


def is_signed(secret: str, timestamp: str, body: bytes, given: str) -> bool:
    """In a time that tells nothing of where they differ."""
    expected = signature(secret, timestamp, body)
    return hmac.compare_digest(expected.encode(), given.removeprefix("sha256=").encode())


def is_timely(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST):
        return False
    return abs(int(timestamp) - now.timestamp()) <= MOST_OFF.total_seconds()
