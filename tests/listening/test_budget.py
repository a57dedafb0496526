"""What a source may read in a month, as tables: the forecast, the stage, and who is asked."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from listening import budget
from listening.budget import Month, Stage

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
ENDS = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LONG_AGO, JUST_NOW = NOW - DAY, NOW - DAY + timedelta(seconds=1)


def month(spent: int, per_day: float, cap: int = 1000) -> Month:
    return Month(cap, spent, per_day, NOW, ENDS)


@pytest.mark.parametrize(
    ("spent", "per_day", "days"),
    [
        (500, 20, None),  # lasts to the end
        (500, 100, 5),
        (500, 47, None),
        (500, 48, 500 / 48),
        (99, 1000, None),  # too early to say
        (100, 1000, 0.9),
        (900, 0, None),
        (1000, 0, 0),
        (1400, 30, 0),
    ],
)
def test_it_is_used_up_on(spent: int, per_day: float, days: float | None) -> None:
    expected = None if days is None else NOW + timedelta(days=days)
    assert month(spent, per_day).gone_at == expected


@pytest.mark.parametrize(
    ("spent", "per_day", "told_at", "stage"),
    [
        (0, 0, None, Stage.FREE),
        (499, 500, None, Stage.FREE),  # it will not last, and half is there yet
        (500, 500, None, Stage.SLOW),
        (800, 1, LONG_AGO, Stage.FREE),  # it lasts
        (899, 500, LONG_AGO, Stage.SLOW),
        (900, 1, LONG_AGO, Stage.RESERVE),
        (900, 500, None, Stage.SLOW),  # nobody was told
        (900, 500, JUST_NOW, Stage.SLOW),
        (999, 500, LONG_AGO, Stage.RESERVE),
        (1000, 500, None, Stage.RESERVE),
        (5000, 500, JUST_NOW, Stage.RESERVE),
        (1000, 0, LONG_AGO, Stage.SPENT),
    ],
)
def test_so_much_is_held_back(spent: int, per_day: float, told_at: datetime | None, stage: Stage) -> None:
    assert budget.stage(month(spent, per_day), told_at) is stage


@pytest.mark.parametrize(
    ("stage", "turn", "asked"),
    [
        (Stage.FREE, 1, {"safety", "usual", "waits"}),
        (Stage.SLOW, 1, {"safety"}),
        (Stage.SLOW, 4, {"safety", "usual"}),
        (Stage.SLOW, 16, {"safety", "usual", "waits"}),
        (Stage.RESERVE, 16, {"safety"}),
        (Stage.SPENT, 16, set()),
    ],
)
def test_these_are_asked(stage: Stage, turn: int, asked: set[str]) -> None:
    assert budget.asked(stage, turn) == asked


def test_nothing_stops_before_admins_have_known_for_a_day() -> None:
    for spent in range(0, 3000, 50):
        assert "safety" in budget.asked(budget.stage(month(spent, 400), None), 1)
        assert "safety" in budget.asked(budget.stage(month(spent, 400), JUST_NOW), 1)


@pytest.mark.parametrize(
    ("spent", "per_day", "is_near"), [(400, 10, False), (400, 90, True), (749, 1, False), (750, 1, True)]
)
def test_admins_hear_of_it(spent: int, per_day: float, is_near: bool) -> None:
    assert month(spent, per_day).is_near == is_near


def test_a_month_is_that_of_the_hospital() -> None:
    zone = ZoneInfo("America/New_York")
    found = budget.month_of(datetime(2026, 12, 1, 4, 59, tzinfo=UTC), zone)
    assert found == (datetime(2026, 11, 1, 4, 0, tzinfo=UTC), ENDS)
