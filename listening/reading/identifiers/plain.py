"""A text in plain letters, so that one shape finds a number or a name however it was typed.

Full-width, circled and mathematical digits and letters become ASCII, accents come off, dashes, quotes and
spaces become one of each, and what no eye sees is left out. Letters keep their case.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Soft hyphens, zero-width and direction marks, combining accents, variation selectors, keycaps, tags.
UNSEEN = re.compile(
    "[\xad\u0300-\u036f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20dd-\u20e4\ufe00-\ufe0f\ufeff"
    "\x00-\x08\x0e-\x1f\x7f\U000e0000-\U000e01ef]"
)
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d\u00b7\u2022\u2043"
QUOTES = {**dict.fromkeys("‘’‚‛ʼʹ´`′＇", "'"), **dict.fromkeys("“”„‟«»″＂", '"')}
SPACES = dict.fromkeys(
    "\t\x0b\x0c\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000",
    " ",
)
LINES = dict.fromkeys("\r\x85\u2028\u2029", "\n")
LETTERS = {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ð": "d", "Ð": "D"}
LOOKALIKES = (
    (0xC0, 0x250),
    (0x1E00, 0x1F00),
    (0x2070, 0x20A0),
    (0x2460, 0x24EA),
    (0xFF01, 0xFF5F),
    (0x1D400, 0x1D800),
    (0x1F100, 0x1F10B),
)


@dataclass(frozen=True)
class Plain:
    """`origins[i]` is where character i stands in the text as it came; None where nothing was left out."""

    text: str
    origins: Sequence[int] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        if self.origins is None:
            return start, end
        # What was left out behind the last character goes with it: it may be that letter's accent.
        return self.origins[start], self.origins[end]


def plain(text: str) -> Plain:
    same = text if text.isascii() else text.translate(_TABLE)
    if not UNSEEN.search(same):
        return Plain(same)
    kept = [at for at, character in enumerate(same) if not UNSEEN.match(character)]
    return Plain("".join(same[at] for at in kept), array("l", (*kept, len(text))))


def _lookalikes() -> Iterator[tuple[str, str]]:
    for first, beyond in LOOKALIKES:
        for point in range(first, beyond):
            taken_apart = unicodedata.normalize("NFKD", chr(point)).strip("().,")
            bare = "".join(each for each in taken_apart if not unicodedata.combining(each))
            if len(bare) == 1 and bare.isascii():
                yield chr(point), bare


def _digits() -> Iterator[tuple[str, str]]:
    for point in range(0x660, 0x1FBFA):
        value = unicodedata.decimal(chr(point), None)
        if value is not None:
            yield chr(point), str(value)


_TABLE = str.maketrans(
    {
        **dict(_digits()),
        **dict(_lookalikes()),
        **LETTERS,
        **SPACES,
        **LINES,
        **QUOTES,
        **dict.fromkeys(DASHES, "-"),
    }
)
