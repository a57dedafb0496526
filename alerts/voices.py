"""How many people say that something is down, counted honestly. Pure.

A post counts where neither its author nor its words were heard before in the stretch of time: reposts of one
text are one voice, and one author is one voice, however often they write.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from listening.wording import normal

NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|(?<![\w@])@\w+|^\s*(?:rt|via|mt)\b[\s:]*", re.IGNORECASE)
MOST_LETTERS = 400


@dataclass(frozen=True)
class Voice:
    at: datetime
    author: int | None  # none: the network did not say
    words: str  # as `plain` makes them


def plain(text: str) -> str:
    """A text without what a repost adds or changes: links, handles, case, signs."""
    bare = normal(" ".join(NOT_WORDS.sub(" ", text).split())).text
    return " ".join(re.findall(r"\w+", bare))[:MOST_LETTERS]


def distinct(voices: Iterable[Voice]) -> list[Voice]:
    """Those that count, oldest first."""
    authors: set[int] = set()
    texts: set[str] = set()
    found = []
    for voice in sorted(voices, key=lambda each: each.at):
        if voice.author in authors or voice.words in texts:
            continue
        found.append(voice)
        texts.add(voice.words)
        if voice.author is not None:
            authors.add(voice.author)
    return found


def loudest(voices: Sequence[Voice], within: timedelta) -> list[Voice]:
    """Those that count in the stretch of time in which most do; of equal ones, the latest."""
    ordered = sorted(voices, key=lambda each: each.at)
    best: list[Voice] = []
    for at, last in enumerate(ordered):
        heard = distinct(each for each in ordered[: at + 1] if each.at > last.at - within)
        if len(heard) >= len(best):
            best = heard
    return best
