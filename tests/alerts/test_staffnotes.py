import pytest

from alerts import staffnotes
from tests.timing import seconds

POST = "I work at Northfield and nobody checks the crash cart on the fourth floor, we are so short at night."


@pytest.mark.parametrize(
    "note",
    [
        "Emergency equipment on the fourth floor may not be checked at night.",
        "Look at the crash cart checks, room 412 and around, since Monday.",
        "nobody checks the crash cart",  # five words in a row: too few to be searched for
    ],
)
def test_a_note_in_our_own_words_travels(note: str) -> None:
    assert staffnotes.objection(note, POST) == ""


@pytest.mark.parametrize(
    ("note", "why"),
    [
        ("", staffnotes.EMPTY),
        (" \n", staffnotes.EMPTY),
        ("Ask @nightnurse_rae about the cart", staffnotes.LEADS_TO_AUTHOR),
        ("u/nightnurse says the cart is unchecked", staffnotes.LEADS_TO_AUTHOR),
        ("See HTTPS://x.example/1", staffnotes.LEADS_TO_AUTHOR),
        ("Call 555-0142 about it", staffnotes.NAMES_SOMEBODY),
        ("She writes: Nobody checks the crash cart, on the fourth floor!", staffnotes.QUOTES),
    ],
)
def test_one_that_leads_to_its_author_does_not(note: str, why: str) -> None:
    assert staffnotes.objection(note, POST) == why


@pytest.mark.parametrize("post", ["a " * 2_500_000, "\x00" * 5_000_000, "@" * 5_000_000])
def test_a_hostile_post_costs_little(post: str) -> None:
    assert seconds(lambda: staffnotes.objection("Look at the cart." * 20, post)) < 0.5
