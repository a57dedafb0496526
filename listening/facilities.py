"""Which facility a post speaks of. The deciding is pure; `current` reads the names and keeps them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

from django.db.models import Count, Max, Sum

from hospital.facilities import Spoken
from hospital.models import Facility, FacilityName
from listening.contexts import Contexts
from listening.named import SHORT, SIGNS, Answer, Kind, Name, Post
from listening.naming import Naming
from listening.queries.asked import Asked

__all__ = ["SHORT", "Facilities", "Name", "current", "decide"]

UNHEARD = frozenset({Kind.LOCATION, Kind.PHONE, *SIGNS})
"""What is no name of ours in a sentence: it is not blanked out before the tone is read."""


class Facilities:
    """Every name of every facility, and what else is made of them."""

    def __init__(self, names: Iterable[Name]) -> None:
        listed = [name for name in names if any(map(str.isalnum, name.name))]
        self._locations = {name.name: name.facility_id for name in listed if name.kind == Kind.LOCATION}
        self._naming = Naming(listed)
        self._contexts = Contexts(name.context for name in listed if name.context)
        self.fields = self._contexts.fields
        self.words = _each(filter(_is_ours, listed))
        # What names us whatever else a post says.
        self.plain = _each(name for name in listed if _is_ours(name) and not name.context)
        self.handles = _each(name for name in listed if name.kind in (Kind.HANDLE, Kind.HASHTAG))
        self.cities = _each(name for name in listed if name.kind == Kind.CITY)

    def at(self, hint: str) -> int | None:
        """The facility of a network's own location, as an adapter hints it."""
        return self._locations.get(hint)

    def read(self, asked: Asked, *, owners: Sequence[int] = ()) -> Answer:
        """Which facility is named, with every name that was seen and what came of it."""
        return self._naming.read(asked.text, asked.title, self._post(asked, owners))

    def decide(self, asked: Asked, *, owners: Sequence[int] = ()) -> Answer:
        """The same without what was seen: quicker."""
        return self._naming.decide(asked.text, asked.title, self._post(asked, owners))

    def named_in(self, text: str, title: str = "") -> int | None:
        """The one facility that is named; None where none is, or it cannot be told which."""
        return self.decide(Asked(text, title)).facility

    def shared(self, facility_id: int) -> dict[str, set[int]]:
        """Names that this facility shares, each with the others that bear it."""
        return self._naming.shared(facility_id)

    def _post(self, asked: Asked, owners: Sequence[int]) -> Post:
        return Post(owners, self._contexts.of(asked))


def _is_ours(name: Name) -> bool:
    return name.kind not in UNHEARD and name.is_heard


def _each(names: Iterable[Name]) -> list[str]:
    return sorted({name.name for name in names})


def decide(
    facilities: Facilities,
    asked: Asked,
    *,
    hint: str,
    matched: Iterable[int | None],
    of_source: int | None,
) -> int | None:
    """1. the network's location, 2. the one facility the post names, 3. the one facility of the watchlists
    that found it, 4. the source's, 5. none."""
    if at := facilities.at(hint):
        return at
    watching = {facility_id for facility_id in matched if facility_id is not None}
    watched = watching.pop() if len(watching) == 1 else None
    owners = [owner for owner in (watched, of_source) if owner is not None]
    named = facilities.decide(asked, owners=owners)
    return named.facility or (owners[0] if owners else None)


_kept: tuple[object, Facilities] = (None, Facilities([]))


def current() -> Facilities:
    """The names as they stand in the database now; built anew when one was added, changed or removed."""
    global _kept
    version = _version()
    if _kept[0] != version:
        _kept = (version, Facilities(stored()))
    return _kept[1]


def _version() -> object:
    # A sum of revisions grows with each change, whichever of two at once commits first.
    facilities = Facility.objects.aggregate(Count("pk"), Max("pk"), Sum("revision"))
    names = FacilityName.objects.aggregate(Count("pk"), Max("pk"))
    return (*facilities.values(), *names.values())


def stored() -> Iterator[Name]:
    """All names of all facilities that are listened for."""
    for facility in Facility.objects.prefetch_related("names"):
        known = names_of(facility, facility.names.all())
        # Reviews of its own page stay its own.
        yield from (name for name in known if facility.is_active or name.kind == Kind.LOCATION)


def names_of(facility: Facility, others: Iterable[FacilityName]) -> Iterator[Name]:
    """What one facility is known by: its own fields, and what its dictionary holds."""
    yield from of_fields(facility)
    for other in others:
        is_heard = other.kind != Kind.DOCTOR or facility.counts_doctors
        yield Name(facility.pk, other.name, other.kind, other.context, is_heard)


def of_fields(facility: Facility) -> Iterator[Name]:
    place = f"{facility.city}, {facility.region}" if facility.city and facility.region else ""
    known = [
        (facility.name, Kind.NAME),
        (facility.short_name, SHORT),
        (facility.phone, Kind.PHONE),
        (facility.address, Kind.STREET),
        (facility.city, Kind.CITY),
        (place, Kind.CITY),
    ]
    return (Name(facility.pk, name, kind) for name, kind in known if name)


_tried: tuple[object, Facilities] = (None, Facilities([]))


def changed(facility: Facility, others: Sequence[Spoken]) -> Facilities:
    """The names as they would stand if this facility were saved so. Kept while texts are tried on it."""
    global _tried
    own = tuple(names_of(facility, [FacilityName(**asdict(each)) for each in others]))
    version = (_version(), facility.is_active, own)
    if _tried[0] != version:
        heard = own if facility.is_active else ()
        _tried = (version, Facilities([*(n for n in stored() if n.facility_id != facility.pk), *heard]))
    return _tried[1]
