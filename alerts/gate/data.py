"""What the gate knows: classes of words, rules over them, public lines. Read once, from the files beside."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from listening.reading.identifiers.words import NAME, Is, words

HERE = Path(__file__).parent
SHORTEST_REPAIRED = 5
MOST_KEPT = 20_000
LONG_RUN, LONGEST_ENDING = 8, 4
Phrase = tuple[str, ...]


class GateDown(Exception):
    """The check cannot be made, so nothing may be published. Reading and writing go on."""


@dataclass(frozen=True)
class Lists:
    """Words that are told apart by nothing but being on a list."""

    spanish: frozenset[str]
    modern: frozenset[str]
    towns: frozenset[str]
    not_greeted: frozenset[str]
    not_places: frozenset[str]
    roles: frozenset[str]
    counted: frozenset[str]


@dataclass
class Data:
    classes: dict[str, list[str]]
    short: dict[str, Phrase]
    rules: list[dict[str, Any]]
    lines: tuple[str, ...]
    lists: Lists
    numbers: dict[str, str]  # "seis": "6"
    of_word: dict[str, set[str]] = field(default_factory=dict)
    of_stem: dict[str, set[str]] = field(default_factory=dict)
    phrases: dict[tuple[str, str], list[tuple[Phrase, str]]] = field(default_factory=dict)
    slips: dict[str, str] = field(default_factory=dict)
    known: dict[str, set[str]] = field(default_factory=dict)  # classes of words that were asked for
    literals: set[str] = field(default_factory=set)  # words that stand in patterns as they are

    def __post_init__(self) -> None:
        for name in self.classes:
            for said in self._all(name):
                self._file(name, said)
        said_so = {piece for rule in self.rules for piece in re.split(r"[\s|/]+", rule["patterns"])}
        self.literals = {piece.rstrip("?") for piece in said_so if piece.islower()}
        for word in [
            *self.literals,
            *self.of_word,
            *(word for each in self.phrases.values() for said, _ in each for word in said),
        ]:
            if len(word) >= SHORTEST_REPAIRED and word.isalpha():
                for slip in _slips(word):
                    self.slips.setdefault(slip, word)

    def _all(self, name: str, depth: int = 0) -> Iterator[str]:
        if depth > 5:
            raise ValueError(f"the class {name} holds itself")
        for said in self.classes[name]:
            if said.startswith("@"):
                yield from self._all(said[1:], depth + 1)
            else:
                yield said

    def _file(self, name: str, said: str) -> None:
        if said.endswith("*"):
            self.of_stem.setdefault(said[:-1], set()).add(name)
        elif " " in said:
            phrase = tuple(said.split())
            self.phrases.setdefault((phrase[0], phrase[1]), []).append((phrase, name))
        else:
            self.of_word.setdefault(said, set()).add(name)

    def classes_of(self, word: str) -> set[str]:
        kept = self.known.get(word)
        if kept is None:
            kept = self._classes_of(word)
            if len(self.known) < MOST_KEPT:
                self.known[word] = kept
        return kept

    def _classes_of(self, word: str) -> set[str]:
        found = set(self.of_word.get(word, ()))
        for length in range(3, len(word) + 1):
            found |= self.of_stem.get(word[:length], set())
        return found

    def is_word(self, word: str) -> bool:
        return (
            word in self.lists.spanish
            or word in self.lists.modern
            or word in self.of_word
            or word in self.literals
            or bool(words().of(word) & Is.WORD)
            or bool(self.classes_of(word))
        )

    def is_spanish(self, word: str) -> bool:
        return word in self.lists.spanish

    def repaired(self, word: str, *, is_strict: bool = False) -> str:
        """The word that was meant, where a letter was lost, doubled, swapped or (unless strict) put wrong."""
        if len(word) < SHORTEST_REPAIRED or self.is_word(word) or words().of(word):
            return word
        for slip in (word,) if is_strict else (word, *_slips(word)):
            meant = self.slips.get(slip)
            if meant and abs(len(meant) - len(word)) < 2 and meant[0] == word[0]:
                return meant
        return word

    def cut(self, letters: str, longest: int) -> list[int]:
        """The lengths of the words that letters without a space are made of; nothing where they are none.

        What the rules speak of costs less ("in the", and not "int he"), what is no word costs most: in a long
        run a name may stand, and the rest is still read.
        """
        best: dict[int, tuple[int, list[int]]] = {0: (0, [])}
        for end in range(1, min(len(letters), 400) + 1):
            for start in range(max(0, end - longest), end):
                cost = self._cost(letters[start:end], is_long=len(letters) >= LONG_RUN)
                if start in best and cost:
                    total = best[start][0] + cost
                    if end not in best or total < best[end][0]:
                        best[end] = (total, [*best[start][1], end - start])
        return best.get(len(letters), (0, []))[1]

    def _cost(self, piece: str, *, is_long: bool) -> int:
        """What it costs to take letters for one word; 0 where they cannot be."""
        if len(piece) > 1 or piece in "aioyu":
            if piece in self.literals or piece in self.of_word:
                return 4
            stems = (piece[:length] for length in range(max(3, len(piece) - LONGEST_ENDING), len(piece) + 1))
            forms = (piece, piece[:-1]) if piece.endswith("s") and len(piece) > 4 else (piece,)
            if any(map(self._is_listed, forms)) or any(stem in self.of_stem for stem in stems):
                return 5
            if len(piece) > 4 and words().of(piece) & NAME:
                return 6
        return (20 + 3 * len(piece)) * is_long

    def _is_listed(self, word: str) -> bool:
        is_ours = word in self.of_word or word in self.lists.spanish or word in self.lists.modern
        return is_ours or bool(words().of(word) & Is.WORD)


def _slips(word: str) -> Iterator[str]:
    """The word with one letter left out, wherever: two words that share one of these are a slip apart."""
    yield word
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]


@cache
def shipped() -> Data:
    try:
        said = tomllib.loads((HERE / "classes.toml").read_text(encoding="utf-8"))
        rules = tomllib.loads((HERE / "rules.toml").read_text(encoding="utf-8"))
        classes = {name: _parts(body) for name, body in said["classes"].items()}
        short = {word: tuple(meant.split()) for word, meant in said["short"].items()}
        lines = tuple(re.sub(r"\D", "", line) for line in said["public_lines"])
        lists = {name: frozenset(said[name].split()) for name in Lists.__dataclass_fields__}
        return Data(classes, short, rules["rule"], lines, Lists(**lists), _numbers(said["numbers"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GateDown(f"The rules for replies cannot be read: {error}") from error


def _numbers(lines: str) -> dict[str, str]:
    rows = [line.split() for line in lines.strip().splitlines()]
    return {word: str(at) for row in rows for at, word in enumerate(row)}


def _parts(body: str) -> list[str]:
    return [" ".join(part.split()) for part in body.split("|") if part.strip()]
