"""What a source may still read this month, when that is used up, and who waits first. Pure.

free      it lasts, or less than half is used          all are asked
slow      half is used, and it will not last           safety always, usual each 4th time, the rest each 16th
reserve   nine tenths are used, and admins know it     safety alone
spent     all is used, and admins know it              nobody

Until admins have known for a day a stage is held back to the one before: nothing stops without notice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

NOTICE = timedelta(days=1)
HALF, NEAR = 0.5, 0.75
RESERVE = 0.1
"""Of the month's posts: kept for what is about safety."""

TRUSTED = 0.1
"""Below this share a forecast rests on too little."""

EVERY = {"safety": 1, "usual": 4, "waits": 16}


class Stage(StrEnum):
    FREE = "free"
    SLOW = "slow"
    RESERVE = "reserve"
    SPENT = "spent"


@dataclass(frozen=True)
class Month:
    """A month of one source, in posts."""

    cap: int
    spent: int
    per_day: float  # lately
    now: datetime
    ends_at: datetime

    @property
    def share(self) -> float:
        return self.spent / self.cap if self.cap else 1.0

    @property
    def left(self) -> int:
        return max(0, self.cap - self.spent)

    @property
    def reserve(self) -> int:
        return round(self.cap * RESERVE)

    @property
    def gone_at(self) -> datetime | None:
        """When it is used up at this pace; None where it lasts, or where nothing can be said yet."""
        if not self.left:
            return self.now
        if self.share < TRUSTED or self.per_day <= 0:
            return None
        days = self.left / self.per_day
        if days >= (self.ends_at - self.now) / timedelta(days=1):
            return None
        return self.now + timedelta(days=days)

    @property
    def is_near(self) -> bool:
        """Whether admins must hear of it."""
        return self.share >= NEAR or self.gone_at is not None


def stage(month: Month, told_at: datetime | None) -> Stage:
    """How much of the asking is held back; `told_at` is when admins heard of it, this month."""
    have_known = told_at is not None and month.now - told_at >= NOTICE
    if month.share >= 1:
        return Stage.SPENT if have_known else Stage.RESERVE
    if month.share >= 1 - RESERVE:
        return Stage.RESERVE if have_known else Stage.SLOW
    if month.share >= HALF and month.gone_at is not None:
        return Stage.SLOW
    return Stage.FREE


def asked(at: Stage, turn: int) -> frozenset[str]:
    """Whose watchlists are asked for at this turn."""
    if at is Stage.FREE:
        return frozenset(EVERY)
    if at is Stage.SLOW:
        return frozenset(pace for pace, every in EVERY.items() if turn % every == 0)
    return frozenset({"safety"}) if at is Stage.RESERVE else frozenset()


def month_of(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Its first moment and that of the next, by the hospital's clock."""
    local = now.astimezone(zone)
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    return first.astimezone(now.tzinfo), following.astimezone(now.tzinfo)
