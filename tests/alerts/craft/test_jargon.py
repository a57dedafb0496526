import pytest

from alerts.craft import jargon


def plain(text: str, language: str = "en", *names: str) -> str:
    return jargon.swapped(text, jargon.found(text, language, names=names))


@pytest.mark.parametrize(
    ("text", "swapped"),
    [
        ("Our ambulatory clinic is open.", "Our walk-in clinic is open."),
        ("Ambulatory care is open.", "Walk-in care is open."),
        ("AMBULATORY care is open.", "Walk-in care is open."),
        ("Please utilize the door prior to noon.", "Please use the door before noon."),
        ("Financial assistance is open to all.", "Help to pay is open to all."),  # the longer one counts
        ("An over-the-counter medication", "An without a prescription medicine"),
        ("Nothing of the trade here.", "Nothing of the trade here."),
        ("The utilizes of it", "The utilizes of it"),
    ],
)
def test_words_of_the_trade_become_plain(text: str, swapped: str) -> None:
    assert plain(text) == swapped


@pytest.mark.parametrize(
    "text",
    [
        "Visit the Ambulatory Care Center.",
        "Ambulatory Care Center is open.",
        "Thanks to Pediatric Partners.",
        "See northfield.example/radiology or radiology.northfield.example.",
        "Write to oncology@northfield.example.",
        "We are @cardiology here.",
        "Go to https://northfield.example/discharge today.",
    ],
)
def test_names_and_addresses_stay_as_they_are(text: str) -> None:
    assert plain(text) == text


def test_a_name_of_ours_stays_however_it_is_written() -> None:
    text = "Come to northfield pediatric urgent care."
    assert plain(text, "en", "Northfield Pediatric Urgent Care") == text


@pytest.mark.parametrize(
    "number", ["555-0142", "(800) 555-0142", "1-800-555-0142", "+1 800 555 0142", "911", "988"]
)
def test_no_swap_alters_a_number(number: str) -> None:
    text = f"Regarding additional inquiries, our physicians are at {number}, prior to 8 a.m."
    assert number in plain(text)
    assert plain(text).startswith("About more questions, our doctors")


def test_spanish_has_its_own() -> None:
    assert plain("Un medicamento para la cefalea.", "es") == "Un medicina para la dolor de cabeza."
    assert plain("Un medicamento para la cefalea.") == "Un medicamento para la cefalea."
    assert jargon.found("Le médicament", "fr") == []


def test_there_are_enough_and_each_says_something_else() -> None:
    assert jargon.count() >= 105
    for name in jargon.LANGUAGES.values():
        for term, said in jargon._listed(name)[1].items():
            assert term == term.lower()
            assert said not in ("", term)
