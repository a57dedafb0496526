"""What is known of a name, what was found of it in a post, and what that comes to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from hospital.models import FacilityName
from listening.alike import Line, Span

Kind = FacilityName.Kind
SHORT = "short"
"""The kind of a short name. "North" is also a common word, so it counts only where it is written alike."""

SIGNS: dict[str, str] = {Kind.STREET: "street", Kind.CITY: "city", Kind.SERVICE: "service line"}
"""What names no facility by itself, and tells which of several is meant."""

AS_SAID: dict[str, str] = {
    **dict(Kind.choices),
    SHORT: "Short name",
    Kind.PHONE: "Phone number",
}


@dataclass(frozen=True)
class Name:
    facility_id: int
    name: str
    kind: str = Kind.NAME
    context: str = ""
    is_heard: bool = True  # a doctor's name, where doctors do not count, is seen and not heard


class State(StrEnum):
    COUNTS = "counts"
    SHARED = "shared"
    SIGN = "sign"
    IGNORED = "not counted"


@dataclass(frozen=True)
class Found:
    """One name of one facility in a text, and what came of it."""

    facility: int
    name: str
    kind: str
    span: Span  # into the original text or title
    is_in_title: bool
    state: State
    why: str


class Verdict(StrEnum):
    ONE = "one"
    AMBIGUOUS = "ambiguous"
    SEVERAL = "several"
    NONE = "none"


@dataclass(frozen=True)
class Answer:
    verdict: Verdict = Verdict.NONE
    facility: int | None = None
    between: tuple[int, ...] = ()  # where it is ambiguous, or several are named
    found: tuple[Found, ...] = ()


NOTHING = Answer()


@dataclass(frozen=True)
class Post:
    """What a text is read beside: whose source or watchlist found it, and whether it answers a rule."""

    owners: Sequence[int] = ()  # the likeliest first
    answers: Callable[[str], bool] = lambda _: False


@dataclass(eq=False)
class Place:
    """Somewhere in the post where a name stands, for all facilities that bear it."""

    names: list[Name]
    line: Line
    is_in_title: bool
    start: int
    end: int
    unmet: list[Name] = field(default_factory=list)
    kept: set[int] = field(default_factory=set)  # the facilities it may mean
    why: str = ""

    @property
    def span(self) -> Span:
        return self.line.original(self.start, self.end)

    @property
    def written(self) -> str:
        return self.line.original_text(self.start, self.end)

    @property
    def is_sign(self) -> bool:
        return not self.kept
