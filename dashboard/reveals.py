"""Leave to see names and numbers: signed, kept in the session, gone by itself after five minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest

from alerts import reveals as verb
from alerts.reveals import Reason
from hospital.access import Permission, reach_of
from listening.models import Mention

LASTS = timedelta(minutes=5)
KEPT = 20
"""Mentions that one session may have open at once."""

SESSION_KEY = "revealed"
SALT = "dashboard.reveals"


@dataclass(frozen=True)
class Reveal:
    """Whether a person may see what a mention hides, and for how long they still do."""

    may: bool
    seconds: int
    reasons: tuple[tuple[str, str], ...] = tuple(Reason.choices)

    @property
    def is_open(self) -> bool:
        return self.seconds > 0

    @property
    def minutes(self) -> int:
        return -(-self.seconds // 60)


NO_REVEAL = Reveal(may=False, seconds=0)


def of(request: HttpRequest, mention: Mention, now: datetime) -> Reveal:
    may = reach_of(request).covers(Permission.REVEAL_IDENTITIES, mention.facility_id)
    # Asked anew each time: a right that was taken away ends what was granted with it.
    return Reveal(may, _seconds_left(request, mention.pk, now) if may else 0)


def asked(request: HttpRequest, mention: Mention, now: datetime) -> None:
    """Show for a while, or hide again, as the form says. Refused where it gives no reason."""
    if "hide" in request.POST:
        withdraw(request, mention)
        return
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    reason, words = request.POST.get("why", ""), request.POST.get("words", "")
    verb.reveal(mention, reason=reason, words=words, by=request.user, at=now)
    grant(request, mention, now)


def grant(request: HttpRequest, mention: Mention, now: datetime) -> None:
    leave = {"mention": mention.pk, "user": request.user.pk, "until": (now + LASTS).timestamp()}
    others = [*_others(request, mention).items()][-KEPT + 1 :]
    request.session[SESSION_KEY] = {**dict(others), str(mention.pk): signing.dumps(leave, salt=SALT)}


def withdraw(request: HttpRequest, mention: Mention) -> None:
    request.session[SESSION_KEY] = _others(request, mention)


def _kept(request: HttpRequest) -> dict[str, str]:
    return dict(request.session.get(SESSION_KEY, {}))


def _others(request: HttpRequest, mention: Mention) -> dict[str, str]:
    return {pk: sealed for pk, sealed in _kept(request).items() if pk != str(mention.pk)}


def _seconds_left(request: HttpRequest, mention_id: int, now: datetime) -> int:
    until = _until(request, _kept(request).get(str(mention_id), ""), mention_id)
    return max(0, min(int(until - now.timestamp()), int(LASTS.total_seconds())))


def _until(request: HttpRequest, sealed: str, mention_id: int) -> float:
    try:
        leave: dict[str, Any] = signing.loads(sealed, salt=SALT)
    except signing.BadSignature:
        return 0.0
    is_this = (leave.get("mention"), leave.get("user")) == (mention_id, request.user.pk)
    return float(leave["until"]) if is_this else 0.0
