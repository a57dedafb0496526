"""Who posts, and what: nothing is read of a body before its signature is found to be right."""

from dataclasses import dataclass
from datetime import datetime

from hospital.feeds import payload, signing, taking
from hospital.feeds.schema import Unreadable
from hospital.models import Feed
from hospital.reporting import Outcome
from hospital.vault import CannotOpen

MOST_BYTES = 256 * 1024
NOT_SIGNED = "This is not signed as one of our feeds signs. The feed's own page shows how."
NOT_TIMELY = "Its timestamp is more than five minutes off. Set the clock of the machine that reports."
PAUSED = "This feed is paused. Somebody who sets up feeds can resume it."


class NotSigned(Exception):
    """Nothing was read. The message says why, and no more than whoever holds the secret may know."""


@dataclass(frozen=True)
class Posted:
    feed: str
    timestamp: str
    signature: str
    body: bytes


def signed_by(posted: Posted, now: datetime) -> Feed:
    """The feed that signed it. A feed that is not there costs the same time as a wrong signature."""
    feed = Feed.objects.filter(slug=posted.feed[:60], kind=Feed.Kind.POSTED).first()
    secret = _secret(feed) or signing.new_secret()
    is_signed = signing.is_signed(secret, posted.timestamp, posted.body, posted.signature)
    if feed is None or not is_signed:
        raise NotSigned(NOT_SIGNED)
    if not signing.is_timely(posted.timestamp, now):
        raise NotSigned(NOT_TIMELY)
    if not feed.is_active:
        raise NotSigned(PAUSED)
    return feed


def receive(feed: Feed, body: bytes, now: datetime) -> Outcome:
    """Raises Unreadable for a body that is no list of reports."""
    try:
        entries = payload.entries(body)
    except Unreadable as error:
        taking.refuse(feed, str(error), now)
        raise
    return taking.take(feed, entries, now)


def _secret(feed: Feed | None) -> str:
    try:
        return taking.secret_of(feed) if feed else ""
    except CannotOpen:
        return ""
