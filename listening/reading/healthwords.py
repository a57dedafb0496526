"""What words weigh in a hospital: our own list beside VADER's, in a file that people can change.

    [[group]]
    name = "word of waiting"        # what a reader sees beside the word
    weight = -1.6                   # -4 to 4; 0 makes a word a mere name
    any = "on hold | still waiting"  # words and phrases between bars

"#" stands for a number, as in "waited # hours". `negations` turn round what follows. A body that cannot be
used raises `BadLexicon`, which names the line.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from listening.wording import normal

SHIPPED = Path(__file__).parent / "lexicon" / "health.toml"

STRONGEST = 4.0
LONGEST_PHRASE = 6
MOST_WORDS = 20_000
MOST_BYTES = 1_000_000

NUMBER = "#"
NUMBER_WORDS = frozenset(
    {"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
    | {"dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"}
)

AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


class BadLexicon(ValueError):
    """Why a lexicon cannot be used, and at which line of its body."""

    def __init__(self, line: int, says: str) -> None:
        super().__init__(f"Line {line}: {says}")
        self.line = line


@dataclass(frozen=True)
class Word:
    weight: float
    group: str


@dataclass(frozen=True, eq=False)
class HealthLexicon:
    version: str
    words: dict[str, Word]
    negations: frozenset[str]
    phrases: dict[str, tuple[int, ...]]  # by first word: how many words the phrases have, the longest first

    @classmethod
    def parse(cls, body: str) -> "HealthLexicon":
        read = _Body(body)
        words: dict[str, Word] = {}
        for block in read.blocks():
            words |= block
        if len(words) > MOST_WORDS:
            raise BadLexicon(1, f"there are more than {MOST_WORDS} words.")
        words = {_unaccented(phrase): word for phrase, word in words.items()} | words
        negations = frozenset(read.negations())
        return cls(read.version(), words, negations, _starts([*words, *negations]))

    def merged(self, words: list[str]) -> list[tuple[str, str]]:
        """The same words, with each known phrase as one of them: as it stands, and as the lexicon has it."""
        low = [word.lower() for word in words]
        numbered = [_numbered(word) for word in low]
        found: list[tuple[str, str]] = []
        at = 0
        while at < len(words):
            length, listed = self._phrase_at(low, at)
            if length == 1:
                length, listed = self._phrase_at(numbered, at)
            shown = " ".join(words[at : at + length])
            found.append((shown, listed if NUMBER in listed else shown))
            at += length
        return found

    def _phrase_at(self, said: list[str], at: int) -> tuple[int, str]:
        for length in self.phrases.get(said[at], ()):
            phrase = " ".join(said[at : at + length])
            if phrase in self.words or phrase in self.negations:
                return length, phrase
        return 1, ""


class _Body:
    """The body of a lexicon, with the line of each of its parts."""

    def __init__(self, body: str) -> None:
        if len(body) > MOST_BYTES:
            raise BadLexicon(1, f"the list is longer than {MOST_BYTES} characters.")
        self._lines = body.split("\n")
        try:
            self._read = tomllib.loads(body)
        except tomllib.TOMLDecodeError as error:
            raise _unreadable(error, len(self._lines)) from error
        except RecursionError as error:
            raise BadLexicon(1, "lists stand within lists, too many to be read.") from error

    def version(self) -> str:
        version = self._read.get("version", "")
        if not isinstance(version, str):
            raise BadLexicon(self._line("version"), 'the version is a text, such as "3".')
        return version

    def negations(self) -> list[str]:
        return self._listed(self._read.get("negations", ""), self._line("negations"), "negations")

    def blocks(self) -> Iterator[dict[str, Word]]:
        blocks = self._read.get("group", [])
        lines = [at for at, line in enumerate(self._lines, 1) if line.strip().startswith("[[group]]")]
        if not isinstance(blocks, list) or len(blocks) != len(lines):
            raise BadLexicon(self._line("group"), "a group is written as [[group]].")
        for block, line in zip(blocks, lines, strict=True):
            yield self._block(block, line)

    def _block(self, block: dict[str, object], line: int) -> dict[str, Word]:
        name, weight = block.get("name"), block.get("weight")
        if not isinstance(name, str) or not name.strip():
            raise BadLexicon(line, "the group has no name.")
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not abs(weight) <= STRONGEST:
            raise BadLexicon(line, f"the weight of “{name}” is not a number from -4 to 4.")
        listed = self._listed(block.get("any", ""), line, name)
        return {phrase: Word(float(weight), name.strip()) for phrase in listed}

    def _listed(self, listed: object, line: int, name: str) -> list[str]:
        if not isinstance(listed, str):
            raise BadLexicon(line, f"the words of “{name}” are one text, with bars between them.")
        phrases = [" ".join(normal(phrase).text.split()) for phrase in listed.split("|")]
        long = next((phrase for phrase in phrases if phrase.count(" ") >= LONGEST_PHRASE), None)
        if long is not None:
            raise BadLexicon(line, f"“{long[:60]}” has more than {LONGEST_PHRASE} words.")
        return [phrase for phrase in phrases if phrase]

    def _line(self, key: str) -> int:
        starts = (at for at, line in enumerate(self._lines, 1) if line.lstrip(" [").startswith(key))
        return next(starts, 1)


def _unreadable(error: tomllib.TOMLDecodeError, lines: int) -> BadLexicon:
    says = str(error)
    found = AT_LINE.search(says)
    line = int(found[1]) if found else lines
    return BadLexicon(line, f"{AT_LINE.sub('', says).removesuffix(' (at end of document)')}.")


def _numbered(word: str) -> str:
    return NUMBER if word.isdigit() or word in NUMBER_WORDS else word


def _unaccented(phrase: str) -> str:
    """As it is typed on a phone: `pesimo` for `pésimo`. An ñ is a letter of its own."""
    if phrase.isascii():
        return phrase
    return "".join(each if each == "ñ" else unicodedata.normalize("NFD", each)[0] for each in phrase)


def _starts(phrases: list[str]) -> dict[str, tuple[int, ...]]:
    starts: dict[str, set[int]] = {}
    for phrase in phrases:
        first, *others = phrase.split(" ")
        if others:
            starts.setdefault(first, set()).add(1 + len(others))
    return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in starts.items()}


@cache
def shipped() -> HealthLexicon:
    return HealthLexicon.parse(SHIPPED.read_text(encoding="utf-8"))
