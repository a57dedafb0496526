"""Text as it can be stored, and text as it can be compared: the same words, however they were typed."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

TEXT_BYTES = 65_536
TITLE_CHARACTERS = 500
URL_CHARACTERS = 2000
HANDLE_CHARACTERS = 200

# PostgreSQL stores neither of these.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """NUL and lone surrogates written out as \\u0000, so that they are seen and nothing is lost."""
    return UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def capped(text: str) -> tuple[str, bool]:
    """Text as it is stored, and whether its end is missing."""
    # Cut first: escaping megabytes that are thrown away would be wasted.
    head = storable(text[:TEXT_BYTES])
    stored = head.encode()[:TEXT_BYTES].decode(errors="ignore")
    return stored, len(text) > TEXT_BYTES or len(stored) < len(head)


def title(text: str) -> str:
    return storable(text[:TITLE_CHARACTERS])[:TITLE_CHARACTERS]


def handle(text: str) -> str:
    return storable(text[:HANDLE_CHARACTERS])[:HANDLE_CHARACTERS]


def web_address(url: str) -> str:
    """The address where it can be followed safely, else nothing."""
    if len(url) > URL_CHARACTERS or UNSTORABLE.search(url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


# Apostrophes, quotation marks and dashes as people and phones type them. Done before NFKC, which would
# take the acute accent apart into a space and a combining mark.
SAME = {
    **dict.fromkeys("‘’‚‛ʼʹ´`′＇", "'"),
    **dict.fromkeys("“”„‟«»″＂", '"'),
    **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
    **dict.fromkeys("\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029", " "),
}
TABLE = str.maketrans(SAME)
# Invisible: soft hyphen, zero-width space and joiner of words, byte order mark, writing direction.
INVISIBLE = re.compile("[\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# A character and the marks that hang on it. Jamo and half-width sound marks combine without being marks.
LONGEST_CLUSTER = 32  # putting marks in order takes the square of their number
CLUSTER_TAIL = re.compile("[\u1160-\u11ff\uff9e\uff9f]")


@dataclass(frozen=True)
class Normal:
    """Text made comparable. `origins[i]` is where its character i begins in the original, with the original's
    length at the end; None where both have the same length, character for character."""

    text: str
    origins: tuple[int, ...] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        if self.origins is None:
            return start, end
        # One original character may have become several: end where the next original one begins.
        return self.origins[start], self.origins[bisect_right(self.origins, self.origins[end - 1])]


def normal(text: str) -> Normal:
    """Casefolded NFKC, one kind of apostrophe, quote, dash and space, and no two spaces in a row."""
    same = text.translate(TABLE)
    if "  " not in same and not INVISIBLE.search(same):
        if same.isascii():
            return Normal(same.lower())
        folded = same.casefold()
        # Folding only ever lengthens, so an equal length means one for one.
        if len(folded) == len(text) and unicodedata.is_normalized("NFKC", same):
            return Normal(folded)
    return _normal_by_cluster(same)


def _normal_by_cluster(same: str) -> Normal:
    pieces: list[str] = []
    origins: list[int] = []
    after_space = False
    for start, cluster in clusters(same):
        piece = unicodedata.normalize("NFKC", cluster).casefold()
        if INVISIBLE.fullmatch(cluster) or (piece == " " and after_space):
            continue
        after_space = piece == " "
        pieces.append(piece)
        origins += [start] * len(piece)
    return Normal("".join(pieces), (*origins, len(same)))


def clusters(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for at in range(1, len(text)):
        is_tail = unicodedata.combining(text[at]) or CLUSTER_TAIL.match(text[at])
        if not is_tail or at - start >= LONGEST_CLUSTER:
            yield start, text[start:at]
            start = at
    if text:
        yield start, text[start:]


# Scripts written without spaces: an edge of a word cannot be seen there.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def is_edge(text: str, at: int) -> bool:
    """Whether a word may begin or end between the characters `at - 1` and `at`."""
    if at <= 0 or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if not _is_letter(before) or not _is_letter(after):
        return True
    return bool(UNSPACED.match(before) or UNSPACED.match(after))


def _is_letter(character: str) -> bool:
    # Vowel signs of Indic scripts are marks, and part of the word.
    return character.isalnum() or unicodedata.category(character)[0] == "M"
