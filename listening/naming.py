"""Which facility a text names, and why. Pure: all names of all facilities cost one walk over the text.

1. Every name is looked for as a whole word, however it is typed; the longest wins what it covers.
2. A name with a rule counts only where the post answers that rule too.
3. A name that several facilities share is settled by what else the post holds: another name, handle or
   number of one of them, then a street, then a city; then by whose source or watchlist found the post, then
   by a service line. What is left is ambiguous, and said to be.
4. One facility is meant where all that counts speaks of the same one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import ahocorasick

from hospital.models import FacilityName
from listening import alike
from listening.alike import Line, Span
from listening.wording import is_edge, normal

Kind = FacilityName.Kind
SHORT = "short"
"""The kind of a short name. "North" is also a common word, so it counts only where it is written alike."""

PLACES_LOOKED_AT = 50
PLACES_OF_A_NAME = 3
"""Places at which one name counts: a text that repeats it thousands of times says no more."""

RUN_TOGETHER = 3

SIGNS: dict[str, str] = {Kind.STREET: "street", Kind.CITY: "city", Kind.SERVICE: "service line"}
"""What names no facility by itself, and tells which of several is meant."""

HOWEVER = frozenset({Kind.NAME, Kind.NICKNAME, Kind.MISSPELLING, Kind.DOCTOR, *SIGNS})
"""What counts however it is written."""

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


Written = tuple[Name, bool]
"""A name, and whether what stands for it is how only a hashtag or a handle is written."""


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
class _Place:
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
        return not self.kept and not self.unmet


class Naming:
    """Every name of every facility, ready to be looked for."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._automaton = ahocorasick.Automaton()
        self._named: list[list[Written]] = []
        keys: dict[str, dict[Written, None]] = {}
        for name in names:
            for key, is_tag in _keys(name):
                keys.setdefault(key, {})[name, is_tag] = None
        for key, named in keys.items():
            self._automaton.add_word(key, (len(self._named), len(key)))
            self._named.append(list(named))
        if self._named:
            self._automaton.make_automaton()

    def decide(self, text: str, title: str = "", post: Post | None = None) -> Answer:
        """The answer alone, as a poll wants it."""
        seen = self._seen(text, title, post)
        return seen.answer() if seen.places else NOTHING

    def read(self, text: str, title: str = "", post: Post | None = None) -> Answer:
        """The answer, with all that was seen and what came of it, as a person wants it."""
        seen = self._seen(text, title, post)
        answer = seen.answer()
        return replace(answer, found=tuple(seen.found()))

    def shared(self, facility_id: int) -> dict[str, set[int]]:
        """Names of this facility that others bear too, each with those others."""
        found: dict[str, set[int]] = {}
        for named in self._named:
            bearers = {name.facility_id: name for name, _ in named if name.kind not in SIGNS}
            if len(bearers) > 1 and (own := bearers.pop(facility_id, None)):
                found.setdefault(own.name, set()).update(bearers)
        return found

    def _seen(self, text: str, title: str, post: Post | None) -> "Reading":
        if not self._named:
            return Reading([], post or Post())
        places = [*self._places(title, is_in_title=True), *self._places(text, is_in_title=False)]
        return Reading(places, post or Post())

    def _places(self, text: str, *, is_in_title: bool) -> list[_Place]:
        if not text:
            return []
        line = Line(text)
        met = [*self._met(line)]
        # Services last: they only help, and hide no name.
        met.sort(key=lambda each: (each[2][0].kind == Kind.SERVICE, each[0] - each[1], each[0]))
        taken = bytearray(len(line.key))
        places = []
        for start, end, named in met:
            if 1 not in taken[start:end]:
                taken[start:end] = b"\1" * (end - start)
                places.append(_Place(named, line, is_in_title, start, end))
        return sorted(places, key=lambda place: place.start)

    def _met(self, line: Line) -> Iterator[tuple[int, int, list[Name]]]:
        """Where names stand that are written as their kinds demand."""
        looked_at: dict[int, int] = {}
        counted: dict[int, int] = {}
        for start, end, number in self._hits(line.key):
            looked_at[number] = looked_at.get(number, 0) + 1
            if looked_at[number] > PLACES_LOOKED_AT or counted.get(number, 0) >= PLACES_OF_A_NAME:
                continue
            named = self._named[number]
            if meant := [name for name, is_tag in named if _is_meant(name, is_tag, line, start, end)]:
                counted[number] = counted.get(number, 0) + 1
                yield start, end, meant

    def _hits(self, key: str) -> Iterator[tuple[int, int, int]]:
        for last, (number, length) in self._automaton.iter(key):
            start, end = last + 1 - length, last + 1
            if _is_whole(key, start, end):
                yield start, end, number


def _is_whole(key: str, start: int, end: int) -> bool:
    is_begun = start == 0 or key[start - 1] == " " or is_edge(key, start)
    return is_begun and (end == len(key) or key[end] == " " or is_edge(key, end))


def _keys(name: Name) -> Iterator[tuple[str, bool]]:
    """What a name is looked for as; with True, where only a hashtag or a handle is written so."""
    if name.kind == Kind.PHONE:
        yield from ((key, False) for key in alike.phone_keys(name.name))
    elif name.kind == Kind.STREET:
        yield from ((key, False) for key in alike.street_keys(name.name))
    elif name.kind in (Kind.NAME, Kind.NICKNAME, Kind.MISSPELLING):
        plain = alike.keys(name.name)
        yield from ((key, False) for key in plain)
        # Two words run together may be another word; three are no accident.
        is_tag = all(key.count(" ") < RUN_TOGETHER - 1 for key in plain)
        yield from ((tag, is_tag) for tag in alike.tags(name.name) if tag not in plain)
    elif name.kind != Kind.LOCATION and (key := alike.key(name.name)):
        yield key, False


