"""Whether a draft is in a language that the rules know."""

from itertools import groupby

from alerts.gate.canonical import SPANISH, Canonical
from alerts.gate.data import Data
from listening.reading import languages
from listening.reading.identifiers.words import Is, words

KNOWN = frozenset({"en", "es"})
FOREIGN = 0.2
"""Share of letters that are no Latin ones, from which on the rules did not see what is said."""
KNOWN_SHARE = 0.6
PLAIN_SHARE = 0.8
MOST_STRANGE = 2
SENTENCE_SHARE = 0.6
SURE_SHARE = 0.85
FEW = 3


def is_checked(read: Canonical, data: Data) -> bool:
    letters = sum(map(str.isalpha, read.text))
    if read.foreign_letters > FOREIGN * max(letters, 1) or read.strange >= MOST_STRANGE:
        return False
    if not read.words:
        return not read.text.strip()
    if len(read.words) < FEW:
        return all(_is_known(word.text, data) for word in read.words)
    if _has_strange_sentence(read, data):
        return False
    known = sum(_is_known(word.text, data) for word in read.words) / len(read.words)
    if known >= SURE_SHARE:
        return True
    spanish = len(SPANISH.findall(read.text))
    language = languages.read(read.text)
    if language in KNOWN or spanish >= 0.3 * len(read.words):
        return known >= 0.25 or spanish >= 0.2 * len(read.words)
    return known >= KNOWN_SHARE and language == ""


def _has_strange_sentence(read: Canonical, data: Data) -> bool:
    """One in another language among those that are read: "Thank you. Nou li tout mesaj yo." """
    for _, group in groupby(read.words, key=lambda word: word.sentence):
        said = list(group)
        share = sum(_is_known(word.text, data) for word in said) / len(said)
        if len(said) < FEW or share >= SURE_SHARE:
            continue
        text = " ".join(word.text for word in said)
        if share < SENTENCE_SHARE or languages.read(text) not in (*KNOWN, ""):
            return True
    return False


def _is_known(word: str, data: Data) -> bool:
    return bool(words().of(word) & Is.WORD) or data.is_word(word) or word in ("'s", "not") or word.isdigit()


def is_plain_english(read: Canonical, data: Data) -> bool:
    """So plain that a word which is in no dictionary is more likely a name."""
    if not read.words:
        return False
    said = [word.text for word in read.words if len(word.text) > 1 and word.text.isalpha()]
    known = sum(bool(words().of(word) & Is.WORD) or word in data.lists.modern for word in said)
    return known >= PLAIN_SHARE * len(said) and len(SPANISH.findall(read.text)) < 0.2 * len(read.words)
