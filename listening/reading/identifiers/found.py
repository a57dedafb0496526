"""What the finders of each family hand over: a kind, and a span of the plain text."""

from typing import NamedTuple


class Found(NamedTuple):
    kind: str
    start: int
    end: int


def before(text: str, at: int, characters: int) -> str:
    """The words just before a place, in small letters."""
    return text[max(0, at - characters) : at].lower()


def after(text: str, at: int, characters: int) -> str:
    return text[at : at + characters].lower()
