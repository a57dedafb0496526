"""Whether two posts say the same, and under which keys the one is found when the other comes.

1. Links, handles, "RT", punctuation and case are put away; what is left are the words.
2. Fewer than 6 words, or words that anybody would choose ("Thank you to all the staff"), are nobody's in
   particular: they are never the same.
3. From 12 words on, most runs of three words must be shared; below, all words must be.
4. A post that was cut off is the same as the one that goes on where it stops.
5. A link to an article is the same story whatever is said of it.

Pure. Two people who complain of the same thing in their own words are two stories.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zlib import adler32, crc32

import numpy

LOOKED_AT = 2000
"""Characters that are compared; what follows changes no answer worth having."""

MIN_WORDS = 6
MIN_OWN_WORDS = 4
NEAR_FROM = 12
LONG_FROM = 25
RUN = 3
SHARED, SHARED_SHORT = 0.6, 0.75
"""Part of all runs of words that both must have: long texts, and those below LONG_FROM words."""
OPENING = 8
MAX_LINKS = 3

LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]{1,300}", re.IGNORECASE)
HANDLE = re.compile(r"(?<![\w@])@\w{1,60}")
REPOST = re.compile(r"\s{0,9}(?:rt|via|mt)\b[\s:]{0,9}", re.IGNORECASE)
# Scripts without spaces: each character stands for a word.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORD = re.compile(f"[{UNSPACED}]|[^\\W_{UNSPACED}]+")
CUT = re.compile(r"(?:…|\.\.\.)\W{0,9}\Z")


def _common() -> frozenset[str]:
    with (Path(__file__).parent / "lexicon" / "common.toml").open("rb") as file:
        return frozenset(" ".join(tomllib.load(file).values()).split())


COMMON = _common()
"""Words that anybody may choose, of praise and blame as well; a text needs others to be somebody's own."""

# What shared links of a network or a search show is not one article.
NOT_ARTICLES = frozenset({"search", "maps", "login", "signin", "share", "portal", "mychart", "appointments"})


@dataclass(frozen=True)
class Said:
    """What a post says, made comparable."""

    words: tuple[str, ...]
    links: frozenset[str]
    is_cut: bool = False

    @cached_property
    def runs(self) -> frozenset[int]:
        words = self.words
        return frozenset(crc32(" ".join(words[at : at + RUN]).encode()) for at in range(len(words) - RUN + 1))

    @cached_property
    def is_own(self) -> bool:
        """Whether two people would hardly choose these words by chance."""
        return len(self.words) >= MIN_WORDS and len(set(self.words) - COMMON) >= MIN_OWN_WORDS

    @cached_property
    def keys(self) -> list[int]:
        """Numbers under which a post that says the same is found, always or nearly; with none, nothing is."""
        found = {_key("link", link) for link in self.links}
        if self.is_own and len(self.words) < NEAR_FROM:
            found.add(_key("all", " ".join(self.words)))
        elif self.is_own:
            found.add(_key("opening", " ".join(self.words[:OPENING])))
            found.update(_bands(self.runs))
        return sorted(found)


def said(text: str, title: str = "", url: str = "") -> Said:
    """`url` is the address of an article, not of the post itself."""
    whole = f"{title[:LOOKED_AT]}\n{text[:LOOKED_AT]}" if title else text[:LOOKED_AT]
    links = [each[0] for each in LINK.finditer(whole)]
    plain = HANDLE.sub(" ", LINK.sub(" ", whole))
    is_cut = bool(CUT.search(plain[-20:]))
    plain = plain[found.end() :] if (found := REPOST.match(plain)) else plain
    folded = unicodedata.normalize("NFKC", plain).casefold()
    words = WORD.findall(folded.replace("'", "").replace("’", ""))
    articles = filter(None, (article(link) for link in [url, *links[:MAX_LINKS]]))
    # The last word may be half a word.
    return Said(tuple(words[:-1] if is_cut else words), frozenset(articles), is_cut)


def article(link: str) -> str:
    """A link without what only tells who shared it; nothing where it leads to no one article."""
    try:
        parts = urlsplit(link if "://" in link else f"http://{link}")
    except ValueError:
        return ""
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    path = parts.path.rstrip("/.,;:!?…")
    last = path.rpartition("/")[2]
    is_article = last.count("-") >= 3 or (path.count("/") >= 2 and sum(map(str.isdigit, last)) >= 5)
    if not host or not is_article or NOT_ARTICLES & set(path.casefold().split("/")):
        return ""
    return f"{host}{path}".casefold()


def why(one: Said, other: Said) -> str:
    """In what the two are the same, in words; nothing where they are not."""
    if one.is_own and one.words == other.words:
        return "the same words"
    if one.links & other.links:
        return "a link to the same article"
    if not (one.is_own and other.is_own) or min(len(one.words), len(other.words)) < NEAR_FROM:
        return ""
    if _is_beginning(one, other) or _is_beginning(other, one):
        return "the same words, cut off"
    return "nearly the same words" if likeness(one, other) >= _needed(one, other) else ""


def likeness(one: Said, other: Said) -> float:
    """Part of all runs of words that both have, 0 to 1."""
    shared = len(one.runs & other.runs)
    return shared / (len(one.runs) + len(other.runs) - shared) if shared else 0.0


def closeness(one: Said, other: Said) -> float:
    """Part of the rarer words of the shorter text that the other has too, 0 to 1: for people to choose by."""
    own = set(one.words) - COMMON, set(other.words) - COMMON
    return len(own[0] & own[1]) / max(MIN_OWN_WORDS, min(map(len, own)))


def _needed(one: Said, other: Said) -> float:
    return SHARED if min(len(one.words), len(other.words)) >= LONG_FROM else SHARED_SHORT


def _is_beginning(short: Said, long: Said) -> bool:
    return short.is_cut and long.words[: len(short.words)] == short.words


BANDS, ROWS = 7, 3
PRIME = (1 << 31) - 1


def _factors(count: int) -> numpy.ndarray[Any, Any]:
    # Fixed for all time: keys are stored.
    drawn = [crc32(f"murmur {at}".encode()) % (PRIME - 1) + 1 for at in range(count)]
    return numpy.array(drawn, dtype=numpy.uint64)


TIMES, PLUS = _factors(2 * BANDS * ROWS).reshape(2, BANDS * ROWS, 1)
MIX = (_factors(BANDS * ROWS) * numpy.uint64(0x9E3779B97F4A7C15)).reshape(BANDS, ROWS)
SMALL = numpy.uint64(1)


def _bands(runs: frozenset[int]) -> list[int]:
    """MinHash in bands: of two texts that share 60 % of their runs, 82 % share a band, at 80 % nearly all."""
    numbers = numpy.fromiter(runs, dtype=numpy.uint64, count=len(runs)) % PRIME
    least = ((TIMES * numbers + PLUS) % PRIME).min(axis=1).reshape(BANDS, ROWS)
    # Sums wrap around at 64 bits, which is wanted; one bit is given up for a bigint's sign.
    keys: list[int] = (((least + SMALL) * MIX).sum(axis=1, dtype=numpy.uint64) >> SMALL).tolist()
    return keys


def _key(kind: str, text: str) -> int:
    """63 bits, so that a bigint holds it."""
    data = f"{kind}\n{text}".encode(errors="replace")
    return (crc32(data) << 31) | (adler32(data) & 0x7FFFFFFF)
