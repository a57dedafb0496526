"""What a text would be taken for: which facility, by which names, and why, as a person reads it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.cards import Piece, pieces
from hospital.models import Facility
from hospital.models.facility import FacilityQuerySet
from listening.facilities import Facilities
from listening.named import AS_SAID, Answer, Found, State, Verdict
from listening.queries.asked import Asked

LONGEST = 5_000
MOST_SHOWN = 60
ELSEWHERE = "a facility outside your reach"
SIGNS = {
    State.COUNTS: ("check", "Counts"),
    State.SHARED: ("question", "Shared"),
    State.SIGN: ("link", "Tells apart"),
    State.IGNORED: ("cross", "Not counted"),
}
ORDER = tuple(SIGNS)


@dataclass(frozen=True)
class Row:
    """One line: what is written there, whose it is and why it counts or not. `facility` is empty where the
    facility is out of reach: then its dictionary is, too."""

    found: Found
    facility: str
    written: str

    @property
    def icon(self) -> str:
        return SIGNS[self.found.state][0]

    @property
    def word(self) -> str:
        return SIGNS[self.found.state][1]

    @property
    def kind(self) -> str:
        return AS_SAID.get(self.found.kind, "Name") if self.facility else "Known elsewhere"

    @property
    def name(self) -> str:
        """As the dictionary has it, where that is something else."""
        return self.found.name if self.facility and self.found.name != self.written else ""

    @property
    def why(self) -> str:
        return self.found.why if self.facility else ""

    @property
    def where(self) -> str:
        return self.facility or ELSEWHERE


@dataclass(frozen=True)
class Tried:
    text: str
    is_cut: bool
    head: str
    why: str
    pieces: list[Piece]
    rows: list[Row]


def tried(
    text: str, book: Facilities, *, reachable: FacilityQuerySet, owner: Facility | None = None
) -> Tried:
    text, is_cut = text[:LONGEST], len(text) > LONGEST
    answer = book.read(Asked(text), owners=[owner.pk] if owner else [])
    seen = {each.facility for each in answer.found} | {answer.facility or 0}
    alike = reachable.filter(name__in=reachable.filter(pk__in=seen).values("name"))
    names = told_apart(alike)
    marked = [each.span for each in answer.found if each.state in (State.COUNTS, State.SHARED)]
    head, why = said(answer, names, owner)
    rows = [
        Row(each, names.get(each.facility, ""), text[slice(*each.span)])
        for each in once_each(answer.found)[:MOST_SHOWN]
    ]
    return Tried(text, is_cut, head, why, pieces(text, marked), rows)


def told_apart(facilities: Iterable[Facility]) -> dict[int, str]:
    """Their names, with the city where two have the same."""
    known = list(facilities)
    count = Counter(facility.name for facility in known)
    return {each.pk: _with_city(each) if count[each.name] > 1 else each.name for each in known}


def _with_city(facility: Facility) -> str:
    return ", ".join(filter(None, (facility.name, facility.city)))


def once_each(found: Iterable[Found]) -> list[Found]:
    """One line for each place and facility: a facility may bear one name in several ways."""
    best: dict[tuple[Any, int], Found] = {}
    for each in found:
        before = best.get((each.span, each.facility))
        if before is None or ORDER.index(each.state) < ORDER.index(before.state):
            best[each.span, each.facility] = each
    return list(best.values())


def said(answer: Answer, names: dict[int, str], owner: Facility | None) -> tuple[str, str]:
    """What came of it, and what becomes of the post."""
    falls_to = (
        f"that of its source: {owner.name}" if owner else "that of the source or watchlist that found it"
    )
    if answer.verdict is Verdict.ONE and answer.facility is not None:
        return f"About {names.get(answer.facility, ELSEWHERE)}", ""
    if answer.verdict is Verdict.NONE:
        return "No facility is named", f"The post goes to {falls_to}."
    between = listing([names.get(pk, ELSEWHERE) for pk in answer.between])
    if answer.verdict is Verdict.SEVERAL:
        return (
            "More than one is named",
            f"A post goes to one facility. This one names {between}: it goes to {falls_to}.",
        )
    return "Ambiguous", f"Between {between}. Nothing tells which is meant, so it goes to {falls_to}."


def listing(names: Sequence[str]) -> str:
    shown = list(dict.fromkeys(names))
    if len(shown) > 6:
        return f"{', '.join(shown[:5])} and {len(shown) - 5} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))
