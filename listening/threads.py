"""What stood before a post in its thread, as far as it is stored here: given to readers beside the post."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models.functions import Left

from listening import kin
from listening.models import Mention

GENERATIONS = 3
CHARACTERS = 1000
"""Of each earlier post; more of it tells no more about the one that is read."""

Key = tuple[int, str]
"""Source and id at that source."""


@dataclass(frozen=True)
class Said:
    """An earlier post: its words, and what it answered itself."""

    words: str
    parent_id: str


def before(answered: Iterable[Key], beside: Mapping[Key, Said] | None = None) -> dict[Key, tuple[str, ...]]:
    """For each post that is answered the thread down to it, oldest first; nothing where it is not stored.

    `beside`: posts that are being stored with those that are read. One query a generation.
    """
    asked = {key for key in answered if key[1]}
    said, wanted = dict(beside or {}), asked
    families = kin.families({source_id for source_id, _ in asked}) if asked else {}
    for _ in range(GENERATIONS):
        said.update(_stored(wanted - said.keys(), families))
        wanted = {(key[0], said[key].parent_id) for key in wanted if key in said and said[key].parent_id}
    return {key: _down_to(key, said) for key in asked if key in said}


def _stored(keys: set[Key], families: Mapping[int, Sequence[int]]) -> dict[Key, Said]:
    """What a source heard itself, or else its kin."""
    if not keys:
        return {}
    found = Mention.objects.filter(
        source_id__in={each for source_id, _ in keys for each in families[source_id]},
        external_id__in={external_id for _, external_id in keys},
        is_gone=False,
    ).annotate(head=Left("text", CHARACTERS))
    rows = found.values_list("source_id", "external_id", "title", "head", "parent_external_id")
    said = {
        (source_id, external_id): Said(words(title, head), parent_id)
        for source_id, external_id, title, head, parent_id in rows
    }
    near = {key: [(each, key[1]) for each in families[key[0]]] for key in keys}
    return {key: said[first] for key in keys if (first := next((e for e in near[key] if e in said), None))}


def words(title: str, text: str) -> str:
    return f"{title}\n{text[:CHARACTERS]}" if title else text[:CHARACTERS]


def _down_to(key: Key, said: Mapping[Key, Said]) -> tuple[str, ...]:
    thread: list[str] = []
    while key in said and len(thread) < GENERATIONS:
        thread.append(said[key].words)
        key = (key[0], said[key].parent_id)
    return tuple(reversed(thread))
