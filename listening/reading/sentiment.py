"""The tone of a post: one label, one score from -1 to 1, and what moved them.

1. Names, @mentions and links are blanked out (`masking`): a hospital called Good Hope is no praise.
2. VADER weighs the words, with a health lexicon of our own (`vader`, `healthwords`).
3. Linear models read the words, and the question that they answer, if any (`tone`). Each label gets a share.
4. Stars count as what is known beforehand: 5 make praise likely, and only plain words say otherwise.
5. The label is the one with the largest share; the score lies between the shares and VADER's sum.

At most 8 KB are read, in linear time. Never the key of triage: `lanes` reads what must not wait.
"""

from dataclasses import dataclass

import numpy as np

from listening.reading import tone, vader
from listening.reading.healthwords import HealthLexicon, shipped
from listening.reading.masking import NO_NAMES, Names
from listening.reading.tone import LABELS, Learned
from listening.reading.vader import Sum, Weighed

__all__ = ["NO_NAMES", "Names", "Tone", "label_of", "read"]

MAX_BYTES = 8192

THRESHOLD = 0.05
"""The score from which a post is positive, and minus that from which it is negative."""
NEUTRAL = 0.04
"""The farthest that the score of a neutral post lies from 0."""

STARS = {1: -0.8, 2: -0.5, 3: 0.0, 4: 0.5, 5: 0.8}
BEFOREHAND = {
    1: (0.93, 0.05, 0.02),
    2: (0.8, 0.15, 0.05),
    3: (0.35, 0.4, 0.25),
    4: (0.08, 0.15, 0.77),
    5: (0.02, 0.05, 0.93),
}
"""How likely each label is with so many stars, whatever the words."""
BESIDE_A_QUESTION = 0.25
"""How much of that holds where the words answer a question: the happiest have something to improve."""

MAX_REASONS = 5
MAX_TAUGHT = 3


@dataclass(frozen=True)
class Tone:
    label: str
    score: float
    reasons: tuple[str, ...] = ()


NO_TONE = Tone("neutral", 0.0)


def read(
    text: object,
    *,
    rating: object = None,
    prompt: str = "",
    names: Names = NO_NAMES,
    lexicon: HealthLexicon | None = None,
) -> Tone:
    """The tone of a post. Whatever is not text or not 1 to 5 stars counts as absent."""
    words = text if isinstance(text, str) else ""
    stars = rating if isinstance(rating, int) and not isinstance(rating, bool) and rating in STARS else None
    cut = words[:MAX_BYTES].encode(errors="replace")[:MAX_BYTES].decode(errors="ignore")
    if not any(map(str.isprintable, cut.split())):
        return _by_stars(stars)
    masked = names.blanked(cut)
    weighed = vader.weigher(lexicon or shipped()).weigh(masked)
    return _joined(weighed, tone.read(masked, prompt, weighed), stars)


def _by_stars(stars: int | None) -> Tone:
    if stars is None:
        return Tone("neutral", 0.0)
    return Tone(label_of(STARS[stars]), STARS[stars], (f"{stars} of 5 stars",))


def _joined(weighed: Sum, learned: Learned, stars: int | None) -> Tone:
    shares = learned.shares.astype(float)
    between = (float(shares[2] - shares[0]) + weighed.compound) / 2
    reasons = [_said(each) for each in _strongest(weighed)]
    if stars is not None:
        shares = shares * np.array(BEFOREHAND[stars]) ** (BESIDE_A_QUESTION if learned.is_answer else 1.0)
        between = (between + STARS[stars]) / 2
        reasons.insert(0, f"{stars} of 5 stars")
    label = LABELS[int(np.argmax(shares))]
    if not reasons and learned.is_vague:
        label = "neutral"
    score = _agreeing(between, label) if reasons or label != "neutral" else 0.0
    return Tone(label, round(score, 4), (*reasons, *_taught(learned, label)))


def _agreeing(score: float, label: str) -> float:
    """The score, moved to where its label stands."""
    if label == "neutral":
        return max(-NEUTRAL, min(NEUTRAL, score))
    return max(THRESHOLD, score) if label == "positive" else min(-THRESHOLD, score)


def label_of(score: float) -> str:
    if score >= THRESHOLD:
        return "positive"
    return "negative" if score <= -THRESHOLD else "neutral"


def _strongest(weighed: Sum) -> list[Weighed]:
    by_word = {each.word: each for each in weighed.words}
    return sorted(by_word.values(), key=lambda each: -abs(each.weight))[:MAX_REASONS]


def _said(each: Weighed) -> str:
    return f"'{each.word[:40]}' {each.weight:+.1f}" + (f" ({each.group})" if each.group else "")


def _taught(learned: Learned, label: str) -> list[str]:
    """What the learned reader saw, where it speaks for the label: "reads negative: 'waited' -0.8"."""
    found = learned.why(label, MAX_TAUGHT)
    if label == "neutral" or not found:
        return []
    sign = 1 if label == "positive" else -1
    return [f"reads {label}: " + ", ".join(f"'{word[:40]}' {sign * weight:+.1f}" for word, weight in found)]
