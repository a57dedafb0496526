"""Whether a draft is in a language that the rules know."""

from alerts.gate.canonical import SPANISH, Canonical
from alerts.gate.data import Data
from listening.reading import languages
from listening.reading.identifiers.words import Is, words

KNOWN = frozenset({"en", "es"})
FOREIGN = 0.2
"""Share of letters that are no Latin ones, from which on the rules did not see what is said."""
KNOWN_SHARE = 0.6
PLAIN_SHARE = 0.8
FEW = 3


def is_checked(read: Canonical, data: Data) -> bool:
    letters = sum(map(str.isalpha, read.text))
    if read.foreign_letters > FOREIGN * max(letters, 1):
        return False
    if not read.words:
        return not read.text.strip()
    if len(read.words) < FEW:
        return all(_is_known(word.text, data) for word in read.words)
    known = sum(_is_known(word.text, data) for word in read.words) / len(read.words)
    if known >= 0.85:
        return True
    spanish = len(SPANISH.findall(read.text))
    language = languages.read(read.text)
    if language in KNOWN or spanish >= 0.3 * len(read.words):
        return known >= 0.25 or spanish >= 0.2 * len(read.words)
    return known >= KNOWN_SHARE and language == ""


def _is_known(word: str, data: Data) -> bool:
    return bool(words().of(word) & Is.WORD) or data.is_word(word) or word in ("'s", "not") or word.isdigit()


def is_plain_english(read: Canonical, data: Data) -> bool:
    """So plain that a word which is in no dictionary is more likely a name."""
    if not read.words:
        return False
    said = [word.text for word in read.words if len(word.text) > 1 and word.text.isalpha()]
    known = sum(bool(words().of(word) & Is.WORD) or word in data.lists.modern for word in said)
    return known >= PLAIN_SHARE * len(said) and len(SPANISH.findall(read.text)) < 0.2 * len(read.words)
