import pytest

from alerts.craft import slots


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("Thank you. [A sentence of your own.] Please call.", True),
        ("Thank you. [...]", True),
        ("Hello {personal}", True),
        ("Read [our page](https://northfield.example)", False),
        ("Thank you (very much).", False),
        ("[] {}", False),
        ("a [ b", False),
    ],
)
def test_what_is_still_to_be_written_is_seen(text: str, is_open: bool) -> None:
    assert slots.is_open(text) is is_open


def test_the_phone_is_filled_in_and_is_nothing_personal() -> None:
    assert slots.filled("Call {phone}.", "555-0142") == "Call 555-0142."
    assert slots.is_open(slots.filled("Call {phone}.", ""))
    assert not slots.has_personal("Call {phone}.")
    assert slots.first_phone(["northfield.example", "555-0142"]) == "555-0142"
    assert slots.first_phone(["@NorthfieldHlth"]) == ""


def test_what_is_blanked_keeps_its_place() -> None:
    text = "Hi [name here], call."
    assert slots.blanked(text) == "Hi            , call."
    assert len(slots.blanked(text)) == len(text)
