"""What would become of each row, decided by what the pipeline itself decides with. Nothing is stored."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from listening.intake import UNREADABLE, Arrival, ImportedPost, Listener, accept
from listening.models import Mention
from listening.upload_rows import Item
from listening.wording import storable

BATCH = 1000
FAULTS_SHOWN = 100


@dataclass
class Foreseen:
    """How many rows would be new, would change what is stored, are there already, and so on."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    there: int = 0
    dropped: int = 0
    unreadable: int = 0
    past: int = 0  # of those that are new: too old to open a case
    undated: int = 0
    faults: list[str] = field(default_factory=list)  # the first of them, each with its row

    def as_found(self) -> dict[str, Any]:
        values = asdict(self)
        return {"faults": values.pop("faults"), "counts": values}


def foresee(items: Iterable[tuple[int, Item]], listener: Listener, now: datetime) -> Foreseen:
    result, seen = Foreseen(), set[str]()
    for batch in _batches(items):
        arrivals = []
        for line, item in batch:
            result.rows += 1
            if (arrival := _accepted(line, item, listener, now, result)) is not None:
                arrivals.append(arrival)
        _tell(arrivals, seen, listener, result)
    return result


def _batches(items: Iterable[tuple[int, Item]]) -> Iterator[list[tuple[int, Item]]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _accepted(line: int, item: Item, listener: Listener, now: datetime, result: Foreseen) -> Arrival | None:
    if isinstance(item, ImportedPost):
        try:
            return accept(item, listener, now)
        except UNREADABLE as error:
            reason = f"Line {line}: {error}"
    else:
        reason = item.reason
    result.unreadable += 1
    if len(result.faults) < FAULTS_SHOWN:
        result.faults.append(storable(reason[:300]))
    return None


def _tell(arrivals: Sequence[Arrival], seen: set[str], listener: Listener, result: Foreseen) -> None:
    known = _known(arrivals, listener)
    for arrival in arrivals:
        name = arrival.post.external_id
        stored = known.get(name)
        if name in seen or (stored and stored == (arrival.content_hash, False)):
            result.there += 1
        elif stored:
            result.changed += 1
        elif not listener.wants(arrival.post, arrival.hits):
            result.dropped += 1
        else:
            result.new += 1
            result.past += listener.is_history(arrival)
            result.undated += arrival.is_published_guessed
        seen.add(name)


def _known(arrivals: Sequence[Arrival], listener: Listener) -> dict[str, tuple[str, bool]]:
    if listener.source.pk is None:
        return {}
    names = [arrival.post.external_id for arrival in arrivals]
    stored = Mention.objects.filter(source=listener.source, external_id__in=names)
    rows = stored.values_list("external_id", "content_hash", "is_gone")
    return {name: (said, is_gone) for name, said, is_gone in rows}
