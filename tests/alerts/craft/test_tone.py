import pytest

from alerts.craft import tone
from listening.reading.sentiment import NO_NAMES

ANGRY = "Six hours in the waiting room and nobody even looked at us. Disgraceful."


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
def test_cheer_under_a_bitter_post_is_seen(draft: str, is_cheerful: bool) -> None:
    assert tone.is_too_cheerful(draft, ANGRY, score=-0.7, names=NO_NAMES) is is_cheerful


def test_cheer_under_praise_is_welcome() -> None:
    assert not tone.is_too_cheerful("What a wonderful day!", "I love it", score=0.8, names=NO_NAMES)


@pytest.mark.parametrize(
    ("draft", "wants"),
    [
        ("Please call 555-0142.", True),
        ("Parking costs two dollars an hour. We hear you.", True),
        ("We hear you. Parking costs two dollars an hour.", False),
        ("Long waits are hard on everyone.", False),
        ("Lamentamos la espera. Llame al 555-0142.", False),
        ("Thank you for telling us\nPlease call.", False),
        ("", False),
    ],
)
def test_a_bitter_post_wants_care_first(draft: str, wants: bool) -> None:
    assert tone.wants_care_first(draft, score=-0.7) is wants
    assert not tone.wants_care_first(draft, score=0.1)


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
