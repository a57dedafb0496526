"""How many years of school a text asks for. Pure, and nothing is looked up anywhere.

English  Flesch-Kincaid grade: 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid, Fishburne,
         Rogers and Chissom, 1975).
Spanish  Fernandez Huerta's ease of reading (Consigna 214, 1959) as G. Law corrected it (LINGUIST List
         22.2332, 2011): 206.84 - 60 syllables a word - 1.02 words a sentence; then the year in its table.

A short text scores oddly: under 30 words the answer is a range. Numbers and addresses are not read as words.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

SHORT = 30
SPREAD = 2
"""Years that a short text may be off by, to either side."""
LONG_SENTENCE = 25
"""Words from which a sentence is worth cutting in two."""

SENTENCE = re.compile(r"(?<=[.!?\u2026])[\"')\]]{0,3}\s+|\n+")
TITLE = re.compile(r"\b(?:dr|mr|mrs|ms|st|sr|sra|dra|[ap]\. ?m|no|vs)\.", re.IGNORECASE)
ADDRESS = re.compile(r"\S{0,200}(?:@|://|www\.|\.\w{2,10}/)\S{0,300}|\b[\w-]{2,60}\.[a-z]{2,10}\b(?![.\w])")
WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
SHORTENED = re.compile(r"(?<=[bcdfghjklmpqrstvwxz])n['\u2019]t$|['\u2019](?:re|ll|ve|s|m|d|t)$")
VOWELS = re.compile(r"[aeiouy]+")
SPLIT = re.compile(r"i[aou](?!u)|(?<![qg])ua|eo(?!u)|[aeou]i(?=ng)|yi(?=ng)|sm$|thm$")
JOINED = re.compile(r"[ct]io|cia|gio|tia|geo|(?:some|care|house|voice|time|pace)(?=[b-z])|iness")
SPOKEN = {"people": 2, "every": 2, "everyone": 3, "someone": 2, "something": 2, "anyone": 3, "safety": 2} | {
    "family": 2,
    "business": 2,
    "whole": 1,
    "file": 1,
    "rule": 1,
    "smile": 1,
    "while": 1,
    "mile": 1,
    "area": 3,
    "areas": 3,
    "quiet": 2,
    "being": 2,
    "serious": 3,
    "seriously": 4,
    "appreciate": 4,
    "idea": 3,
    "create": 2,
    "science": 2,
    "experience": 4,
    "immediate": 4,
    "maybe": 2,
    "general": 3,
    "listening": 3,
    "current": 2,
    "employee": 3,
    "anxiety": 4,
    "diabetes": 4,
    "cleanliness": 3,
    "grateful": 2,
    "recovery": 4,
    "trying": 2,
}
WEAK, STRONG = frozenset("iuü"), frozenset("aeoáéóíú")
LADDER = (
    (100.0, 4.0),
    (95.0, 4.0),
    (85.0, 5.0),
    (75.0, 6.0),
    (65.0, 7.5),
    (55.0, 11.0),
    (40.0, 14.0),
    (15.0, 16.0),
)
"""Ease of reading, and the school year that goes with it: the middles of Fernandez Huerta's table."""


@dataclass(frozen=True)
class Reading:
    words: int
    sentences: int
    syllables: int
    longest: str  # the sentence with most words
    language: str

    @cached_property
    def grade(self) -> float:
        if not self.words:
            return 0.0
        a_sentence, a_word = self.words / self.sentences, self.syllables / self.words
        if self.language == "es":
            return _on_ladder(206.84 - 60 * a_word - 1.02 * a_sentence)
        return max(0.0, 0.39 * a_sentence + 11.8 * a_word - 15.59)

    @property
    def bounds(self) -> tuple[int, int]:
        """The same number twice, or the range of a short text."""
        spread = SPREAD if self.words < SHORT else 0
        middle = round(self.grade)
        return max(0, middle - spread), middle + spread

    @property
    def words_in_longest(self) -> int:
        return len(WORD.findall(self.longest))


def read(text: str, language: str = "en") -> Reading:
    plain = ADDRESS.sub(" ", unicodedata.normalize("NFC", text)[:10_000])
    cut = [part.strip() for part in SENTENCE.split(TITLE.sub(lambda hit: hit[0].replace(".", ""), plain))]
    sentences = [part for part in cut if WORD.search(part)]
    words = [word for part in sentences for word in WORD.findall(part)]
    count = spanish_syllables if language == "es" else syllables
    longest = max(sentences, key=lambda part: len(WORD.findall(part)), default="")
    return Reading(len(words), max(1, len(sentences)), sum(map(count, words)), longest, language)


def syllables(word: str) -> int:
    """Of an English word: groups of vowels, less the silent ones, more those that are said apart."""
    parts = re.split(
        r"['\u2019-]", SHORTENED.sub(lambda hit: "ent" if hit[0][0] == "n" else "", word.lower())
    )
    return max(1, sum(_syllables(part) for part in parts if len(part) > 1 or part in "aiou"))


def _syllables(word: str) -> int:
    if word in SPOKEN:
        return SPOKEN[word]
    if len(word) < 3:
        return 1
    count = len(VOWELS.findall(word))
    if word.endswith("e") and not re.search(r"[^aeiou]le$|[aeiouy]e$", word) and count > 1:
        count -= 1
    if re.search(r"[^aeiouytd]ed$|[^aeioucsxzgh]es$", word) and count > 1:
        count -= 1
    return max(1, count + len(SPLIT.findall(word)) - len(JOINED.findall(word)))


def spanish_syllables(word: str) -> int:
    """Of a Spanish word: two strong vowels part, a weak one joins the next unless it has the accent."""
    low = re.sub(r"qu|gu(?=[eiéí])", "q", word.lower())
    low = re.sub(r"y(?![aeiouáéíóú])", "i", low)
    count, before = 0, ""
    for letter in low:
        is_vowel = letter in STRONG or letter in WEAK
        is_joined = before in WEAK or (before in STRONG and letter in WEAK)
        if is_vowel and (not is_joined or (before in WEAK and letter in "íú")):
            count += 1
        before = letter if is_vowel else ""
    return max(1, count)


def _on_ladder(ease: float) -> float:
    if ease >= LADDER[0][0]:
        return LADDER[0][1]
    for (high, low_year), (low, high_year) in pairwise(LADDER):
        if ease >= low:
            return low_year + (high_year - low_year) * (high - ease) / (high - low)
    return LADDER[-1][1]
