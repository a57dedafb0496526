"""By when people are owed an answer. Pure; the clock is given."""

from datetime import datetime, timedelta


def due_at(opened_at: datetime, *, first_reply_within: timedelta) -> datetime:
    """Every hour counts for now: queues have no business hours yet."""
    return opened_at + first_reply_within
