"""The learned half of tone: what the words of labelled posts have taught, and how it is joined with VADER.

1. `tone` reads any post. `tone_answers` reads answers to a question: "Nothing." to "What could we do better?"
   is praise, and to "What was good?" it is not.
2. `tone_blend` and `tone_blend_answers` weigh that beside VADER's sum, and give each label its share.

All four are linear, and lie in `models/` as text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import tanh

import numpy as np

from listening.reading import features, learned
from listening.reading.features import Features
from listening.reading.learned import Decision, Floats, Model
from listening.reading.vader import Sum

LABELS = ("negative", "neutral", "positive")

GENERAL, ANSWERS = "tone", "tone_answers"
BLEND, BLEND_ANSWERS = "tone_blend", "tone_blend_answers"

SHORT_ANSWER = 4
"""Words of an answer that is looked at whole."""

NOTHING = frozenset({"no", "nothing", "none", "nope", "nada", "ninguna", "ninguno"})
AROUND_NOTHING = NOTHING | {
    "not",
    "a",
    "thing",
    "at",
    "all",
    "really",
    "absolutely",
    "en",
    "absoluto",
    "más",
    "!",
}
OF_NOTHING = {"improve": (0.02, 0.08, 0.9), "good": (0.9, 0.08, 0.02)}
"""The share of each label where the answer is just "nothing", by what was asked."""

FEW_WORDS, CLEAR = 4, 0.7

BESIDE = ("compound", "compound above 0", "praise", "blame", "has praise", "has blame", "?", "!")
"""What a blend looks at beside the scores of the models."""


@dataclass(frozen=True)
class Answer(Features):
    """An answer: each of its words is seen beside the question too."""

    asks: str = ""

    def phrases(self, longest: int) -> Iterator[str]:
        yield from super().phrases(longest)
        yield from (f"{word} ={self.asks}" for word in self.words)

    @property
    def tags(self) -> tuple[str, ...]:
        tags = (f"=length:{min(8, len(self.words).bit_length())}", f"=asks:{self.asks}")
        if len(self.words) > SHORT_ANSWER:
            return tags
        return (*tags, f"=answer:{self.asks}:{' '.join(word for word in self.words if word.isalnum())}")


@dataclass(frozen=True)
class Learned:
    """The share of each label, and the model that had most to say about it."""

    shares: Floats
    decision: Decision

    @property
    def is_answer(self) -> bool:
        return self.decision.model.head.name == ANSWERS

    @property
    def is_vague(self) -> bool:
        """A few words, asked by nobody, from which no label stands out."""
        return (
            not self.is_answer
            and len(self.decision.seen.words) <= FEW_WORDS
            and float(self.shares.max()) < CLEAR
        )

    def why(self, label: str, most: int = 3) -> list[tuple[str, float]]:
        return [pair for pair in self.decision.why(label, most + 3) if "=" not in pair[0]][:most]


def read(text: str, prompt: str, weighed: Sum) -> Learned:
    """`text` is masked, and `weighed` is what VADER makes of it."""
    seen = features.of(text)
    general = learned.model(GENERAL).read(seen)
    asks = features.asks(prompt) if prompt else ""
    if not asks:
        return Learned(shares(learned.model(BLEND), general.scores, beside(text, weighed)), general)
    answer = learned.model(ANSWERS).read(Answer(seen.words, asks=asks))
    if asks in OF_NOTHING and _is_nothing(seen.words):
        return Learned(np.array(OF_NOTHING[asks], np.float32), answer)
    scores = np.concatenate([general.scores, answer.scores])
    return Learned(shares(learned.model(BLEND_ANSWERS), scores, beside(text, weighed)), answer)


def _is_nothing(words: Sequence[str]) -> bool:
    return len(words) <= SHORT_ANSWER and AROUND_NOTHING.issuperset(words) and not NOTHING.isdisjoint(words)


def beside(text: str, weighed: Sum) -> list[float]:
    """In the order of BESIDE."""
    compound, praise, blame = weighed.compound, weighed.praise, weighed.blame
    mild = (compound, max(compound, 0.0), tanh(praise / 4), tanh(blame / 4))
    return [*mild, float(praise > 0), float(blame > 0), float("?" in text), float("!" in text)]


def shares(blend: Model, scores: Floats, besides: Sequence[float]) -> Floats:
    """The share of each label: they are positive and come to 1."""
    values = np.concatenate([scores, np.array(besides, np.float32)])
    order = [blend.terms[name] for name in inputs(len(scores))]
    raised = values @ blend.weights[order] + np.array(blend.head.bias, np.float32)
    raised = np.exp(raised - raised.max())
    return np.asarray(raised / raised.sum(), np.float32)


def inputs(scores: int) -> list[str]:
    """The names of what a blend weighs, in order."""
    models = (GENERAL, ANSWERS)[: scores // len(LABELS)]
    return [*(f"{model}: {label}" for model in models for label in LABELS), *BESIDE]
