"""What `analyse` is asked about one post, and what it answers."""

from dataclasses import asdict
from functools import lru_cache, partial
from typing import Any

from hospital.models import Facility
from listening import facilities, jsonlines, watchlists, wording
from listening.jsonlines import Answer, Item
from listening.reading import analysis, identifiers
from listening.reading.analysis import Reading, ToRead
from listening.reading.namesakes import Ours
from listening.reading.sentiment import Names


def answering(own_names: tuple[str, ...] = ()) -> Answer:
    """Answers with these names masked in every post, beside those that it brings itself."""
    return partial(_answer, own_names=own_names)


def names_of(facility: Facility) -> tuple[str, ...]:
    """The names that a poll would mask: the facility's, and what is watched as a name."""
    spoken = facilities.Facilities(facilities.names_of(facility, facility.names.all()))
    return tuple(watchlists.current().names(spoken.words))


def _answer(item: Item, *, own_names: tuple[str, ...]) -> dict[str, Any]:
    said = jsonlines.text(item, "text", required=True)
    post = _to_read(item, said, own_names)
    reading = analysis.SHIPPED.read(post)
    own = post.names.spans(said[: identifiers.LONGEST])
    return {
        "id": item.get("id"),
        "sentiment": _sentiment(reading),
        "topics": list(reading.topics),
        "severity": reading.lane.severity,
        "level": reading.lane.level,
        "lane": reading.lane.name,
        "language": reading.language,
        # Looked for in the words as they came: cleaning them would move every span.
        "identifiers": [asdict(each) for each in identifiers.find(said, own)],
        "reasons": reading.reasons,
    }


def _to_read(item: Item, said: str, own_names: tuple[str, ...]) -> ToRead:
    """As a poll would read it: cleaned and capped."""
    return ToRead(
        wording.capped(said)[0],
        rating=jsonlines.rating(item),
        network=jsonlines.text(item, "network"),
        prompt=wording.storable(jsonlines.text(item, "prompt")),
        thread=tuple(wording.storable(each) for each in jsonlines.texts(item, "thread")),
        names=_masking((*own_names, *jsonlines.texts(item, "names"))),
        ours=_ours((*own_names, *jsonlines.texts(item, "names"))),
    )


@lru_cache(maxsize=64)
def _masking(names: tuple[str, ...]) -> Names:
    return Names(wording.storable(name) for name in names)


@lru_cache(maxsize=64)
def _ours(names: tuple[str, ...]) -> Ours:
    return Ours(wording.storable(name) for name in names)


def _sentiment(reading: Reading) -> dict[str, Any]:
    tone = reading.tone
    return {"label": tone.label, "score": tone.score, "reasons": list(tone.reasons)}
