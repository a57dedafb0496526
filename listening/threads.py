"""What stood before a post in its thread, as far as it is stored here: given to readers beside the post."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models.functions import Left

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
    for _ in range(GENERATIONS):
        said.update(_stored(wanted - said.keys()))
        wanted = {(key[0], said[key].parent_id) for key in wanted if key in said and said[key].parent_id}
    return {key: _down_to(key, said) for key in asked if key in said}


def _stored(keys: set[Key]) -> dict[Key, Said]:
    if not keys:
        return {}
    found = Mention.objects.filter(
        source_id__in={source_id for source_id, _ in keys},
        external_id__in={external_id for _, external_id in keys},
        is_gone=False,
    ).annotate(head=Left("text", CHARACTERS))
    rows = found.values_list("source_id", "external_id", "title", "head", "parent_external_id")
    return {
        (source_id, external_id): Said(words(title, head), parent_id)
        for source_id, external_id, title, head, parent_id in rows
    }


def words(title: str, text: str) -> str:
    return f"{title}\n{text[:CHARACTERS]}" if title else text[:CHARACTERS]


def _down_to(key: Key, said: Mapping[Key, Said]) -> tuple[str, ...]:
    thread: list[str] = []
    while key in said and len(thread) < GENERATIONS:
        thread.append(said[key].words)
        key = (key[0], said[key].parent_id)
    return tuple(reversed(thread))
