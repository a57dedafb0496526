"""A post as a query sees it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    text: str
    title: str = ""
    author: str = ""  # the handle
    url: str = ""
    site: str = ""  # its host; taken from the address where empty
    language: str = ""
    rating: int | None = None
    source: str = ""  # what `source:` may call it, as `source_names` says
    kind: str = ""
    facilities: tuple[str, ...] = ()  # their slugs


def source_names(slug: str, kind: str, network: str) -> str:
    """All that a query may call a source by, with spaces between."""
    return f"{slug} {kind} {network}"
