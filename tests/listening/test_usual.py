import pytest

from listening.usual import Usual

STEADY = (18, 17, 19, 18, 16, 20, 18, 18)


@pytest.mark.parametrize(
    ("number", "weeks", "words"),
    [
        (41, STEADY, "more than usual"),
        (22, STEADY, "as usual"),
        (20, STEADY, "as usual"),
        # n is the larger of the two that are compared: below 20 nothing is said.
        (19, STEADY, "too few to judge"),
        (0, STEADY, "too few to judge"),
        (12, (1, 2, 1, 2), "too few to judge"),
        # Silence where there is much else is told although nothing is there to count.
        (0, (40, 42, 38, 41), "fewer than usual"),
        (25, (), "no usual yet"),
        (25, (18, 18), "no usual yet"),
        (25, (18, 18, 18), "as usual"),
        # Eight equal weeks do not make the ninth, one more, unusual.
        (31, (30,) * 8, "as usual"),
        (60, (30,) * 8, "more than usual"),
        # What varies widely by itself must be far out to be unusual.
        (60, (10, 50, 20, 60, 15, 45, 30, 25), "as usual"),
    ],
)
def test_what_is_said_of_a_number(number: int, weeks: tuple[int, ...], words: str) -> None:
    assert Usual(number, weeks).words == words


def test_the_median_and_the_middle_half_stand_behind_it() -> None:
    usual = Usual(41, (18, 10, 12, 14, 22, 20, 16, 24))
    assert (usual.low, usual.median, usual.high) == (14, 17, 20)
    assert usual.why == "Usually 17, the middle half 14 to 20, over 8 weeks."


def test_without_enough_weeks_it_says_how_many_there_are() -> None:
    assert Usual(5, (3, 4)).why == "We listened in 2 of the 8 weeks before; 3 are needed."
