from datetime import timedelta

import pytest

from config.embedded.restarts import delay_after


@pytest.mark.parametrize(
    ("deaths", "now", "delay"),
    [
        ([100.0], 100.0, 0.5),
        ([99.0, 100.0], 100.0, 1.0),
        ([98.0, 99.0, 100.0], 100.0, 2.0),
        ([97.0, 98.0, 99.0, 100.0], 100.0, 4.0),
        # Long ago does not count.
        ([10.0, 20.0, 30.0, 39.0, 100.0], 100.0, 0.5),
    ],
)
def test_the_delay_grows_with_each_recent_death(deaths: list[float], now: float, delay: float) -> None:
    assert delay_after(deaths, now) == timedelta(seconds=delay)


def test_the_fifth_death_within_a_minute_is_the_last() -> None:
    assert delay_after([50.0, 60.0, 70.0, 80.0, 100.0], 100.0) is None
