import pytest

from alerts.craft import lengths

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Thank you.", 10),
        ("¿Cómo está?", 11),
        ("e\u0301", 1),  # composed first
        ("We\u2019re here \u2013 always", 19),
        ("ご意見", 6),
        ("日本 x", 6),
        ("…", 2),  # outside the light ranges
        ("https://northfield.example", 23),
        ("https://northfield.example/a/very/long/page/about/masks/and/more", 23),
        ("See northfield.example/masks.", 4 + 23 + 1),
        ("NORTHFIELD.EXAMPLE", 23),
        ("\u0130 northfield.example", 2 + 23),  # a letter that grows when small
        ("access@northfield.example", 25),  # no link
        ("😀", 2),
        ("😀😀", 4),
        ("❤️", 2),
        ("👍🏽", 2),
        (FAMILY, 2),
        ("🇺🇸", 2),
        ("1️⃣", 2),
        ("1 of 2", 6),
        ("x" * 280, 280),
    ],
)
def test_x_counts_by_weight(text: str, length: int) -> None:
    assert lengths.of(text, "x") == length


@pytest.mark.parametrize(
    ("network", "text", "length"),
    [
        ("google", "Thank you.", 10),
        ("google", "está", 5),
        ("google", "😀", 4),
        ("google", "\ud800", 3),
        ("reddit", "está 😀", 6),
        ("reddit", "https://northfield.example", 26),
        ("somewhere", "日本", 2),
    ],
)
def test_each_other_network_counts_in_its_own_way(network: str, text: str, length: int) -> None:
    assert lengths.of(text, network) == length
