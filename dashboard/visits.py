"""Since when somebody was away from the wall: a line parts what came since from what had been there.

A hidden page goes on by itself and tells nothing of who is there. The page says so when it is opened,
hidden and shown again, and at the first move of a hand in a minute.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone

from dashboard.models import LastVisit

AWAY = timedelta(minutes=3)
"""Whoever gives no sign for so long has looked elsewhere; a shorter glance aside leaves the line alone."""


@dataclass(frozen=True)
class Away:
    """Since when, and how it is said beside the line."""

    at: datetime
    said: str

    @classmethod
    def since(cls, left_at: datetime, now: datetime) -> Self:
        there, here = timezone.localtime(left_at), timezone.localtime(now)
        days = (here.date() - there.date()).days
        day = "" if days == 0 else f"{there:%a} " if days < 7 else f"{there.day} {there:%b} "
        return cls(left_at, f"{day}{there:%H:%M}")

    def had(self, came_at: datetime) -> bool:
        """Whether what came then had been there."""
        return came_at <= self.at


def left_at(visit: LastVisit, now: datetime) -> datetime | None:
    return visit.here_at if visit.here_at <= now - AWAY else visit.left_at


def away(user_id: int | None, now: datetime) -> Away | None:
    """Since when they were away, looking now. Changes nothing: pages are also taken anew by themselves."""
    visit = LastVisit.objects.filter(user_id=user_id or 0).first()
    left = left_at(visit, now) if visit else None
    return Away.since(left, now) if left else None


def note(user: User, *, at: datetime) -> Away | None:
    """That they are here. Answers since when they were away if they have just come back."""
    mine = LastVisit.objects.filter(user=user)
    if mine.filter(here_at__lte=at - AWAY).update(left_at=F("here_at"), here_at=at):
        return away(user.pk, at)
    if not mine.update(here_at=at):
        mine.get_or_create(user=user, defaults={"here_at": at})
    return None
