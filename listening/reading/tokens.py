"""A post as a line of plain words: accents folded, phone spellings and slips of the thumb undone.

`cant`, `can't` and `CAN'T` are one word, `k1ll` is `kill`, `helppp` is `help`, `#cantbreathe` is two words and
`breahting` is `breathing`. A word is only changed into one that is listened for (`known`); all others stay.
Only the beginning and the end of a very long post are looked at.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from listening.wording import normal

HEAD, TAIL = 16_000, 4_000
"""Characters that are looked at from either end of a post."""
MAX_WORDS = 4_000
MAX_LETTERS = 30

NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|(?<![\w@])@\w+")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
PIECE = re.compile(
    r"(?P<tag>#)?(?P<word>[^\W_]+(?:['*$@!][^\W_]+)*)"
    r"|(?P<stop>[.!?\u2026;:\u00bf\u00a1\n]+)|(?P<comma>[,()\"\u2022|/-]+)"
    r"|(?P<sign>[\u2600-\u27bf\U0001f300-\U0001faff])"
)
REPEATED = re.compile(r"(.)\1{2,}")
MASKED = re.compile(r"[*$@!]")
LEET = str.maketrans("013457$@!", "oieastsai")
TURNS = frozenset({"but", "though", "although", "however", "pero", "aunque"})
"""Words that begin a new clause, as a comma does."""


@dataclass(frozen=True)
class Spelling:
    known: frozenset[str]
    short: dict[str, tuple[str, ...]]  # phone spellings, each with the words it stands for
    slips: dict[str, str]  # a word with a letter lost, doubled or swapped, and the word that was meant

    @classmethod
    def of(cls, known: Iterable[str], short: dict[str, str], guarded: Iterable[str]) -> "Spelling":
        words = frozenset(known)
        spelled = {each: tuple(meant.split()) for each, meant in short.items()}
        return cls(words | {word for meant in spelled.values() for word in meant}, spelled, _slips(guarded))

    def words(self, raw: str, *, is_tag: bool = False) -> tuple[str, ...]:
        """The words that one written piece stands for."""
        spelled = self.spelled_out(raw)
        if len(spelled) > 1 or spelled[0] in self.known or (raw.isalpha() and len(raw) < 4):
            return spelled
        return self._repaired(spelled[0][:MAX_LETTERS], is_tag)

    def spelled_out(self, raw: str) -> tuple[str, ...]:
        """Without apostrophes: "can't" and "cant" are "can not", "dad's" is "dad is"."""
        found = self.short.get(raw)
        if found or "'" not in raw:
            return found or (raw,)
        plain = raw.replace("'", "")
        found = self.short.get(plain)
        if found:
            return found
        return (raw[:-2].replace("'", ""), "is") if raw.endswith("'s") and len(raw) > 2 else (plain,)

    def _repaired(self, word: str, is_tag: bool) -> tuple[str, ...]:
        for guess in self._guesses(word):
            if guess in self.short:
                return self.short[guess]
            if guess in self.known:
                return (guess,)
        if MASKED.search(word):
            return tuple(MASKED.sub(" ", word).split())
        return (is_tag and len(word) > 6 and self._cut(word)) or (word,)

    def _guesses(self, word: str) -> Iterable[str]:
        if not word.isalpha():
            yield word.translate(LEET)
            yield from (word.replace("*", vowel) for vowel in "aeiou" if "*" in word)
        repeated = REPEATED.search(word)
        if repeated:
            yield REPEATED.sub(r"\1", word)
            yield REPEATED.sub(r"\1\1", word)
        if len(word) > 5 and word in self.slips:
            yield self.slips[word]

    def _cut(self, word: str) -> tuple[str, ...]:
        """A hashtag as the known words it is made of, or nothing."""
        ways: dict[int, tuple[str, ...]] = {0: ()}
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - 14), end):
                if start in ways and end not in ways and word[start:end] in self.known:
                    ways[end] = (*ways[start], word[start:end])
        return ways.get(len(word), ())


def _slips(words: Iterable[str]) -> dict[str, str]:
    """Each word with one letter missing, doubled, or two swapped. Never one letter for another: that is how
    one real word becomes another."""
    found: dict[str, str] = {}
    for word in words:
        for at in range(1, len(word)):
            found.setdefault(word[:at] + word[at + 1 :], word)
            found.setdefault(word[:at] + word[at] + word[at:], word)
            found.setdefault(word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :], word)
    return found


@dataclass(frozen=True)
class Line:
    """The words of a post, and for each the clause and the sentence it stands in."""

    words: list[str]
    raw: list[str]
    clauses: list[int]
    sentences: list[int]

    def said(self, start: int, end: int) -> str:
        """The words as they were written."""
        return " ".join(dict.fromkeys(self.raw[start:end]))


def line(text: str, spelling: Spelling) -> Line:
    made = Line([], [], [], [])
    sentence = clause = 0
    for piece in PIECE.finditer(_plain(text)):
        kind = piece.lastgroup
        if kind == "stop":
            sentence += 1
            clause += 1
        elif kind == "comma":
            clause += 1
        else:
            raw = piece["word"] or piece["sign"]
            clause += raw in TURNS
            for word in (raw,) if kind == "sign" else spelling.words(raw, is_tag=bool(piece["tag"])):
                made.words.append(word)
                made.raw.append(raw)
                made.clauses.append(clause)
                made.sentences.append(sentence)
            if len(made.words) >= MAX_WORDS:
                break
    return made


def _plain(text: str) -> str:
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    text = NOT_WORDS.sub(" ", text)
    if "#" in text:
        text = " ".join(CAMEL.sub(" ", word) if word.startswith("#") else word for word in text.split(" "))
    # A line's end closes a sentence; `normal` would make a space of it.
    # Spaces in a row would send `normal` the slow way.
    plain = normal(" ".join(text.replace("\n", " . ").split())).text
    return plain if plain.isascii() else unaccented(plain)


def unaccented(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    return "".join(each for each in apart if not "\u0300" <= each <= "\u036f")
