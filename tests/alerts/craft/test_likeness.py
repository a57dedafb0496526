import pytest

from alerts.craft import likeness
from alerts.craft.likeness import Likeness

OWN = "We take comments like this to heart. Please call our patient line at 555-0142, we want to hear more."
OTHER = "Parking is free for the first hour in all of our garages, and each has a lift."
CONTACTS = ["555-0142", "555-0147", "northfield.example"]


def nearest(draft: str, *earlier: str) -> Likeness | None:
    return likeness.nearest(draft, earlier, contacts=CONTACTS)


@pytest.mark.parametrize(
    "draft",
    [
        OWN,
        OWN.upper(),
        OWN.replace(" ", "\n"),
        OWN.replace("555-0142", "555-0147"),  # a listed contact does not count
        OWN.replace("555-0142", "northfield.example"),
        OWN.replace("heart.", "heart! 💙"),
        OWN + " [a sentence of your own]",  # nor what is still to be written
        OWN.replace("hear more", "hear it all"),
    ],
)
def test_the_same_in_other_clothes_is_the_same(draft: str) -> None:
    found = nearest(draft, OTHER, OWN)
    assert found is not None
    assert found.which == 1
    assert found.percent > 80


@pytest.mark.parametrize(
    "draft",
    [
        OTHER,
        "Thank you!",
        "",
        OWN + " The ramp by the east door is cleared each hour in snow, and a guard can help anyone across.",
    ],
)
def test_what_says_something_of_its_own_is_not(draft: str) -> None:
    assert nearest(draft, OWN) is None


def test_only_the_last_twenty_count() -> None:
    assert nearest(OWN, *[OTHER] * 19, OWN) is not None
    assert nearest(OWN, *[OTHER] * 20, OWN) is None


def test_with_nothing_before_it_is_like_nothing() -> None:
    assert nearest(OWN) is None
