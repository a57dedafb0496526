"""What the words of a draft say that a reply may not: the rules of `rules.toml`, each with its places.

A rule may be softer in a context, told by words before the match: a condition ("if you were unhappy with
your visit"), a general subject ("anyone who has waited"), what we cannot do ("we can't say whether ..."), a
request not to ("please do not post your ...").
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from alerts.gate import data
from alerts.gate.data import Data, GateDown
from alerts.gate.patterns import Line, Span, Step, compiled
from alerts.gate.reasons import BLOCK, PASS, WARN

VERDICTS = {"block": BLOCK, "warn": WARN, "pass": PASS}
CONTEXTS = {
    "if": ("IF", True),
    "general": ("GENERAL", False),
    "cannot": ("CANNOT ... SPEAK", False),
    "what": ("what/which/where/anything/something/whatever/how/lo", True),
    "consult": (
        "call/ask/talk/speak/see/consult/contact/check/hable/consulte/llame/pregunte"
        " .. doctor/pharmacist/provider/plan/insurer/medico/doctora/farmaceutico",
        False,
    ),
    "opening": ("HOURS", False),
    "public": ("OPEN_MATTER", False),
    "scenery": ("PHOTO .. SCENERY", True),
    "scene": ("SCENERY PHOTO", True),
    "welcome": ("KINDS .. are/is/can/may/must/son/pueden .. WELCOME", True),
    "phone": ("WAITED .. phone/phones/telefono/hold/call/calls", True),
    "errand": ("take/takes NUMBER call/calls/minute/minutes/hour/hours/step/steps/click/clicks", True),
    "story": ("story/report/article/news/video/rumor ... hospital", False),
    "booking": ("no hace/necesita/necesitan falta? cita/seguro/tarjeta/reserva/pagar/registro", True),
    "to-mend": ("us to fix/improve/change/make/mend/do", True),
    "not": ("not/never/avoid/without/no/evite/nunca/nobody/nadie .. ASK", True),
}
"""The pattern that tells each, and whether it holds only within its clause."""


@dataclass(frozen=True)
class Rule:
    id: str
    verdict: int
    why: str
    instead: str
    softer: tuple[tuple[str, int], ...]  # contexts, and the verdict in each
    patterns: tuple[tuple[Step, ...], ...]


def found(line: Line) -> Iterator[tuple[Rule, int, Span]]:
    """Each rule that holds, with its verdict here and its span in words."""
    contexts = {name: line.find(steps) for name, steps in _contexts().items()}
    for rule in shipped():
        for steps in rule.patterns:
            for span in line.find(steps):
                softened = [to for name, to in rule.softer if _holds(name, contexts[name], span, line)]
                verdict = min(softened, default=rule.verdict)
                if verdict != PASS:
                    yield rule, verdict, span


def _holds(name: str, places: list[Span], span: Span, line: Line) -> bool:
    """Whether a context that stands before the match, or within it, covers it."""
    is_of_clause = CONTEXTS[name][1]
    at = line.words[min(span[0], len(line.words) - 1)]
    for start, end in places:
        word = line.words[end - 1]
        if (
            start < span[1]
            and word.sentence == at.sentence
            and (not is_of_clause or word.clause == at.clause)
        ):
            return True
    return False


@cache
def shipped() -> tuple[Rule, ...]:
    known = data.shipped()
    try:
        return tuple(_rule(said, known) for said in known.rules)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise GateDown(f"The rules for replies cannot be read: {error}") from error


@cache
def _contexts() -> dict[str, tuple[Step, ...]]:
    return {name: compiled(pattern, data.shipped()) for name, (pattern, _) in CONTEXTS.items()}


def _rule(said: dict[str, Any], known: Data) -> Rule:
    bodies = [" ".join(body.split()) for body in said["patterns"].replace("\n", "|").split("|")]
    return Rule(
        said["id"],
        VERDICTS[said["verdict"]],
        said["why"],
        said["instead"],
        tuple(_softer(each, said.get("then", "pass")) for each in said.get("softer", ())),
        tuple(compiled(body, known) for body in bodies if body),
    )


def _softer(said: str, then: str) -> tuple[str, int]:
    name, _, verdict = said.partition(":")
    if name not in CONTEXTS:
        raise ValueError(f"no context is called {name!r}")
    return name, VERDICTS[verdict or then]
