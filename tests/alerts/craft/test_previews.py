import pytest

from alerts.craft import previews


def shown(text: str, network: str) -> list[str]:
    """One line a paragraph, with what can be pressed in angle brackets."""
    return [
        "".join(piece.text if piece.kind == "text" else f"<{piece.text}>" for piece in paragraph)
        for paragraph in previews.paragraphs(text, network)
    ]


@pytest.mark.parametrize(
    ("network", "text", "lines"),
    [
        ("x", "", []),
        ("x", "See https://www.northfield.example/masks.", ["See <northfield.example/masks>."]),
        ("x", "https://northfield.example/a/very/long/page", ["<northfield.example/a/very/l…>"]),
        ("x", "Hi @NorthfieldHlth, see #flu", ["Hi <@NorthfieldHlth>, see <#flu>"]),
        ("x", "one\ntwo", ["one\ntwo"]),
        ("reddit", "one\ntwo\n\nthree", ["one two", "three"]),
        ("reddit", "read [our page](https://northfield.example) **now**", ["read our page now"]),
        ("reddit", "thanks u/quietriver884", ["thanks <u/quietriver884>"]),
        ("google", "See northfield.example", ["See northfield.example"]),
        ("google", "<b>bold</b>", ["<b>bold</b>"]),
    ],
)
def test_each_network_shows_it_in_its_way(network: str, text: str, lines: list[str]) -> None:
    assert shown(text, network) == lines


@pytest.mark.parametrize("network", ["x", "google", "other"])
def test_nothing_typed_is_lost(network: str) -> None:
    text = "Please call 555-0142, or see northfield.example.\n\nThank you, @someone"
    assert [part.replace("<", "").replace(">", "") for part in shown(text, network)] == [text]
