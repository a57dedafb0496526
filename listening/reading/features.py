"""What a learned reader sees of a post: its words, word pairs, the letters of each word, and the question.

At most 8 KB and 1,500 words are looked at. Nothing here knows a label: `learned` weighs what is seen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

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


TURNING = frozenset(["not", "no", "never", "nothing", "nobody", "without"]) | frozenset(
    ["didn't", "wasn't", "weren't", "isn't", "don't", "won't", "can't", "couldn't"]
)
TURNED = -0.7
"""What is left of a word's weight behind one of these."""


@dataclass(frozen=True)
class Features:
    words: tuple[str, ...]
    asked: str = ""  # what the question is after
    marks: tuple[str, ...] = ()  # what else is known of the post, for a model that was fitted with it

    def phrases(self, longest: int) -> Iterator[str]:
        """Each word, and each run of up to `longest` words."""
        yield from self.words
        for count in range(2, longest + 1):
            for at in range(len(self.words) - count + 1):
                yield " ".join(self.words[at : at + count])

    def crossed(self) -> Iterator[str]:
        """Each word with what the question is after: "nothing" to "what was good?" is no praise."""
        if self.asked:
            yield from (f"{word}|{self.asked}" for word in self.words)

    @property
    def tags(self) -> tuple[str, ...]:
        """Facts about the whole post: how long it is, what the question is after, and its marks."""
        length = f"=length:{min(8, len(self.words).bit_length())}"
        asks = (f"=asks:{self.asked}",) if self.asked else ()
        return (length, *asks, *(f"={mark}" for mark in self.marks))

    @cached_property
    def mood(self) -> tuple[str, ...]:
        """How much sour and sweet is said, in steps: VADER's weights of the words, turned by a "not"."""
        sour = sweet = 0.0
        for at, word in enumerate(self.words):
            weight = valences().get(word, 0.0)
            if weight and not TURNING.isdisjoint(self.words[max(0, at - 3) : at]):
                weight *= TURNED
            sour, sweet = (sour - weight, sweet) if weight < 0 else (sour, sweet + weight)
        net = (sweet - sour) / (15 + (sweet - sour) ** 2) ** 0.5
        return f"=sour:{_step(sour)}", f"=sweet:{_step(sweet)}", f"=net:{int((net + 1) * 4)}"


def _step(amount: float) -> int:
    return min(6, int(amount * 2 + 0.99).bit_length())


@cache
def valences() -> dict[str, float]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return dict(SentimentIntensityAnalyzer().lexicon)


def of(text: str, prompt: str = "") -> Features:
    """What is seen of a text. Kept for a moment: several readers ask for the same one."""
    return _of(cut(text), asks(prompt))


@lru_cache(maxsize=4)
def _of(text: str, asked: str) -> Features:
    return Features(words(text), asked)


def words(text: str) -> tuple[str, ...]:
    # Spaces first: `normal` is many times as fast where no two stand in a row.
    plain = normal(" ".join(NOT_WORDS.sub(" ", text).split())).text[: 2 * MAX_BYTES]
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
    if not prompt:
        return ""
    plain = normal(prompt[:MAX_PROMPT]).text
    if "dissatisfied" in plain and " satisfied" in plain:
        return "why"
    return next((kind for kind, marks in ASKS.items() if any(mark in plain for mark in marks)), "")


def cut(text: str) -> str:
    return text[:MAX_BYTES].encode(errors="replace")[:MAX_BYTES].decode(errors="ignore")
