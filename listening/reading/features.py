"""What a learned reader sees of a post: its words, word pairs, the letters of each word, and the question.

At most 8 KB and 1,500 words are looked at. Nothing here knows a label: `learned` weighs what is seen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from listening.wording import normal

MAX_BYTES = 8192
MAX_WORDS = 1500
MAX_LETTERS = 24
"""Of one word: what is longer is no word."""
MAX_PROMPT = 200

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[!?]|[\U0001f300-\U0001faff\u2600-\u27bf]")
NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|(?<!\w)@\w+")

ASKS = {
    "improve": ("improve", "better", "differently", "change", "dissatisfied", "dislike", "mejorar"),
    "good": ("good", "well", "satisfied", "liked", "like about", "best", "gustó"),
    "why": ("why", "reason", "tell us", "por qué"),
}
"""What a question is after, known by a word in it; the first that fits counts."""


@dataclass(frozen=True)
class Features:
    words: tuple[str, ...]
    prompt: str = ""

    def phrases(self, longest: int) -> Iterator[str]:
        """Each word, and each run of up to `longest` words."""
        yield from self.words
        for count in range(2, longest + 1):
            for at in range(len(self.words) - count + 1):
                yield " ".join(self.words[at : at + count])

    @property
    def tags(self) -> tuple[str, ...]:
        """Facts about the whole post: the question, and how long the answer is."""
        length = f"=length:{min(8, len(self.words).bit_length())}"
        if not self.prompt:
            return (length,)
        return (length, f"=asks:{asks(self.prompt)}", f"=prompt:{self.prompt}")


def of(text: str, prompt: str = "") -> Features:
    """What is seen of a text. Kept for a moment: several readers ask for the same one."""
    return _of(_cut(text), prompt[:MAX_PROMPT])


@lru_cache(maxsize=4)
def _of(text: str, prompt: str) -> Features:
    return Features(words(text), " ".join(normal(prompt).text.split())[:MAX_PROMPT])


def words(text: str) -> tuple[str, ...]:
    plain = normal(NOT_WORDS.sub(" ", text)).text[: 2 * MAX_BYTES]
    return tuple(WORD.findall(plain)[:MAX_WORDS])


def letters(word: str, shortest: int, longest: int) -> list[str]:
    """Runs of letters within one word; a space marks its edges, a tilde tells a run from a word."""
    padded = f" {word[:MAX_LETTERS]} "
    runs = []
    for count in range(shortest, longest + 1):
        runs += [f"~{padded[at : at + count]}" for at in range(max(1, len(padded) - count + 1))]
        if count >= len(padded):
            break
    return runs


def asks(prompt: str) -> str:
    plain = normal(prompt[:MAX_PROMPT]).text
    if "dissatisfied" in plain and " satisfied" in plain:
        return "why"
    return next((kind for kind, marks in ASKS.items() if any(mark in plain for mark in marks)), "")


def _cut(text: str) -> str:
    return text[:MAX_BYTES].encode(errors="replace")[:MAX_BYTES].decode(errors="ignore")
