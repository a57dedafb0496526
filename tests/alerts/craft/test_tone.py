import pytest

from alerts.craft import tone
from listening.reading.sentiment import NO_NAMES


@pytest.mark.parametrize(
    ("draft", "is_cheerful"),
    [
        ("What a wonderful day! We love hearing this!", True),
        ("Thanks so much for sharing! 😀", True),
        ("Yay, thank you for the feedback", True),
        ("¡Qué alegría leerle!", True),
        ("Long waits are hard on everyone. Please call our patient line.", False),
        ("We are sorry to read this. Please call us.", False),
        ("We take comments like this to heart. Please call us, we want to hear more.", False),
        ("", False),
    ],
)
def test_cheer_is_seen(draft: str, is_cheerful: bool) -> None:
    assert tone.is_cheerful(draft, names=NO_NAMES) is is_cheerful


@pytest.mark.parametrize(
    ("draft", "begins"),
    [
        ("Please call 555-0142.", False),
        ("Parking costs two dollars an hour. We hear you.", False),
        ("We hear you. Parking costs two dollars an hour.", True),
        ("Long waits are hard on everyone.", True),
        ("Lamentamos la espera. Llame al 555-0142.", True),
        ("Thank you for telling us\nPlease call.", True),
        ("", False),
    ],
)
def test_a_first_word_of_care_is_seen(draft: str, begins: bool) -> None:
    assert tone.begins_with_care(draft) is begins


@pytest.mark.parametrize(
    ("draft", "post", "both"),
    [
        ("Thank you for telling us about this.", "Nadie contesta el teléfono en ese hospital", ("en", "es")),
        ("Gracias por escribirnos, lo sentimos mucho.", "Nadie contesta el teléfono", ("es", "es")),
        ("Thanks!", "Nadie contesta el teléfono en ese hospital", ("", "es")),
    ],
)
def test_both_languages_are_told(draft: str, post: str, both: tuple[str, str]) -> None:
    assert tone.languages_of(draft, post) == both
