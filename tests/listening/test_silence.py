"""When a source is silent, as tables: what came in the weeks before, and when nothing is an alarm."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from listening.silence import HOUR, Ground, Heard, expectation
from listening.weeks import WEEK

ZONE = ZoneInfo("America/New_York")
NOON = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)  # a Wednesday, noon in New York
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

Rhythm = Callable[[datetime], int]


def steady(number: int) -> Rhythm:
    return lambda at: number


def by_day(at: datetime) -> int:
    """Twelve an hour from seven to ten at night, none in the night."""
    return 12 if 7 <= at.astimezone(ZONE).hour < 22 else 0


def once_a_day(at: datetime) -> int:
    return 1 if at.astimezone(ZONE).hour == 9 else 0


def once_a_week(at: datetime) -> int:
    local = at.astimezone(ZONE)
    return 1 if (local.weekday(), local.hour) == (0, 9) else 0


def mornings(at: datetime) -> int:
    """A newsletter: thirty on Tuesday morning and nothing else."""
    local = at.astimezone(ZONE)
    return 30 if (local.weekday(), local.hour) == (1, 6) else 0


def heard(rhythm: Rhythm, *, since: datetime = NOON, weeks: float = 8, **fields: timedelta) -> Heard:
    began_at = since - weeks * WEEK
    first = began_at.replace(minute=0)
    count = (since - first) // HOUR
    hours = {first + HOUR * at: rhythm(first + HOUR * at) for at in range(count)}
    return Heard(since, began_at, hours, **fields)


@pytest.mark.parametrize(
    ("rhythm", "since", "after", "ground"),
    [
        (steady(60), NOON, 30 * MINUTE, Ground.WEEKS),  # the floor: five were to come in five minutes
        (steady(10), NOON, 45 * MINUTE, Ground.WEEKS),
        (steady(2), NOON, 2.75 * HOUR, Ground.WEEKS),
        (by_day, NOON, 45 * MINUTE, Ground.WEEKS),
        (by_day, NOON + 10 * HOUR, 9.75 * HOUR, Ground.WEEKS),  # from ten at night: no alarm before 7:45
        (once_a_day, NOON, 4 * DAY + 22.25 * HOUR, Ground.WEEKS),
        (mornings, NOON, 5 * DAY + 18.5 * HOUR, Ground.WEEKS),
        (once_a_week, NOON, 3 * WEEK + 15 * MINUTE, Ground.FLOOR),
    ],
)
def test_it_is_an_alarm_after(rhythm: Rhythm, since: datetime, after: timedelta, ground: Ground) -> None:
    found = expectation(heard(rhythm, since=since), ZONE)
    assert found.due_at is not None
    assert (found.due_at - since, found.ground) == (after, ground)
    assert not found.is_missed(found.due_at - MINUTE)
    assert found.is_missed(found.due_at)


@pytest.mark.parametrize(
    ("rhythm", "weeks", "ground"),
    [
        (steady(0), 8, Ground.QUIET),
        (lambda at: 1 if at.day == 1 and at.hour == 9 else 0, 8, Ground.QUIET),
        (steady(60), 0.1, Ground.EARLY),
        (steady(60), 2 / 7, Ground.EARLY),
        (steady(0), 1, Ground.QUIET),
        (once_a_day, 1, Ground.QUIET),
    ],
)
def test_nothing_is_said(rhythm: Rhythm, weeks: float, ground: Ground) -> None:
    found = expectation(heard(rhythm, weeks=weeks), ZONE)
    assert (found.due_at, found.ground) == (None, ground)
    assert not found.is_missed(NOON + 52 * WEEK)


@pytest.mark.parametrize("weeks", [3 / 7, 1, 2.9])
def test_in_the_first_weeks_a_whole_day_must_be_empty(weeks: float) -> None:
    found = expectation(heard(by_day, weeks=weeks), ZONE)
    assert (found.due_at, found.ground) == (NOON + DAY + 15 * MINUTE, Ground.DAYS)


@pytest.mark.parametrize(
    ("empty_weeks", "is_told"),
    [(0, True), (1, True), (2, True), (3, False), (8, False)],
)
def test_an_outage_of_ours_in_a_week_before_does_not_hide_one_now(empty_weeks: int, is_told: bool) -> None:
    def broken(at: datetime) -> int:
        return 0 if at > NOON - empty_weeks * WEEK - DAY and at < NOON else 10

    found = expectation(heard(broken), ZONE)
    assert (found.ground is Ground.WEEKS) == is_told


def test_the_time_that_posts_need_to_reach_us_is_no_silence() -> None:
    assert expectation(heard(steady(10), lag=2 * HOUR), ZONE).due_at == NOON + 2.5 * HOUR
    assert expectation(heard(steady(10), lag=40 * HOUR), ZONE).due_at == NOON + 6.5 * HOUR


def test_a_source_asked_once_a_day_is_not_silent_within_the_hour() -> None:
    assert expectation(heard(steady(10), every=DAY), ZONE).due_at == NOON + 3 * DAY


def test_a_clock_put_forward_moves_the_hour_that_is_looked_at() -> None:
    sunday = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)  # ten at night, a day after the change
    found = expectation(heard(by_day, since=sunday), ZONE)
    assert found.due_at is not None
    assert found.due_at.astimezone(ZONE).strftime("%H:%M") == "07:45"
