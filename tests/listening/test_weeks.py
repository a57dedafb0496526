from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from listening.weeks import Span, before

NEW_YORK = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)


def ends(now: datetime) -> list[str]:
    spans = before(Span(now - HOUR, now), NEW_YORK)
    return [f"{span.until.astimezone(NEW_YORK):%m-%d %H:%M %Z}" for span in spans]


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        # No change of the clocks in between; the change lies between; the other change lies between.
        (datetime(2026, 2, 27, 17, 42, tzinfo=UTC), "02-20 12:42 EST", "01-02 12:42 EST"),
        (datetime(2026, 3, 27, 16, 42, tzinfo=UTC), "03-20 12:42 EDT", "01-30 12:42 EST"),
        (datetime(2026, 11, 27, 17, 42, tzinfo=UTC), "11-20 12:42 EST", "10-02 12:42 EDT"),
        # A week after the night in which the hour did not exist, and the one in which it came twice.
        (datetime(2026, 3, 15, 6, 30, tzinfo=UTC), "03-08 03:30 EDT", "01-18 02:30 EST"),
        (datetime(2026, 11, 8, 6, 30, tzinfo=UTC), "11-01 01:30 EDT", "09-13 01:30 EDT"),
    ],
)
def test_the_clock_on_the_wall_shows_the_same(now: datetime, first: str, last: str) -> None:
    assert ends(now)[0] == first
    assert ends(now)[-1] == last


def test_each_is_as_long_and_lies_a_week_further_back() -> None:
    now = datetime(2026, 3, 27, 16, 42, tzinfo=UTC)
    spans = list(before(Span(now - HOUR, now), NEW_YORK))
    assert [span.ago for span in spans] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert {span.until - span.since for span in spans} == {HOUR}
