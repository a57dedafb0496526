"""From the names seen in a post to the one facility it means, or to why there is none. Pure."""

from collections.abc import Iterator

from listening.named import (
    AS_SAID,
    NOTHING,
    SHORT,
    SIGNS,
    Answer,
    Found,
    Kind,
    Name,
    Place,
    Post,
    State,
    Verdict,
)


class Reading:
    """All that was seen in one post, and what it comes to."""

    def __init__(self, places: list[Place], post: Post) -> None:
        self.places, self.post = places, post
        for place in places:
            self._hear(place)
        self.shorts: set[int] = set()
        if any(place.kept and not _is_short(place) for place in places):
            self._drop_shorts()

    def _hear(self, place: Place) -> None:
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
                place.kept = set(common)
                place.why = "several facilities share this name; one bears all the names here"
        return common

    def _settle(self, place: Place, sure: set[int]) -> None:
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

    def _said(self, place: Place, name: Name) -> tuple[State, str]:
        if name.kind in SIGNS and (not name.context or name in place.unmet):
            return State.SIGN, _telling(name)
        if name in place.unmet:
            return State.IGNORED, _unheard(name)
        if name.facility_id not in place.kept:
            return State.IGNORED, place.why or "a full name stands in the post, and counts instead"
        if len(place.kept) > 1:
            return State.SHARED, f"{len(place.kept)} facilities share this name, and nothing tells which"
        return State.COUNTS, place.why or _counted(name)


def _is_short(place: Place) -> bool:
    kinds = {name.kind for name in place.names} - SIGNS.keys()
    return kinds == {SHORT}


def _telling(name: Name) -> str:
    said = f"a {SIGNS[name.kind]} names nothing by itself; it tells namesakes apart"
    return f"{said}, and counts where the post answers “{name.context}”" if name.context else said


def _unheard(name: Name) -> str:
    if not name.is_heard:
        return "seen, not counted, because doctors' names are off here"
    return f"seen, not counted, because the post does not answer “{name.context}”"


def _counted(name: Name) -> str:
    said = AS_SAID.get(name.kind, "Name").lower()
    if name.context:
        return f"{said}, and the post answers “{name.context}”"
    return f"{said} of this facility alone"
