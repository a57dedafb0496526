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
    source: str = ""  # names of it with spaces between: its slug and its network, say
    kind: str = ""
    facilities: tuple[str, ...] = ()  # their slugs
