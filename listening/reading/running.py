"""What a post says of how the hospital is running: that it speaks of a wait, or says that the portal is down.

Kinds are named as the services of a hospital are. The words stand in `lexicon/running.toml`.

1. The words of each kind speak; a look-alike ("portal vein", "parking the bus") is not heard.
2. Where no kind has words, the lane and the topics speak, unless the post is about something else that waits.
3. What is long past, or works again, is about no trouble of now.
"""

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from listening.reading.concepts import Found, Lexicon, Pattern
from listening.reading.safety import LEXICON

FILE = "running"
LONGEST = 4_000
"""Characters of a post that are looked at: what does not work now is said near its beginning."""
MOST_WORDS = 80


@dataclass(frozen=True)
class Said:
    """A kind that a post speaks of. `is_out`: it says that it does not work, here and now."""

    kind: str
    words: str  # why
    is_out: bool = False


@dataclass(frozen=True)
class Kind:
    name: str
    about: Sequence[Pattern]
    out: Sequence[Pattern]
    fine: Sequence[Pattern]
    lanes: frozenset[str]
    topics: frozenset[str]


@dataclass(frozen=True)
class Listed:
    lexicon: Lexicon
    kinds: tuple[Kind, ...]

    @classmethod
    def made(cls) -> "Listed":
        read = tomllib.loads((LEXICON / f"{FILE}.toml").read_text(encoding="utf-8"))
        spelling = tomllib.loads((LEXICON / "spelling.toml").read_text(encoding="utf-8"))
        lexicon = Lexicon(read["concepts"], {}, spelling)
        return cls(lexicon, tuple(_kind(name, each, lexicon) for name, each in read["kinds"].items()))


def _kind(name: str, said: dict[str, str], lexicon: Lexicon) -> Kind:
    about, out, fine = (lexicon.patterns(said.get(key, "")) for key in ("about", "out", "fine"))
    return Kind(name, about, out, fine, frozenset(said["lanes"]), frozenset(said["topics"]))


@cache
def listed() -> Listed:
    return Listed.made()


def read(text: str, *, lane: str = "", topics: Collection[str] = ()) -> tuple[Said, ...]:
    """Each kind that a post speaks of, once."""
    found = listed().lexicon.find(text[:LONGEST])
    if found.of("past"):
        return ()
    is_over = bool(found.of("over"))
    said = [each for kind in listed().kinds if (each := _by_words(kind, found, is_over=is_over))]
    if said or found.of("elsewhere") or is_over:
        return tuple(said)
    return tuple(each for kind in listed().kinds if (each := _by_reading(kind, lane, topics)))


def _by_words(kind: Kind, found: Found, *, is_over: bool) -> Said | None:
    out = "" if is_over or _first(kind.fine, found) else _first(kind.out, found)
    words = out or _first(kind.about, found)
    return Said(kind.name, words[:MOST_WORDS], is_out=bool(out)) if words else None


def _first(patterns: Sequence[Pattern], found: Found) -> str:
    """The words of the first pattern that fits; nothing where none does."""
    for pattern in patterns:
        if pattern.concepts <= found.places.keys():
            for span in found.matches(pattern):
                return found.line.said(*span)
    return ""


def _by_reading(kind: Kind, lane: str, topics: Collection[str]) -> Said | None:
    if lane in kind.lanes:
        return Said(kind.name, f"lane: {lane.replace('_', ' ')}")
    shared = sorted(kind.topics.intersection(topics))
    return Said(kind.name, f"topic: {shared[0]}") if shared else None
