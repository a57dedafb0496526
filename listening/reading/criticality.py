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
    decision = _decision(text, prompt)
    found = Gravity(_share(decision))
    return Gravity(found.score, _reasons(decision)) if decision and found.is_grave else found


def score(text: str, prompt: str = "") -> float:
    """The same without the reasons, which take as long again."""
    return _share(_decision(text, prompt))


def _decision(text: str, prompt: str) -> Decision | None:
    seen = features.of(text, prompt)
    return learned.model(MODEL).read(seen) if seen.words else None


def _share(decision: Decision | None) -> float:
    return round(1 / (1 + exp(-decision.score(GRAVE))), 3) if decision else 0.0


def _reasons(decision: Decision) -> tuple[str, ...]:
    said = [f"'{word[:40]}' {weight:+.1f}" for word, weight in decision.why(GRAVE, 4) if weight >= 0.05]
    sour = decision.of(decision.seen.mood, GRAVE)
    return (*said, f"sour words {sour:+.1f}") if sour >= 0.05 else tuple(said)
