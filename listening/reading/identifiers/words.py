"""What is known of a word: is it in the dictionary, a first name, a last name, a title, kin, a place?"""

import tomllib
from functools import cache
from pathlib import Path

LEXICON = Path(__file__).parent.parent / "lexicon"
ENDINGS = ("s", "es", "ed", "ing", "ly")
SHORTENED = ("m", "ll", "re", "ve", "d", "t", "s")
SHORTEST_STEM = 3


class Is:
    """What a word may be, as bits of one plain number: an enum's own arithmetic is twenty times as slow."""

    WORD = 1
    FIRST = 2
    LAST = 4
    ELSEWHERE = 8
    TITLE = 16
    STAFF_TITLE = 32
    STRONG = 64
    KIN = 128
    STAFF = 256
    DOING = 512
    HOUSE = 1024
    BEFORE_PLACE = 2048
    BEFORE_TOWN = 4096
    ANNOUNCES = 8192
    WORKS = 16384
    WORKS_BEFORE = 32768


NAME = Is.FIRST | Is.LAST
OF_LISTS = {
    "titles": Is.TITLE,
    "staff_titles": Is.STAFF_TITLE,
    "strong_titles": Is.STRONG,
    "kin": Is.KIN | Is.WORD,
    "staff": Is.STAFF,
    "works": Is.WORKS,
    "works_before": Is.WORKS_BEFORE | Is.WORD,
    "doing": Is.DOING | Is.WORD,
    "house": Is.HOUSE,
    "place_before": Is.BEFORE_PLACE | Is.WORD,
    "town_before": Is.BEFORE_PLACE | Is.BEFORE_TOWN | Is.WORD,
    "elsewhere": Is.ELSEWHERE,
    "spanish": Is.WORD,
}


class Words:
    def __init__(self) -> None:
        read = tomllib.loads((LEXICON / "names.toml").read_text(encoding="utf-8"))
        self._known: dict[str, int] = {}
        for file, flag in (("words", Is.WORD), ("names_first", Is.FIRST), ("names_last", Is.LAST)):
            self._add((LEXICON / f"{file}.txt").read_text(encoding="utf-8"), flag)
        for name, flag in OF_LISTS.items():
            self._add(read[name], flag)
        for word in read["clear"].split():
            self._known[word] = self._known.get(word, 0) & ~Is.WORD | Is.FIRST
        for phrase in read["announced"]:
            self._add(phrase.split()[-1], Is.ANNOUNCES)
        self.announced = frozenset(tuple(phrase.split()) for phrase in read["announced"])
        self.sure = frozenset(tuple(phrase.split()) for phrase in read["sure"])

    def _add(self, words: str, flag: int) -> None:
        for word in words.split():
            self._known[word] = self._known.get(word, 0) | flag

    def of(self, word: str) -> int:
        """Everything that is known of a word in small letters; 0 for one that nobody knows."""
        known = self._known.get(word, 0)
        return known if known & (Is.WORD | NAME) else known | (Is.WORD if self._is_formed(word) else 0)

    def _is_formed(self, word: str) -> bool:
        head, _, tail = word.partition("'")
        if tail in SHORTENED:
            return (
                bool(self.of(head) & Is.WORD)
                or len(head) == 1
                or head in ("don", "can", "won", "isn", "didn")
            )
        if "-" in word:
            return all(self.of(part) & Is.WORD for part in word.split("-") if part)
        stems = [word[: -len(ending)] for ending in ENDINGS if word.endswith(ending)]
        stems += [word[:-1]] if word.endswith("ed") else []
        return any(len(stem) >= SHORTEST_STEM and self._known.get(stem, 0) & Is.WORD for stem in stems)


@cache
def words() -> Words:
    return Words()
