"""Text as the words in it, so that what was typed on any phone compares equal.

A word is a run of letters, digits and the marks on them, NFKC and casefolded. Punctuation only separates.
In scripts written without spaces, and among emoji, each character is a word. A possessive 's is one too.

`squeezed` is quick, as every post goes through it; `places` is only asked about posts that answer a query.
Both must see the same words: a test compares them, character by character.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from listening.wording import TABLE, clusters

POSSESSIVE = "'s"
ANY_LETTER = "\ua7ff"
"""Stands for ? while a word is cut up: a letter, and one that nobody types."""
LOOKED_AT = 65_536
"""Characters of a text that are looked at: as many as are stored."""

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
)
SYMBOLS = "\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001f3fa\U0001f400-\U0001faff"
INVISIBLE = "\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"


def _ranges(kind: str, *, but: str = "") -> str:
    """All characters of one general category, as the inside of a character class."""
    apart = re.compile(f"[{but}]")
    ranges: list[list[int]] = []
    for at in range(0x80, 0x1F000):
        if unicodedata.category(chr(at))[0] != kind or apart.match(chr(at)):
            continue
        if ranges and ranges[-1][1] == at - 1:
            ranges[-1][1] = at
        else:
            ranges.append([at, at])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


# Variation selectors only say how an emoji is drawn; the mark around a keycap likewise.
MARKS = _ranges("M", but=f"{UNSPACED}\ufe00-\ufe0f\u20e0-\u20e3")
LETTER = rf"[^\W_{UNSPACED}{SYMBOLS}]"
WORD = re.compile(
    rf"(?:{LETTER}+|[{MARKS}]+{LETTER}*)(?:[{MARKS}]+{LETTER}*)*"
    rf"|'s(?!{LETTER}|[{MARKS}])|[{UNSPACED}]|[{SYMBOLS}]"
)
ASCII_WORD = re.compile(r"[a-z0-9]+|'s(?![a-z0-9])")
VANISHING = re.compile(f"[{INVISIBLE}]+")
ODD = re.compile(r"[^\x00-\x7f\xdf-\xf6\xf8-\xff]")
MANY_ODD = 24

# Letters small, apostrophes one, bytes of other scripts as they are, all else a space.
PLAIN = bytes(
    at if at > 127 else ord(chr(at).lower()) if chr(at).isalnum() else ord("'" if chr(at) in "'`" else " ")
    for at in range(256)
)
LOOSE = PLAIN.replace(b"'", b" ")


def loose(text: str) -> bytes:
    """The text with a space for all that is no letter: quicker than `squeezed`, and with all of its words."""
    if not text.isascii():
        quick = _mended(text)
        if quick is None:
            return squeezed(text)
        text = quick
    return b" %b " % text.encode("utf-8", "replace").translate(LOOSE)


def squeezed(text: str) -> bytes:
    """The words of a text with one space around each: b" north ed "."""
    if not text.isascii():
        quick = _mended(text)
        if quick is None:
            return _spaced([word.encode() for word in WORD.findall(folded(text))])
        text = quick
    plain = text.encode("utf-8", "replace").translate(PLAIN)
    if b"'" in plain:
        plain = _apostrophes(plain)
    return _spaced(plain.split())


def _spaced(found: list[bytes]) -> bytes:
    return b" %b " % b" ".join(found) if found else b" "


def _apostrophes(plain: bytes) -> bytes:
    if b"'s'" in plain:
        return b" ".join(re.findall(rb"[^' ]+|'s(?![^' ])", plain))
    apart = (plain + b" ").replace(b"'s ", b" \x01 ").replace(b"'", b" ")
    return apart.replace(b"\x01", b"'s")


def _mended(text: str) -> str | None:
    """The text casefolded, its unusual characters replaced; None where that takes a closer look."""
    small = text.casefold()
    odd = set(ODD.findall(small))
    if len(odd) > MANY_ODD or len(small) != len(text):
        return None
    for character in odd:
        mended = _instead(character)
        if mended is None:
            return None
        if mended != character:
            small = small.replace(character, mended)
    return small


@lru_cache(maxsize=8192)
def _instead(character: str) -> str | None:
    """What stands for a character by itself; None where its neighbours decide."""
    if VANISHING.match(character):
        return ""
    if unicodedata.combining(character) or re.match("[\u1100-\u11ff\uff9e\uff9f]", character):
        return None
    if not unicodedata.is_normalized("NFKC", character) and unicodedata.category(character)[0] == "M":
        return None
    if re.match(f"[{MARKS}]", character):
        return character
    alone = folded(character)
    found = WORD.findall(alone)
    if not found:
        return "'" if alone == "'" else " "
    if re.match(f"[{UNSPACED}{SYMBOLS}]", alone):
        return f" {alone} " if len(alone) == 1 else None
    return alone if found == [alone] else None


def listed(text: str) -> list[str]:
    """The words of a text, in order."""
    return squeezed(text).decode().split()


def places(text: str) -> Iterator[tuple[int, int]]:
    """Where each word of `squeezed` begins and ends in the original."""
    if text.isascii():
        for found in ASCII_WORD.finditer(text.lower().replace("`", "'")):
            yield found.span()
        return
    small, origins = _folded(text)
    for found in WORD.finditer(small):
        start, end = found.span()
        yield (start, end) if origins is None else (origins[start][0], origins[end - 1][1])


def folded(text: str) -> str:
    """The text made comparable, punctuation and all."""
    return _folded(text)[0]


def _folded(text: str) -> tuple[str, list[tuple[int, int]] | None]:
    """The comparable text, and for each of its characters where the original ones begin and end; None where
    both are the same, character for character."""
    same = text.translate(TABLE).replace("™", " ").replace("…", " ")
    if unicodedata.is_normalized("NFKC", same) and not VANISHING.search(same):
        small = same.casefold()
        # Folding only ever lengthens, so an equal length means one for one.
        if len(small) == len(same):
            return small, None
    pieces: list[str] = []
    origins: list[tuple[int, int]] = []
    for start, cluster in clusters(same):
        piece = _folded_cluster(cluster)
        pieces.append(piece)
        origins += [(start, start + len(cluster))] * len(piece)
        if len(origins) > LOOKED_AT:  # one character may stand for eighteen
            break
    return "".join(pieces), origins


@lru_cache(maxsize=8192)
def _folded_cluster(cluster: str) -> str:
    return unicodedata.normalize("NFKC", VANISHING.sub("", cluster)).casefold()
