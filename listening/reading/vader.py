"""VADER with a health lexicon: what each word of a text weighs, and what they come to together.

The package's own walk over a text grows with the square of its length; the one here does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from vaderSentiment.vaderSentiment import BOOSTER_DICT, SentimentIntensityAnalyzer, SentiText

from listening.reading.healthwords import HealthLexicon

MAX_WORDS = 1500
"""As many as 8 KB of prose hold; emoji, described in words, would be five times as many."""

SLANG = ("143", "1432", "182", "187", "86")
"""A room, a bus, an age; to VADER they are slang for love and murder."""


@dataclass(frozen=True)
class Weighed:
    """A word as it stands in the text, its weight there, and the group of the lexicon that gave it."""

    word: str
    weight: float
    group: str = ""


@dataclass(frozen=True)
class Sum:
    compound: float  # -1 to 1
    words: tuple[Weighed, ...] = ()  # those that weigh something

    @property
    def praise(self) -> float:
        return sum(each.weight for each in self.words if each.weight > 0)

    @property
    def blame(self) -> float:
        return -sum(each.weight for each in self.words if each.weight < 0)


class Weigher(SentimentIntensityAnalyzer):  # type: ignore[misc]
    """VADER, keeping what each word weighed, and looking only at the neighbours that can change it."""

    def __init__(self, health: HealthLexicon) -> None:
        plain = _plain()
        self.emojis = plain.emojis
        self.lexicon = {word: weight for word, weight in plain.lexicon.items() if word not in SLANG}
        self.lexicon.update((phrase, word.weight) for phrase, word in health.words.items())
        self.health = health

    def weigh(self, text: str) -> Sum:
        described = SentiText(self._described(text))
        merged = self.health.merged(described.words_and_emoticons[:MAX_WORDS])
        words = [key for _, key in merged]
        turned = ["not" if word.lower() in self.health.negations else word for word in words]
        weights = [self._weight(words, turned, at, described.is_cap_diff) for at in range(len(words))]
        weights = self._after_but(words, weights)
        compound = float(self.score_valence(weights, described.text)["compound"])
        return Sum(compound, tuple(self._named(merged, weights)))

    def _named(self, words: Sequence[tuple[str, str]], weights: Sequence[float]) -> list[Weighed]:
        known = self.health.words
        return [
            Weighed(word, weight, known[key.lower()].group if key.lower() in known else "")
            for (word, key), weight in zip(words, weights, strict=True)
            if weight
        ]

    def _described(self, text: str) -> str:
        if text.isascii():
            return text.strip()
        pieces = [f" {self.emojis[each]} " if each in self.emojis else each for each in text]
        return "".join(pieces).replace("’", "'").strip()

    def _weight(self, words: Sequence[str], turned: Sequence[str], at: int, is_cap_diff: bool) -> float:
        word = words[at].lower()
        is_kind_of = word == "kind" and at + 1 < len(words) and words[at + 1].lower() == "of"
        if not self.lexicon.get(word) or word in BOOSTER_DICT or is_kind_of:
            return 0.0
        window = _Window([*turned[max(0, at - 3) : at], words[at], *turned[at + 1 : at + 3]], is_cap_diff)
        return float(self.sentiment_valence(0, window, words[at], min(at, 3), [])[0])

    @staticmethod
    def _after_but(words: Sequence[str], weights: list[float]) -> list[float]:
        """What follows the first "but" counts more, what stands before it less."""
        turn = next((at for at, word in enumerate(words) if word.lower() in ("but", "pero")), None)
        if turn is None:
            return weights
        return [weight * (0.5 if at < turn else 1.5) for at, weight in enumerate(weights)]


@dataclass(frozen=True)
class _Window:
    words_and_emoticons: Sequence[str]
    is_cap_diff: bool


@cache
def _plain() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


@lru_cache(maxsize=4)
def weigher(health: HealthLexicon) -> Weigher:
    """Made once for each lexicon: an admin's preview holds two at a time."""
    return Weigher(health)
