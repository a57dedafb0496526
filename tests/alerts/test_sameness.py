"""What networks do to a text, as a table."""

import pytest

from alerts.sameness import is_same
from tests.timing import seconds

SENT = "We are sorry & want to help. Call 555-0142, or write at https://northfield.example/care_1 today."

SAME = [
    ("as it was sent", SENT, SENT),
    ("the three letters that X escapes", SENT, SENT.replace("&", "&amp;")),
    ("escaped twice", SENT, SENT.replace("&", "&amp;amp;")),
    ("names before it, as X puts them", SENT, f"@someone @northfield {SENT}"),
    ("a short link of X", SENT, SENT.replace("https://northfield.example/care_1", "https://t.co/AbC123xyz9")),
    ("a bare address that X links", "See northfield.example/care now.", "See https://t.co/AbC123xyz9 now."),
    ("a short link in brackets", "Write to us (a.example/b).", "Write to us (https://t.co/1)."),
    ("two short links", "a.example and b.example/x", "https://t.co/1 and https://t.co/2"),
    ("Reddit's escapes", "Call *us* at 555-0142_1.", r"Call \*us\* at 555\-0142\_1."),
    ("Reddit's zero-width filler", "First.\n\nSecond.", "First.\n\n&#x200B;\n\nSecond."),
    ("other line ends and spaces", "One.\r\n\r\nTwo.  Three.", " One.\nTwo. Three.\n"),
    ("hard spaces", "12 Elm St", "12\u00a0Elm&nbsp;St"),
    ("accents written apart", "Peque\u00f1a Jos\u00e9", "Pequen\u0303a Jose\u0301"),
    (
        "a translation before it",
        "Lo sentimos.",
        "(Translated by Google) We are sorry.\n\n(Original)\nLo sentimos.",
    ),
    ("joiners left out", "Thank you \U0001f469\u200d\u2695\ufe0f", "Thank you \U0001f469\u2695\ufe0f"),
]
OTHER = [
    ("another word", SENT, SENT.replace("sorry", "glad")),
    ("another number", "Call 555-0142.", "Call 555-0143."),
    ("more at its end", "We are sorry.", "We are sorry. Call us."),
    ("less", "We are sorry. Call us.", "We are sorry."),
    ("other capitals", "Call us.", "call us."),
    ("nothing there", SENT, ""),
    ("nothing sent", "", ""),
    ("only names", "We are sorry.", "@someone"),
    ("a link where none was", "We are sorry now.", "We are https://t.co/AbC123xyz9 now."),
    ("the words around a link", "See a.example now.", "Look at https://t.co/AbC123xyz9 now."),
    ("a link more", "See a.example now.", "See https://t.co/1 now. https://t.co/2"),
    ("a link for a word", "See below now.", "See https://t.co/1 now."),
    ("a negation", "We did not find it.", "We did find it."),
]


@pytest.mark.parametrize(("sent", "found"), [row[1:] for row in SAME], ids=[row[0] for row in SAME])
def test_it_is_the_same(sent: str, found: str) -> None:
    assert is_same(sent, found)


@pytest.mark.parametrize(("sent", "found"), [row[1:] for row in OTHER], ids=[row[0] for row in OTHER])
def test_it_is_another(sent: str, found: str) -> None:
    assert not is_same(sent, found)


def test_a_very_long_text_costs_little() -> None:
    hostile = ["a.example " * 2000, "a" * 20_000, "a." * 10_000, "\\" * 100_000, "@a " * 9000]
    took = seconds(lambda: [is_same(text, "https://t.co/1 " * 2000 + "x") for text in hostile])
    assert took < 1
