"""The tone of a post: VADER on the words that are not names, then the stars, and what moved it.

1. Our own names, @mentions and links are blanked out: a hospital called Good Hope is no praise.
2. At most 8 KB are read. VADER's own walk over a text grows with its square; the one here does not.
3. Stars decide the label where the words are weak, and share it with them where the words are strong.

Never the key of triage: `lanes` reads what must not wait.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vaderSentiment.vaderSentiment import BOOSTER_DICT, SentimentIntensityAnalyzer, SentiText

from listening.matching import Matcher

MAX_BYTES = 8192
MAX_WORDS = 1500
"""As many as 8 KB of prose hold; emoji, described in words, would be five times as many."""

THRESHOLD = 0.05
WEAK = 0.3
"""Words below this, either way, leave the label to the stars."""

STARS = {1: -0.8, 2: -0.5, 3: 0.0, 4: 0.5, 5: 0.8}
MAX_REASONS = 5

NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|(?<!\w)@\w+")
BLANK = "it"
"""Stands where a name stood: a word that VADER gives no weight, so that its neighbours keep theirs."""


@dataclass(frozen=True)
class Tone:
    label: str
    score: float
    reasons: tuple[str, ...] = ()


class Names:
    """Names that are blanked out before tone is read."""

    def __init__(self, names: Iterable[str]) -> None:
        quoted = ['"' + name.replace('"', " ") + '"' for name in names if any(map(str.isalnum, name))]
        self._matcher = Matcher(enumerate(quoted))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the names stand, in order."""
        return sorted(span for hit in self._matcher.find(text) for span in hit.spans)

    def blanked(self, text: str) -> str:
        spans = self.spans(text)
        pieces, at = [], 0
        for start, end in spans:
            if end <= at:
                continue
            pieces += [text[at : max(start, at)], BLANK]
            at = end
        return NOT_WORDS.sub(BLANK, "".join([*pieces, text[at:]]))


NO_NAMES = Names([])


class _Analyzer(SentimentIntensityAnalyzer):  # type: ignore[misc]
    """VADER, keeping what each word weighed, and looking only at the neighbours that can change it."""

    def weigh(self, text: str) -> tuple[float, list[tuple[str, float]]]:
        described = SentiText(self._described(text))
        words: list[str] = described.words_and_emoticons[:MAX_WORDS]
        weights = [self._weight(words, at, described.is_cap_diff) for at in range(len(words))]
        weights = self._after_but(words, weights)
        score = float(self.score_valence(weights, described.text)["compound"])
        return score, [pair for pair in zip(words, weights, strict=True) if pair[1]]

    def _described(self, text: str) -> str:
        pieces = [f" {self.emojis[each]} " if each in self.emojis else each for each in text]
        return "".join(pieces).strip()

    def _weight(self, words: Sequence[str], at: int, is_cap_diff: bool) -> float:
        word = words[at].lower()
        is_kind_of = word == "kind" and at + 1 < len(words) and words[at + 1].lower() == "of"
        if word not in self.lexicon or word in BOOSTER_DICT or is_kind_of:
            return 0.0
        window = _Window(words[max(0, at - 3) : at + 3], is_cap_diff)
        return float(self.sentiment_valence(0, window, words[at], min(at, 3), [])[0])

    @staticmethod
    def _after_but(words: Sequence[str], weights: list[float]) -> list[float]:
        """What follows the first "but" counts more, what stands before it less."""
        turn = next((at for at, word in enumerate(words) if word.lower() == "but"), None)
        if turn is None:
            return weights
        return [weight * (0.5 if at < turn else 1.5) for at, weight in enumerate(weights)]


@dataclass(frozen=True)
class _Window:
    words_and_emoticons: Sequence[str]
    is_cap_diff: bool


@cache
def _analyzer() -> _Analyzer:
    made = _Analyzer()
    with (Path(__file__).parent / "lexicon" / "health.toml").open("rb") as file:
        for word in tomllib.load(file)["neutral"]:
            made.lexicon.pop(word, None)
    return made


def read(text: object, *, rating: object = None, names: Names = NO_NAMES) -> Tone:
    """The tone of a post. Whatever is not text or not 1 to 5 stars counts as absent."""
    words = text if isinstance(text, str) else ""
    stars = STARS.get(rating) if isinstance(rating, int) and not isinstance(rating, bool) else None
    cut = words[:MAX_BYTES].encode(errors="replace")[:MAX_BYTES].decode(errors="ignore")
    score, weights = _analyzer().weigh(names.blanked(cut)) if cut.strip() else (0.0, [])
    reasons = _reasons(weights)
    if stars is not None:
        score = _with_stars(score, stars)
        reasons = (f"{rating} of 5 stars", *reasons)
    return Tone(label_of(score), round(score, 4), reasons)


def _with_stars(score: float, stars: float) -> float:
    return stars if abs(score) < WEAK else (score + stars) / 2


def label_of(score: float) -> str:
    if score >= THRESHOLD:
        return "positive"
    return "negative" if score <= -THRESHOLD else "neutral"


def _reasons(weights: list[tuple[str, float]]) -> tuple[str, ...]:
    strongest = sorted(dict(weights).items(), key=lambda pair: -abs(pair[1]))[:MAX_REASONS]
    return tuple(f"'{word[:40]}' {weight:+.1f}" for word, weight in strongest)
