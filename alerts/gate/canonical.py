"""A draft as the rules read it: however it was typed, the same words give the same text.

1. Accents, look-alike letters, zero-width marks and emoji go; everything is in small letters.
2. Letters spaced out become words again ("s u r g e r y"), and so do digits put for letters ("surg3ry").
3. Short forms are spelt out ("you've": "you have"), slips of the thumb in words that matter are undone.
4. Each word keeps its span in the draft as it came.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, product, zip_longest

from alerts.gate.data import Data
from listening.reading.identifiers.plain import plain

LONGEST = 10_000
LETTERS = dict(
    zip(
        "аеорсухіјѕԁһклмтвнгпзαβεικνορτυχωγημ" + "ʀɴɪᴀʙᴄᴅᴇꜰɢʜᴊᴋʟᴍᴏᴘꜱᴛᴜᴠᴡʏᴢɑɡꞌ",
        "aeopcyxijsdhklmtbhrnsabeiknoptuxwynu" + "rniabcdefghjklmopstuvwyzag'",
        strict=True,
    )
)
SQUARED = {chr(first + at): chr(97 + at) for first in (0x1F130, 0x1F150, 0x1F170) for at in range(26)}
FLAGS = {chr(0x1F1E6 + at): " " for at in range(26)}
TABLE = str.maketrans({**LETTERS, **SQUARED, **FLAGS})
LEET = str.maketrans("034579@$!|+", "oeastgasiit")
ONES = "li"
"""What a one stands for."""
MOST_ONES = 4
LEET_CHUNK = re.compile(
    r"(?<![\w@$.])(?=[a-z0-9@$!|+]{0,24}[a-z])(?=[a-z]{0,24}[0-9@$!|+])([a-z0-9@$!|+]{3,24})"
    r"('[a-z0-9]{1,2})?(?![\w@])"
)
NUMBER = re.compile(r"\d{1,20}(?:st|nd|rd|th|am|pm|hr|mg|ml|cc|[a-z])?|\$\d{1,20}")
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
STOP = re.compile(r"[.!?;\u2026\u3002]")
SINGLE = re.compile(r"(?<![^\W_])[a-z](?:(?P<gap>[ .*_'-]{1,3})[a-z](?![^\W_])){3,}(?![^\W_])")
LONGEST_WORD = 18
STRANGE = re.compile("[àâèêëîïôœùûãõăđơưòì\u1ea0-\u1ef9]")
SPANISH = re.compile(
    r"\b(?:de|la|el|los|las|que|por|para|con|su|sus|en|al|del|nuestro|nuestra|es|un|una|gracias|y|si|lo|le|no|se|a)\b"
)
SPANISH_SHARE = 0.2


@dataclass(frozen=True)
class Word:
    text: str
    start: int  # in the canonical text
    end: int
    sentence: int
    clause: int
    asks: bool = False  # a question mark stands right behind it


@dataclass(frozen=True)
class Canonical:
    text: str
    origins: Sequence[int]
    words: list[Word]
    strange: int = 0  # letters with marks that neither English nor Spanish puts on them

    def original(self, start: int, end: int) -> tuple[int, int]:
        return self.origins[start], self.origins[end]

    @cached_property
    def foreign_letters(self) -> int:
        """Letters that no eye takes for a Latin one."""
        return sum(letter.isalpha() and not letter.isascii() for letter in self.text)


def canonical(draft: str, data: Data) -> Canonical:
    read = plain(draft[:LONGEST])
    letters: list[str] = []
    origins: list[int] = []
    for at, letter in enumerate(read.text):
        low = letter.lower()[:1].translate(TABLE)
        letters.append(" " if _is_sign(low) else low)
        origins.append(at if read.origins is None else read.origins[at])
    origins.append(min(len(draft), LONGEST))
    text = _unleeted("".join(letters), data)
    strange = len(STRANGE.findall(unicodedata.normalize("NFC", draft[:LONGEST]).lower()))
    return Canonical(text, origins, list(_words(text, data)), strange)


def _is_sign(letter: str) -> bool:
    if letter.isascii():
        return letter < " "
    return unicodedata.category(letter) in ("So", "Sk", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn", "Mn")


def _unleeted(text: str, data: Data) -> str:
    def spelt(hit: re.Match[str]) -> str:
        if NUMBER.fullmatch(hit[1]):
            return hit[0]
        word = next((word for word in _letters(hit[1]) if _is_said(word, data)), "")
        return word + (hit[2] or "").translate(LEET) if word else hit[0]

    return LEET_CHUNK.sub(spelt, text)


def _is_said(word: str, data: Data) -> bool:
    return data.is_word(word) or (word.endswith("s") and data.is_word(word[:-1]))


def _letters(typed: str) -> Iterator[str]:
    """The words that digits for letters may stand for: a one is an l or an i."""
    parts = typed.translate(LEET).split("1")
    if len(parts) <= MOST_ONES + 1:
        for ones in product(ONES, repeat=len(parts) - 1):
            yield "".join(chain.from_iterable(zip_longest(parts, ones, fillvalue="")))


def _words(text: str, data: Data) -> Iterator[Word]:
    # One letter for another makes one Spanish word of another: there only lost and swapped ones are mended.
    is_strict = len(SPANISH.findall(text[:2000])) > SPANISH_SHARE * len(WORD.findall(text[:2000]))
    sentence = clause = at = 0
    for start, end in _pieces(text, data):
        gap = text[at:start]
        if at and STOP.search(gap) and not _is_short(text, at, gap):
            sentence += 1
            clause += 1
        elif any(mark in gap for mark in ',:()"') or " - " in gap:
            clause += 1
        for word, first, last in _spelt_out(text[start:end], start, data, is_strict=is_strict):
            yield Word(word, first, last, sentence, clause, text[end : end + 2].strip()[:1] == "?")
        at = end


def _is_short(text: str, at: int, gap: str) -> bool:
    """The full stop of "Dr. ", "a.m. " or "example.org"."""
    if not gap.startswith("."):
        return False
    before = text[max(0, at - 5) : at]
    is_title = re.search(r"(?<![a-z])(?:dr|mr|mrs|ms|sr|sra|st|vs|no|dra|prof)$", before)
    return gap == "." or bool(
        is_title or (re.search(r"\.[a-z]$|(?<![a-z])[ap]$", before) and text[at + len(gap) :][:1] not in "")
    )


def _pieces(text: str, data: Data) -> Iterator[tuple[int, int]]:
    spaced = [*_spaced(text, data)]
    at = 0
    for hit in WORD.finditer(text):
        if spaced and hit.start() >= spaced[0][0]:
            run = spaced.pop(0)
            yield from run[2]
            at = run[1]
        if hit.start() >= at:
            yield hit.span()


def _spaced(text: str, data: Data) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Runs of single letters that make words, each with the spans of those words."""
    for hit in SINGLE.finditer(text):
        places = [at for at in range(*hit.span()) if text[at].isalpha()]
        words = data.cut("".join(text[at] for at in places), LONGEST_WORD)
        if words:
            ends = [sum(words[: number + 1]) for number in range(len(words))]
            spans = [(places[end - size], places[end - 1] + 1) for size, end in zip(words, ends, strict=True)]
            yield hit.start(), hit.end(), spans


def _spelt_out(piece: str, start: int, data: Data, *, is_strict: bool) -> Iterator[tuple[str, int, int]]:
    end = start + len(piece)
    bare = "".join(letter for letter in piece if letter.isalnum() or letter == "'")
    short = data.short.get(bare)
    if short:
        yield from ((word, start, end) for word in short)
        return
    head, apostrophe, tail = bare.partition("'")
    if not apostrophe:
        yield data.repaired(bare, is_strict=is_strict), start, end
        return
    for ending, word in (("ve", "have"), ("re", "are"), ("ll", "will"), ("d", "would"), ("m", "am")):
        if tail == ending:
            yield data.repaired(head, is_strict=is_strict), start, start + len(head)
            yield word, start + len(head), end
            return
    if tail == "s":
        yield data.repaired(head, is_strict=is_strict), start, start + len(head)
        yield "'s", start + len(head), end
    elif tail == "t" and head.endswith("n"):
        if head != "n":
            yield head[:-1], start, end
        yield "not", start, end
    else:
        yield data.repaired(bare.replace("'", ""), is_strict=is_strict), start, end
