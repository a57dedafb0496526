"""Whether a text on a network is one that we sent. Pure.

Networks change what they are given: X puts the names of whom it answers before it, writes addresses its own
short way and escapes three letters; Reddit escapes what its markup could mistake; Google trims, and may put a
translation first. What is compared is what is left when all of this is undone.
"""

import html
import re
import unicodedata
from itertools import zip_longest

SHORT_LINK = re.compile(r"https?://t\.co/\w+")
ADDRESS = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:[/?#:]\S*)?")
LEADING_NAMES = re.compile(r"\A(?:@\w{1,15}\s+)+")
ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!~>|^&<])")
ORIGINAL = re.compile(r"\A\(Translated by [^)]+\).*?\(Original\)", re.DOTALL)
UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
LONGEST = 20_000


def canonical(text: str) -> str:
    """As a reader sees it, whatever a network did to its writing."""
    plain = ORIGINAL.sub("", html.unescape(html.unescape(text[:LONGEST])).strip())
    seen = UNSEEN.sub("", ESCAPED.sub(r"\1", plain))
    return " ".join(unicodedata.normalize("NFKC", seen).split())


def is_same(sent: str, found: str) -> bool:
    ours, theirs = canonical(sent), canonical(found)
    if not ours or not theirs:
        return False
    return any(_fits(ours, each) for each in (theirs, LEADING_NAMES.sub("", theirs)))


def _fits(ours: str, theirs: str) -> bool:
    """Word for word, but that a short link of X stands for any address."""
    pairs = list(zip_longest(ours.split(), theirs.split(), fillvalue=""))
    return all(mine == other or _is_link_to(mine, other) for mine, other in pairs)


def _is_link_to(ours: str, theirs: str) -> bool:
    before, *rest = SHORT_LINK.split(theirs, maxsplit=1)
    if not rest or not ours.startswith(before) or not ours.endswith(rest[0]):
        return False
    return ADDRESS.fullmatch(ours[len(before) : len(ours) - len(rest[0])]) is not None