def _is_meant(name: Name, is_tag: bool, line: Line, start: int, end: int) -> bool:
    if name.kind in HOWEVER and not is_tag:
        return True
    if is_tag:
        begin = line.span(start, start + 1)[0]
        return begin > 0 and line.said[begin - 1] in "#@"
    if name.kind == SHORT:
        return " " in name.name or line.original_text(start, end) == name.name
    if name.kind == Kind.PHONE:
        # The end of a longer number is another number.
        is_whole = line.key[start:end].count(" ") > 1
        return is_whole or not line.key[max(0, start - 4) : start - 1].isdigit()
    if name.kind in (Kind.HANDLE, Kind.HASHTAG):
        return _is_signed(name, line, start)
    return True


def _is_signed(name: Name, line: Line, start: int) -> bool:
    """Whether a handle or tag stands there whole, with its sign; a handle also as the end of an address."""
    wanted = normal(name.name).text.strip().lstrip("@#")
    said = line.said
    begin = line.span(start, start + 1)[0] - (len(wanted) - len(wanted.lstrip("_")))
    signs = "#" if name.kind == Kind.HASHTAG else "@/"
    if begin < 1 or said[begin - 1] not in signs or not said.startswith(wanted, begin):
        return False
    after = said[begin + len(wanted) :][:2]
    return not (after[:1].isalnum() or after[:1] == "_" or (after[:1] in ".-" and after[1:].isalnum()))


class Reading:
    """All that was seen in one post, and what it comes to."""

    def __init__(self, places: list[_Place], post: Post) -> None:
        self.places, self.post = places, post
        for place in places:
            self._hear(place)
        self.shorts: set[int] = set()
        if any(place.kept and not _is_short(place) for place in places):
            self._drop_shorts()

    def _hear(self, place: _Place) -> None:
        for name in place.names:
            if name.is_heard and (not name.context or self.post.answers(name.context)):
                if name.kind not in SIGNS or name.context:
                    place.kept.add(name.facility_id)
            else:
                place.unmet.append(name)

    def _drop_shorts(self) -> None:
        """A short name beside a full one may be a common word: it only helps to tell namesakes apart."""
        for place in filter(_is_short, self.places):
            self.shorts |= place.kept
            place.kept = set()

    def answer(self) -> Answer:
        sure = {next(iter(place.kept)) for place in self.places if len(place.kept) == 1}
        for place in self.places:
            if len(place.kept) > 1:
                self._settle(place, sure)
        left = [place.kept for place in self.places if place.kept]
        if not left:
            return NOTHING
        common = self._common(left)
        if len(common) == 1:
            return Answer(Verdict.ONE, common.pop())
        between = tuple(sorted(set.union(*left)))
        verdict = Verdict.AMBIGUOUS if common else Verdict.SEVERAL
        return Answer(verdict, between=between)

    def _common(self, left: list[set[int]]) -> set[int]:
        """The facilities that everything in the post may mean."""
        common = set.intersection(*left)
        for place in self.places:
            if len(common) == 1 < len(place.kept):
                place.kept, place.why = (
                    set(common),
                    "several facilities share this name; one bears all that are here",
                )
        return common

    def _settle(self, place: _Place, sure: set[int]) -> None:
        """Narrow what a shared name may mean, step by step, until one is left or nothing more tells."""
        shared = len(place.kept)
        for said, told in self._evidence(sure):
            common = place.kept & told
            if common and common != place.kept:
                place.kept = common
                place.why = f"{shared} facilities share this name; {said} tells which"
            if len(place.kept) == 1:
                return

    def _evidence(self, sure: set[int]) -> Iterator[tuple[str, set[int]]]:
        yield "another name in the post", sure
        yield "a short name in the post", self.shorts
        for kind in (Kind.STREET, Kind.CITY):
            yield from self._signs(kind)
        for owner in self.post.owners:
            yield "whose source or watchlist found it", {owner}
        yield from self._signs(Kind.SERVICE)

    def _signs(self, kind: str) -> Iterator[tuple[str, set[int]]]:
        for place in self.places:
            told = {name.facility_id for name in place.names if name.kind == kind}
            if place.is_sign and told:
                yield f"the {SIGNS[kind]} “{place.written}”", told

    def found(self) -> Iterator[Found]:
        for place in self.places:
            for name in dict.fromkeys(place.names):
                state, why = self._said(place, name)
                yield Found(name.facility_id, name.name, name.kind, place.span, place.is_in_title, state, why)

    def _said(self, place: _Place, name: Name) -> tuple[State, str]:
        if name in place.unmet:
            return State.IGNORED, _unheard(name)
        if name.kind in SIGNS and not name.context:
            return State.SIGN, f"a {SIGNS[name.kind]} names nothing by itself; it tells namesakes apart"
        if name.facility_id not in place.kept:
            return State.IGNORED, place.why or "a full name stands in the post, and counts instead"
        if len(place.kept) > 1:
            return State.SHARED, f"{len(place.kept)} facilities share this name, and nothing tells which"
        return State.COUNTS, place.why or _counted(name)


def _is_short(place: _Place) -> bool:
    kinds = {name.kind for name in place.names} - SIGNS.keys()
    return kinds == {SHORT}


def _unheard(name: Name) -> str:
    if not name.is_heard:
        return "seen, not counted, because doctors' names are off here"
    return f"seen, not counted, because the post does not answer “{name.context}”"


def _counted(name: Name) -> str:
    said = AS_SAID.get(name.kind, "Name").lower()
    return (
        f"{said}, and the post answers “{name.context}”" if name.context else f"{said} of this facility alone"
    )
