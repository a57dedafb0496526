from datetime import datetime, timedelta

import pytest

from listening.models import Source
from tests.base import NOW

MINUTE = timedelta(minutes=1)


def state(*, minutes_ago: float = 60, **fields: datetime | str | None) -> str:
    made = Source(kind="rss", poll_every=MINUTE, created_at=NOW - minutes_ago * MINUTE, **fields)
    return made.liveness(NOW).value


@pytest.mark.parametrize(
    ("minutes", "expected"), [(1, "live"), (2, "live"), (3, "late"), (5, "late"), (6, "down")]
)
def test_it_goes_by_the_last_good_end_of_a_poll(minutes: float, expected: str) -> None:
    assert state(last_success_at=NOW - minutes * MINUTE, last_item_at=NOW - 99 * MINUTE) == expected


@pytest.mark.parametrize(("minutes", "expected"), [(1, "live"), (4, "late"), (9, "down")])
def test_a_long_first_poll_answers_as_long_as_it_brings_posts(minutes: float, expected: str) -> None:
    assert state(last_item_at=NOW - minutes * MINUTE) == expected


@pytest.mark.parametrize(("minutes", "expected"), [(4, "late"), (6, "down")])
def test_one_that_never_answered_is_given_a_while(minutes: float, expected: str) -> None:
    assert state(minutes_ago=minutes) == expected


def test_a_good_end_long_ago_is_not_made_good_by_posts() -> None:
    assert state(last_success_at=NOW - 9 * MINUTE, last_item_at=NOW) == "down"
