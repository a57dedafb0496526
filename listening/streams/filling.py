"""What was said while nobody listened, where the network lists it elsewhere. Pure: it is given the time.

The stream begins now, the list lags behind it. So the list is asked when the stream is open, and once more
when what was said before the opening must be in it. Until the last of it is stored the cursor stays with the
list: a process that dies meanwhile asks from there again.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from listening.sources.contract import BadPayload, Page, RateLimited, SourceError, Unavailable
from listening.sources.push import Fills, Pushes, Told

POSTPONED = timedelta(minutes=1)
MAY_WAIT = (RateLimited, Unavailable, BadPayload)
"""What the list may answer while the stream goes on; anything else ends both."""


@dataclass
class Filling:
    due: list[datetime] = field(default_factory=list)

    @classmethod
    def begun(cls, adapter: Pushes, opened_at: datetime) -> "Filling":
        return cls([opened_at + after for after in adapter.fills_after] if isinstance(adapter, Fills) else [])

    def is_due(self, now: datetime) -> bool:
        return bool(self.due) and self.due[0] <= now

    def took(self, page: Page) -> None:
        if not page.has_more:
            self.due.pop(0)

    def postpone(self, error: SourceError, now: datetime) -> str:
        """What to say of it meanwhile."""
        self.due[0] = max(error.retry_at or now, now + POSTPONED)
        return f"{error.message} What was said while nobody listened comes later."

    def held(self, told: Told, cursor: dict[str, object]) -> Told:
        """What the stream told, with the cursor that may be kept now."""
        return replace(told, cursor=cursor) if self.due else told
