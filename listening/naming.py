"""Which facility a text names, and why. Pure: all names of all facilities cost one walk over the text.

1. Every name is looked for as a whole word, however it is typed; the longest wins what it covers.
2. A name with a rule counts only where the post answers that rule too.
3. A name that several facilities share is settled by what else the post holds: another name, handle or
   number of one of them, then a street, then a city; then by whose source or watchlist found the post, then
   by a service line. What is left is ambiguous, and said to be.
4. One facility is meant where all that counts speaks of the same one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import ahocorasick

from listening import alike
from listening.alike import Line
from listening.named import NOTHING, SHORT, SIGNS, Answer, Kind, Name, Place, Post
from listening.settling import Reading
from listening.wording import is_edge, normal

PLACES_LOOKED_AT = 50
PLACES_OF_A_NAME = 3
"""Places at which one name counts: a text that repeats it thousands of times says no more."""

RUN_TOGETHER = 3

HOWEVER = frozenset({Kind.NAME, Kind.NICKNAME, Kind.MISSPELLING, Kind.DOCTOR, *SIGNS})
"""What counts however it is written."""

Written = tuple[Name, bool]
"""A name, and whether what stands for it is how only a hashtag or a handle is written."""


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

    def _seen(self, text: str, title: str, post: Post | None) -> Reading:
        if not self._named:
            return Reading([], post or Post())
        places = [*self._places(title, is_in_title=True), *self._places(text, is_in_title=False)]
        return Reading(places, post or Post())

    def _places(self, text: str, *, is_in_title: bool) -> list[Place]:
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
                places.append(Place(named, line, is_in_title, start, end))
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
