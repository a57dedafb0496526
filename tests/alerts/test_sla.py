"""Business time, on the days on which clocks are changed too. No database is asked."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from alerts import hours, sla
from alerts.sla import Calendar, Targets

NEW_YORK, LONDON = "America/New_York", "Europe/London"
SPLIT = "Mon-Fri 08:00-12:00, 13:00-17:30; Sat 09:00-12:00"
NIGHTS = "Mon-Sun 00:00-06:00, 22:00-24:00"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TARGETS = Targets(first=2 * HOUR, next=4 * HOUR, resolve=48 * HOUR, first_if_slow=24 * HOUR)


def calendar(text: str, zone: str = NEW_YORK, *holidays: str) -> Calendar:
    return Calendar(ZoneInfo(zone), hours.read(text), frozenset(map(date.fromisoformat, holidays)))


def at(text: str, zone: str = NEW_YORK, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


@pytest.mark.parametrize(
    ("start", "within", "due"),
    [
        ("2026-03-02 09:00", 2 * HOUR, "2026-03-02 11:00"),
        ("2026-03-02 11:00", 2 * HOUR, "2026-03-02 14:00"),  # over lunch
        ("2026-03-02 12:30", HOUR, "2026-03-02 14:00"),  # from within lunch
        ("2026-03-02 16:30", 2 * HOUR, "2026-03-03 09:00"),  # over night
        ("2026-03-02 16:30", HOUR, "2026-03-02 17:30"),  # to the very end
        ("2026-03-06 17:00", 4 * HOUR, "2026-03-09 08:30"),  # over Saturday's morning and a Sunday
        ("2026-03-08 10:00", 30 * MINUTE, "2026-03-09 08:30"),  # from a closed day
        ("2026-04-02 17:00", HOUR, "2026-04-06 08:30"),  # two holidays, and a Sunday
        ("2026-03-02 23:00", timedelta(0), "2026-03-02 23:00"),
    ],
)
def test_it_is_due_after_so_much_business_time(start: str, within: timedelta, due: str) -> None:
    week = calendar(SPLIT, NEW_YORK, "2026-04-03", "2026-04-04")
    assert sla.due_at(at(start), within, week) == at(due)


@pytest.mark.parametrize(
    ("zone", "day", "hours_open", "expected"),
    [
        (NEW_YORK, "2026-03-08", "Mon-Sun 00:00-24:00", 23 * HOUR),
        (NEW_YORK, "2026-11-01", "Mon-Sun 00:00-24:00", 25 * HOUR),
        (LONDON, "2026-03-29", "Mon-Sun 00:00-24:00", 23 * HOUR),
        (LONDON, "2026-10-25", "Mon-Sun 00:00-24:00", 25 * HOUR),
        ("Australia/Sydney", "2026-10-04", "Mon-Sun 00:00-24:00", 23 * HOUR),
        ("Australia/Sydney", "2026-04-05", "Mon-Sun 00:00-24:00", 25 * HOUR),
        ("Australia/Lord_Howe", "2026-10-04", "Mon-Sun 00:00-24:00", 23.5 * HOUR),
        ("Australia/Lord_Howe", "2026-04-05", "Mon-Sun 00:00-24:00", 24.5 * HOUR),
        ("America/Santiago", "2026-09-06", "Mon-Sun 00:00-24:00", 23 * HOUR),  # there is no midnight
        ("America/Santiago", "2026-04-04", "Mon-Sun 00:00-24:00", 25 * HOUR),  # its last hour comes twice
        ("America/Phoenix", "2026-03-08", "Mon-Sun 00:00-24:00", 24 * HOUR),
        (NEW_YORK, "2026-03-08", "Mon-Sun 02:15-02:45", timedelta(0)),  # skipped whole
        (NEW_YORK, "2026-03-08", "Mon-Sun 01:30-02:30", 30 * MINUTE),
        (NEW_YORK, "2026-03-08", "Mon-Sun 02:30-04:00", HOUR),
        (NEW_YORK, "2026-11-01", "Mon-Sun 01:15-01:45", HOUR),  # comes twice
        (NEW_YORK, "2026-11-01", "Mon-Sun 00:00-01:00", HOUR),  # ends before the first of the two
        (NEW_YORK, "2026-11-01", "Mon-Sun 02:00-03:00", HOUR),  # begins after the second
        (NEW_YORK, "2026-11-01", "Mon-Sun 00:30-01:30, 01:30-02:30", 3 * HOUR),
        (LONDON, "2026-03-29", "Mon-Sun 08:00-18:00", 10 * HOUR),
    ],
)
def test_a_day_on_which_clocks_change(zone: str, day: str, hours_open: str, expected: timedelta) -> None:
    start = at(day, zone) - 6 * HOUR
    end = at(day, zone) + 36 * HOUR
    only = calendar(hours_open, zone)
    assert only.week is not None
    week: list[tuple[hours.Period, ...]] = [()] * 7
    week[date.fromisoformat(day).weekday()] = only.week[0]
    assert sla.elapsed(start, end, Calendar(only.zone, tuple(week))) == expected


@pytest.mark.parametrize(
    ("start", "within", "due"),
    [
        ("2026-03-07 23:00", 3 * HOUR, at("2026-03-08 03:00")),  # one of its hours is skipped
        ("2026-10-31 23:00", 3 * HOUR, at("2026-11-01 01:00", fold=1)),
        ("2026-10-31 23:00", 2.5 * HOUR, at("2026-11-01 01:30", fold=0)),
        ("2026-03-08 05:00", 2 * HOUR, at("2026-03-08 23:00")),
    ],
)
def test_a_night_on_which_clocks_change(start: str, within: timedelta, due: datetime) -> None:
    assert sla.due_at(at(start), within, calendar(NIGHTS)) == due.astimezone(UTC)


ZONES = (NEW_YORK, LONDON, "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "UTC")


def any_calendar(random: Random) -> Calendar:
    week = []
    for _ in range(7):
        cuts = sorted(random.sample(range(0, 1441, 5), 2 * random.randint(0, 3)))
        week.append(tuple(zip(cuts[::2], cuts[1::2], strict=True)))
    week[random.randrange(7)] = ((480, 720),)
    start = date(2026, 1, 1)
    days = frozenset(start + timedelta(days=random.randrange(365)) for _ in range(10))
    return Calendar(ZoneInfo(random.choice(ZONES)), tuple(week), days)


def any_moment(random: Random) -> datetime:
    """Often near a change of the clocks."""
    near = random.choice(["2026-03-08", "2026-11-01", "2026-03-29", "2026-10-25", "2026-04-05", "2026-09-06"])
    spread = random.choice([86_400, 30 * 86_400])
    seconds = random.randrange(-spread, spread)
    return datetime.fromisoformat(near).replace(tzinfo=UTC) + timedelta(seconds=seconds)


def test_business_time_adds_up_and_due_is_its_inverse() -> None:
    random = Random(15)
    for _ in range(500):
        when = any_calendar(random)
        first, second, third = sorted(any_moment(random) for _ in range(3))
        whole = sla.elapsed(first, third, when)
        assert sla.elapsed(first, second, when) + sla.elapsed(second, third, when) == whole
        assert sla.elapsed(third, first, when) == -whole
        assert timedelta(0) <= whole <= third - first
        within = timedelta(seconds=random.randrange(1, 200_000))
        due = sla.due_at(first, within, when)
        assert sla.elapsed(first, due, when) == within
        assert sla.elapsed(first, due - timedelta(seconds=1), when) == within - timedelta(seconds=1)
        if whole:
            assert first < sla.due_at(first, whole, when) <= third


def test_it_counts_what_the_clock_on_the_wall_shows() -> None:
    """Against counting minute by minute."""
    random = Random(8)
    for _ in range(12):
        when = any_calendar(random)
        start = any_moment(random).replace(second=0)
        walls = [(start + step * MINUTE).astimezone(when.zone) for step in range(2_880)]
        shown = sum(is_open(wall, when) for wall in walls)
        assert sla.elapsed(start, start + 2_880 * MINUTE, when) == shown * MINUTE


def is_open(wall: datetime, when: Calendar) -> bool:
    assert when.week is not None
    minute = wall.hour * 60 + wall.minute
    periods = when.week[wall.weekday()] if wall.date() not in when.holidays else ()
    return any(start <= minute < end for start, end in periods)


def test_hours_that_holidays_leave_nothing_of_have_an_end() -> None:
    week = calendar("Mon 09:00-10:00")
    mondays = frozenset(date(2026, 3, 2) + timedelta(weeks=number) for number in range(600))
    never = Calendar(week.zone, week.week, mondays)
    start = at("2026-03-01 09:00")
    assert sla.due_at(start, HOUR, never) == start + sla.FARTHEST
    assert sla.elapsed(start, start + timedelta(days=30), never) == timedelta(0)


@pytest.mark.parametrize(
    ("level", "network", "start", "due"),
    [
        ("P4", "x", "2026-03-02 09:00", "2026-03-02 11:00"),
        ("P4", "facebook", "2026-03-02 09:00", "2026-03-04 17:00"),  # 24 business hours
        ("P0", "x", "2026-03-01 03:00", "2026-03-01 03:05"),  # by night, and on a Sunday
        ("P1", "google", "2026-03-01 03:00", "2026-03-01 03:15"),
        ("P2", "x", "2026-03-01 03:00", "2026-03-02 09:00"),
        ("P2", "google", "2026-03-02 17:00", "2026-03-03 08:30"),
        ("P3", "google", "2026-03-02 09:00", "2026-03-03 17:30"),
        ("P3", "google", "2026-03-06 09:00", "2026-03-07 12:00"),
        ("P3", "x", "2026-03-02 09:00", "2026-03-02 11:00"),  # the queue owes it sooner
        ("", "x", "2026-03-02 09:00", "2026-03-02 11:00"),
    ],
)
def test_the_first_reply_is_owed_by_queue_network_and_level(
    level: str, network: str, start: str, due: str
) -> None:
    found = sla.first_due_at(at(start), TARGETS, calendar(SPLIT), level=level, network=network)
    assert found == at(due)


def test_without_hours_every_hour_counts_and_no_holiday() -> None:
    always = calendar("", NEW_YORK, "2026-12-25")
    assert sla.due_at(at("2026-12-24 23:00"), 2 * HOUR, always) == at("2026-12-25 01:00")
    assert sla.first_due_at(at("2026-12-24 23:00"), TARGETS, always, level="P3", network="google") == at(
        "2026-12-25 23:00"
    )


def test_p3_around_the_clock_is_the_end_of_the_next_day() -> None:
    slow = Targets(first=96 * HOUR, next=HOUR, resolve=HOUR)
    assert sla.first_due_at(at("2026-12-24 09:00"), slow, calendar(""), level="P3") == at("2026-12-26 00:00")
