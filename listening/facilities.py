"""Which facility a post speaks of. The deciding is pure; `current` reads the names and keeps them."""

from collections.abc import Iterable
from dataclasses import dataclass

from hospital.models import Facility, FacilityName
from listening.phrases import Phrases


@dataclass(frozen=True)
class Name:
    facility_id: int
    name: str
    kind: str = FacilityName.Kind.NAME


SHORT = "short"
"""The kind of a short name. "North" is also a common word, so it counts only where it is written alike."""


class Facilities:
    """Every name of every facility, ready to be looked for."""

    def __init__(self, names: Iterable[Name], cities: Iterable[str] = ()) -> None:
        listed = [name for name in names if any(map(str.isalnum, name.name))]
        self._locations = {name.name: name.facility_id for name in listed if name.kind == _LOCATION}
        self._names = [name for name in listed if name.kind != _LOCATION]
        self._matcher = Phrases((at, _quoted(name.name)) for at, name in enumerate(self._names))
        self.words = sorted({name.name for name in self._names})
        self.handles = sorted({name.name for name in self._names if name.kind == FacilityName.Kind.HANDLE})
        self.cities = sorted({*cities} - {""})

    def at(self, hint: str) -> int | None:
        """The facility of a network's own location, as an adapter hints it."""
        return self._locations.get(hint)

    def named_in(self, text: str, title: str = "") -> int | None:
        """The one facility that is named; None where none is, or several are. Full names come first."""
        spoken = self._spoken(title) + self._spoken(text)
        full = {name.facility_id for name in spoken if name.kind != SHORT}
        ids = full or {name.facility_id for name in spoken}
        return ids.pop() if len(ids) == 1 else None

    def _spoken(self, text: str) -> list[Name]:
        """Names in a text, without those that lie inside a longer one."""
        found = [
            (start, end, self._names[hit.number])
            for hit in self._matcher.find(text)
            for start, end in hit.spans
            if self._is_meant(self._names[hit.number], text[start:end])
        ]
        return [
            name
            for start, end, name in found
            if not any(s <= start and end <= e and e - s > end - start for s, e, _ in found)
        ]

    @staticmethod
    def _is_meant(name: Name, written: str) -> bool:
        return name.kind != SHORT or " " in name.name or written == name.name


_LOCATION = FacilityName.Kind.LOCATION


def decide(
    facilities: Facilities,
    *,
    text: str,
    title: str,
    hint: str,
    matched: Iterable[int | None],
    of_source: int | None,
) -> int | None:
    """1. the network's location, 2. the one facility the post names, 3. the one facility of the watchlists
    that found it, 4. the source's, 5. none."""
    watching = {facility_id for facility_id in matched if facility_id is not None}
    return (
        facilities.at(hint)
        or facilities.named_in(text, title)
        or (watching.pop() if len(watching) == 1 else None)
        or of_source
    )


_kept: tuple[object, Facilities] = (None, Facilities([]))


def current() -> Facilities:
    """The names as they stand in the database now; built anew when one was added, changed or removed."""
    global _kept
    version = _version()
    if _kept[0] != version:
        _kept = (version, Facilities(_names(), Facility.objects.values_list("city", flat=True)))
    return _kept[1]


def _version() -> object:
    named = FacilityName.objects.values_list("pk", "name", "kind", "facility_id")
    return (tuple(named), tuple(Facility.objects.values_list("pk", "name", "short_name", "city")))


def _names() -> Iterable[Name]:
    for facility in Facility.objects.prefetch_related("names"):
        yield Name(facility.pk, facility.name)
        yield Name(facility.pk, facility.short_name, SHORT)
        for other in facility.names.all():
            yield Name(facility.pk, other.name, other.kind)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', " ") + '"'
