"""One post that several sources of one network hear is one mention.

Sources whose networks give a post the same id everywhere (`ids` of their sheets) are kin: two accounts at X,
Reddit by its API and by feed. What one of them has stored, the others know.

1. A mention stays with the source that heard it first. What a kin brings of it is a duplicate; an edit is
   taken from one of the same kind alone, since two kinds may write one text differently; a removal from all.
2. Kin that hear a post for two hospitals have one each: neither sees the other's. One that belongs to none
   is everybody's, and goes to the first that hears it for a hospital.
3. Whoever stores looks again under the lock of the wall's order, so that two at once store it once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from listening import connections, wall_sequence
from listening.intake import Arrival, Known
from listening.models import Mention, Source
from listening.sources import adapters


def of(source: Source) -> list[Source]:
    """The others, oldest first. A pretend network is no kin of a real one.

    Those that are switched off too: what they stored is the same post still. Who may speak or look something
    up is for the caller to say (`Source.is_off`).
    """
    ids = _ids(source.kind)
    if not ids:
        return []
    kinds = [kind for kind in adapters() if _ids(kind) == ids]
    others = Source.objects.filter(kind__in=kinds).exclude(pk=source.pk).order_by("pk").defer("cursor")
    is_pretend = connections.is_sandbox(source.options)
    return [each for each in others if connections.is_sandbox(each.options) == is_pretend]


def pks(source: Source) -> list[int]:
    """Its own, and those of its kin."""
    return [source.pk, *(each.pk for each in of(source))]


def families(source_ids: Iterable[int]) -> dict[int, list[int]]:
    """Each of these sources with its kin."""
    asked = list(source_ids)
    named = [kind for kind in adapters() if _ids(kind)]
    found = Source.objects.filter(pk__in=asked, kind__in=named).defer("cursor")
    return {**{pk: [pk] for pk in asked}, **{source.pk: pks(source) for source in found}}


def _ids(kind: str) -> str:
    adapter = adapters().get(kind)
    return adapter.sheet.ids if adapter else ""


def known(source: Source, external_ids: Iterable[str]) -> dict[str, list[Known]]:
    """What is stored of these posts by it and its kin, its own first."""
    return _stored(source, pks(source), external_ids)


def _stored(source: Source, near: Sequence[int], external_ids: Iterable[str]) -> dict[str, list[Known]]:
    stored = Mention.objects.filter(source__in=near, external_id__in=list(external_ids)).order_by("pk")
    rows = stored.values_list(
        "external_id", "pk", "content_hash", "is_gone", "source_id", "source__kind", "facility_id"
    )
    found: dict[str, list[Known]] = {}
    for external_id, pk, said, is_gone, source_id, kind, facility_id in rows:
        kin = kind if source_id != source.pk else None
        found.setdefault(external_id, []).append(Known(pk, said, is_gone, kin, facility_id))
    return {key: sorted(each, key=lambda one: one.is_kins) for key, each in found.items()}


def chosen(stored: Sequence[Known], arrival: Arrival, place: int | None) -> Known | None:
    """The one that an arrival at this facility speaks of; None: it is new."""
    if not stored or not stored[0].is_kins:
        return stored[0] if stored else None
    if arrival.post.is_removed:
        return min(stored, key=lambda one: one.is_gone)
    fitting = [one for one in stored if place is None or one.facility_id in (None, place)]
    return min(fitting, key=lambda one: one.facility_id != place, default=None)


def is_unplaced(known: Known) -> bool:
    """Whether a kin stored it, and no hospital sees it yet."""
    return known.is_kins and known.facility_id is None and not known.is_gone


def is_duplicate(known: Known, kind: str, arrival: Arrival) -> bool:
    """Whether what a kin brings is to be left, whatever it says."""
    is_edit = known.kins_kind == kind and arrival.post.edited_at is not None
    return known.is_kins and (known.is_gone or not is_edit)


def is_news(heard_at: datetime | None, source: Source) -> bool:
    """Whether it heard something, though a kin heard it first: then it is not silent."""
    return heard_at is not None and (source.last_item_at is None or heard_at > source.last_item_at)


Place = tuple[int, int]
"""A mention of no hospital, and the facility for which a kin heard it."""


def met(source: Source, arrivals: Sequence[tuple[Arrival, int | None]]) -> tuple[set[str], list[Place]]:
    """Under the lock of the wall's order: ids of what a kin has stored since it was looked for."""
    near = pks(source)
    asked = (arrival.post.external_id for arrival, _ in arrivals)
    stored = _stored(source, near, asked) if len(near) > 1 else {}
    heard, places = set[str](), list[Place]()
    for arrival, facility_id in arrivals:
        found = chosen(stored.get(arrival.post.external_id, ()), arrival, facility_id)
        heard |= {arrival.post.external_id} if found else set()
        if found and facility_id and is_unplaced(found):
            places.append((found.mention_id, facility_id))
    return heard, places


def place(places: Sequence[Place]) -> list[int]:
    """Give each to its hospital, and ask the rules anew; ids of those that still belonged to none."""
    numbers = wall_sequence.take(len(places)) if places else []
    nowhere = Mention.objects.filter(facility=None, is_gone=False)
    return [
        mention_id
        for (mention_id, facility_id), number in zip(places, numbers, strict=True)
        if nowhere.filter(pk=mention_id).update(facility_id=facility_id, processed_at=None, wall_seq=number)
    ]
