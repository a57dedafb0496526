"""Names as registers shout them, in letters that can be read: "ST. MARY'S OF THE LAKE" as people write it."""

import re

SMALL = frozenset(
    ["a", "an", "and", "at", "by", "de", "del", "for", "from", "in", "of", "on", "or", "the", "to", "with"]
)
SHORTENED = frozenset(["ST", "DR", "MT", "FT", "RD", "LN", "BLVD", "CTR", "PKWY", "HWY"])
SHOUTED = frozenset(
    "ACH AFB CAH ER HCA ICU II III IV LLC LLP LP NE NHS NW SE SW UCLA UK US USA VA".split()  # noqa: SIM905
)
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
VOWEL = re.compile("[AEIOUYaeiouy]")


def titled(text: str) -> str:
    """As it is, unless it is all in capitals."""
    text = " ".join(text.split())
    if not text.isupper():
        return text
    return WORD.sub(lambda found: _cased(found[0], is_first=found.start() == 0), text)


def _cased(word: str, *, is_first: bool) -> str:
    if word.lower() in SMALL and not is_first:
        return word.lower()
    is_initials = len(word) > 1 and word.isalpha() and not VOWEL.search(word)
    if word in SHOUTED or (is_initials and word not in SHORTENED):
        return word
    return word[:1] + word[1:].lower()
