"""How grave a complaint is, from 0 to 1: learned from comments that people graded. Half and more is grave."""

from dataclasses import dataclass
from math import exp

from listening.reading import features, learned
from listening.reading.learned import Decision

MODEL = "criticality"
GRAVE = "grave"


@dataclass(frozen=True)
class Gravity:
    score: float
    reasons: tuple[str, ...] = ()

    @property
    def is_grave(self) -> bool:
        return self.score >= 0.5


def read(text: str, prompt: str = "") -> Gravity:
    seen = features.of(text, prompt)
    if not seen.words:
        return Gravity(0.0)
    decision = learned.model(MODEL).read(seen)
    score = 1 / (1 + exp(-decision.score(GRAVE)))
    return Gravity(round(score, 3), _reasons(decision) if score >= 0.5 else ())


def _reasons(decision: Decision) -> tuple[str, ...]:
    said = [f"'{word[:40]}' {weight:+.1f}" for word, weight in decision.why(GRAVE, 4) if weight >= 0.05]
    sour = decision.of(decision.seen.mood, GRAVE)
    return (*said, f"sour words {sour:+.1f}") if sour >= 0.05 else tuple(said)
