"""What must not wait, and what kind of answer a post asks for: a first reading, with its reason.

1. Idioms that only sound like alarm are blanked out.
2. The rules of `lexicon/lanes.toml` speak, each where its words stand close together.
3. A safety lane falls silent beside words of news, games and talks.
4. The gravest rule names the lane. With none, stars and tone do; thanks turned sour are a complaint.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from listening.matching import Hit, Matcher, Span
from listening.reading.sentiment import Tone
from listening.wording import normal

SAFETY = frozenset({"emergency", "self_harm", "threat", "in_building"})
"""Lanes that reach people at once, whatever the tone."""

LANES = ("self_harm", "threat", "emergency", "in_building", "complaint", "question", "praise", "other")

WINDOW = 500
"""Characters within which the words of one rule must stand."""

WORTH_WATCHING = 40
"""Severity from which a complaint is watched: half of what tone alone can say."""


@dataclass(frozen=True)
class Lane:
    name: str
    severity: int
    level: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    lane: str
    says: str
    severity: int
    expression: str


@dataclass(frozen=True)
class _Spoken:
    rule: Rule
    words: str


class _Lexicon:
    def __init__(self, read: dict[str, object]) -> None:
        self.rules = list(_rules(read))
        self.matcher = Matcher((at, rule.expression) for at, rule in enumerate(self.rules))
        self.idioms = _phrases(read, "idioms")
        self.elsewhere = _phrases(read, "elsewhere")


def _rules(read: dict[str, object]) -> Iterator[Rule]:
    blocks = read["rule"]
    assert isinstance(blocks, list)  # noqa: S101 - the file is ours
    for block in blocks:
        for expression in block["any"].split("|"):
            yield Rule(block["lane"], block["says"], block["severity"], expression)


def _phrases(read: dict[str, object], name: str) -> Matcher:
    phrases = read[name]
    assert isinstance(phrases, list)  # noqa: S101 - the file is ours
    return Matcher((at, f'"{phrase}"') for at, phrase in enumerate(phrases))


@cache
def _lexicon() -> _Lexicon:
    with (Path(__file__).parent / "lexicon" / "lanes.toml").open("rb") as file:
        return _Lexicon(tomllib.load(file))


def read(text: str, tone: Tone, *, rating: int | None = None, thread: tuple[str, ...] = ()) -> Lane:
    """The lane of a post. Earlier posts of its thread lend it their words, but not their alarm."""
    before = "".join(f"{earlier}\n" for earlier in thread)[-WINDOW:]
    spoken = sorted(_spoken(before, text), key=lambda each: -each.rule.severity)
    if not spoken:
        return _by_tone(text, tone, rating)
    gravest = spoken[0].rule
    if gravest.lane in SAFETY or gravest.severity > 60:
        return _lane(gravest.lane, gravest.severity, spoken)
    return _ordinary(spoken, text, tone, rating)


def _spoken(before: str, text: str) -> Iterator[_Spoken]:
    lexicon = _lexicon()
    for start, window in _windows(before + text):
        # Normalised once here: matching it again is then cheap, and spans need no way back.
        plain = _blanked(normal(window).text, lexicon.idioms)
        is_elsewhere: bool | None = None
        for hit in lexicon.matcher.find(plain):
            rule = lexicon.rules[hit.query_id]
            if start == 0 and before and hit.spans[-1][1] <= len(normal(before).text):
                continue
            if rule.lane in SAFETY:
                is_elsewhere = bool(lexicon.elsewhere.find(plain)) if is_elsewhere is None else is_elsewhere
                if is_elsewhere:
                    continue
            yield _Spoken(rule, _words(plain, hit))


def _windows(text: str) -> Iterator[tuple[int, str]]:
    """Pieces of a long text, each half of the next, so that words close together share one."""
    for start in range(0, max(1, len(text) - WINDOW // 2), WINDOW // 2):
        yield start, text[start : start + WINDOW]


def _blanked(text: str, idioms: Matcher) -> str:
    for start, end in (span for hit in idioms.find(text) for span in hit.spans):
        text = text[:start] + "." * (end - start) + text[end:]
    return text


def _words(text: str, hit: Hit) -> str:
    spans: list[Span] = hit.spans[:3]
    return ", ".join(f"'{text[start:end]}'" for start, end in spans)


def _ordinary(spoken: list[_Spoken], text: str, tone: Tone, rating: int | None) -> Lane:
    lanes = {each.rule.lane for each in spoken}
    is_sour = tone.label == "negative" or (rating is not None and rating <= 2)
    if "complaint" in lanes and not (rating is not None and rating >= 4 and not is_sour):
        gravest = spoken[0].rule.severity
        return _lane("complaint", max(gravest, _sourness(tone, rating)), _of("complaint", spoken))
    if "question" in lanes or "?" in text:
        return _lane("question", 20, _of("question", spoken) or spoken)
    if is_sour:
        return _by_tone(text, tone, rating)
    return _lane("praise", 5, _of("praise", spoken) or spoken)


def _by_tone(text: str, tone: Tone, rating: int | None) -> Lane:
    words = tone.reasons[:3]
    if tone.label == "negative" and (rating is None or rating <= 3):
        return Lane("complaint", _sourness(tone, rating), _level(_sourness(tone, rating)), words)
    if "?" in text or "¿" in text:
        return Lane("question", 20, "P3", ("a question mark",))
    if tone.label == "positive" and tone.score >= 0.3:
        return Lane("praise", 5, "P3", words)
    return Lane("other", 10, "P4", ())


def _sourness(tone: Tone, rating: int | None) -> int:
    """20 to 60, from how bad it sounds."""
    return round(20 + 40 * max(0.0, -tone.score)) + (5 if rating == 1 else 0)


def _of(lane: str, spoken: list[_Spoken]) -> list[_Spoken]:
    return [each for each in spoken if each.rule.lane == lane]


def _lane(name: str, severity: int, spoken: list[_Spoken]) -> Lane:
    reasons = tuple(dict.fromkeys(f"{each.rule.says}: {each.words}" for each in spoken))[:3]
    return Lane(name, severity, _level(severity, name), reasons)


def _level(severity: int, lane: str = "complaint") -> str:
    if severity >= 90:
        return "P0"
    if severity >= 70:
        return "P1"
    if severity >= (WORTH_WATCHING if lane == "complaint" else 50):
        return "P2"
    return "P4" if lane == "other" else "P3"
