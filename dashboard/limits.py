"""How often one address may ask for a page that needs no sign-in. Counted on Redis, and forgotten there."""

import hashlib
import hmac
import logging
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from redis.exceptions import RedisError

from dashboard import doorbell

logger = logging.getLogger(__name__)

WINDOW = timedelta(minutes=10)
MOST = 60
"""Of one page, from one address, in one window. A hospital's whole guest network may be one address."""


def is_over(request: HttpRequest, page: str, now: datetime, *, most: int | None = None) -> bool:
    """Count this request, and say whether it is one too many.

    Only the address that the server itself saw counts: a header can say anything. With Redis away nobody is
    counted: what the page holds is kept by a token that cannot be guessed, not by this.
    """
    if not settings.REDIS_URL:
        return False
    window = int(now.timestamp()) // int(WINDOW.total_seconds())
    key = f"limit:{page}:{_named(request.META.get('REMOTE_ADDR', ''))}:{window}"
    try:
        with doorbell.client(settings.REDIS_URL).pipeline() as asked:
            asked.incr(key)
            asked.expire(key, WINDOW)
            counted = asked.execute()
    except RedisError:
        logger.warning("the broker is away: %s is not limited", page)
        return False
    return int(counted[0]) > (MOST if most is None else most)


def _named(address: str) -> str:
    """An address as it is counted: none can be read back. One line may have 2**64 of the newer kind."""
    try:
        known = ip_address(address)
        said = str(ip_network((known, 64), strict=False) if known.version == 6 else known)
    except ValueError:
        said = address
    return hmac.new(settings.SECRET_KEY.encode(), said.encode(), hashlib.sha256).hexdigest()[:32]
