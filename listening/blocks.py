"""Which posts a person said are not about us. Pure: a look-up by author, one by site, a walk for words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from listening.queries.asked import Asked
from listening.queries.matching import Matcher


@dataclass(frozen=True)
class Block:
    """One exclusion as it is asked: an author's id, or a site, or words in the grammar of watchlists."""

    id: int
    author_id: int | None = None
    site: str = ""
    expression: str = ""
    facility_id: int | None = None  # None: in all of them


@dataclass(frozen=True)
class Seen:
    """A post as exclusions see it."""

    asked: Asked
    author_id: int | None = None
    facility_id: int | None = None


@dataclass(frozen=True)
class Blocks:
    """All exclusions that stand, ready to be asked."""

    blocks: Mapping[int, Block] = field(default_factory=dict)
    by_author: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    by_site: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    words: Matcher | None = None

    @classmethod
    def of(cls, blocks: Iterable[Block]) -> "Blocks":
        by_id = {block.id: block for block in blocks}
        worded = [(block.id, block.expression) for block in by_id.values() if block.expression]
        return cls(
            by_id,
            _grouped((block.author_id, block.id) for block in by_id.values() if block.author_id),
            _grouped((block.site, block.id) for block in by_id.values() if block.site),
            Matcher(worded) if worded else None,
        )

    def block(self, seen: Seen) -> int | None:
        """The oldest exclusion that the post falls under; None where it falls under none."""
        if not self.blocks:
            return None
        return min((found for found in self._found(seen) if self._reaches(found, seen)), default=None)

    def _found(self, seen: Seen) -> set[int]:
        found = set(self.by_author.get(seen.author_id, ())) if seen.author_id else set()
        for site in sites_of(seen.asked.url) if self.by_site else ():
            found.update(self.by_site.get(site, ()))
        if self.words is not None:
            found.update(hit.query_id for hit in self.words.find(seen.asked))
        return found

    def _reaches(self, block_id: int, seen: Seen) -> bool:
        of_facility = self.blocks[block_id].facility_id
        return of_facility is None or of_facility == seen.facility_id


Key = TypeVar("Key")
NOTHING = Blocks()


def _grouped(pairs: Iterable[tuple[Key, int]]) -> dict[Key, tuple[int, ...]]:
    grouped: dict[Key, tuple[int, ...]] = {}
    for key, block_id in pairs:
        grouped[key] = (*grouped.get(key, ()), block_id)
    return grouped


def site_of(url: str) -> str:
    """The host of an address, in lower case and without its www; nothing where there is none."""
    try:
        host = (urlsplit(url[:2000]).hostname or "").rstrip(".")
    except ValueError:
        return ""
    return host.removeprefix("www.")[:255]


def sites_of(url: str) -> list[str]:
    """The host and all that it is a part of: news.larkmoor.example, then larkmoor.example."""
    parts = site_of(url).split(".")[-8:]
    return [".".join(parts[at:]) for at in range(len(parts) - 1)] or [parts[0]]
