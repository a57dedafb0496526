"""Starter packs: watchlists written in advance, with places for our own names.

A pack is one file in `packs/`. `{names}` stands for what the public calls a facility, `{handles}` for its
handles and tags, `{cities}` for its towns. A query whose place stays empty (no handle is known) is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml

from hospital.models import Facility
from listening.watchlist_files import Document, Line

FOLDER = Path(__file__).parent / "packs"
MOST_NAMES = 24
"""Of more names the shortest are taken: what is longer mostly holds one of them."""

NAMES = frozenset({"name", "nickname", "misspelling"})
SIGNS = {"handle": "@", "hashtag": "#"}


@dataclass(frozen=True)
class Place:
    """What a facility is called."""

    names: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()  # with their @ or #
    city: str = ""


@dataclass(frozen=True)
class Pack:
    slug: str
    title: str
    description: str
    purpose: str
    review_after: timedelta
    queries: tuple[Line, ...]

    def filled(self, places: Sequence[Place], *, today: date, facility: str = "") -> Document:
        """The watchlist that it makes for these places."""
        words = {
            "{names}": _any_of(_quoted(name) for name in _shortest(place.names for place in places)),
            "{handles}": _any_of(each for place in places for each in place.handles),
            "{cities}": _any_of(_quoted(place.city) for place in places if place.city.strip()),
        }
        lines = [Line(_put(line.expression, words), line.note) for line in self.queries]
        return Document(
            name=self.title,
            purpose=self.purpose,
            facility=facility,
            review_on=today + self.review_after,
            queries=tuple(line for line in lines if line.expression),
        )


@cache
def all_packs() -> dict[str, Pack]:
    """By slug, in the order in which they are offered."""
    found = [_read(path) for path in sorted(FOLDER.glob("*.yaml"))]
    return {pack.slug: pack for pack in found}


def _read(path: Path) -> Pack:
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Pack(
        slug=path.stem,
        title=said["title"],
        description=said["description"],
        purpose=said["purpose"],
        review_after=timedelta(days=said["review_after_days"]),
        queries=tuple(Line(each["query"], each["note"]) for each in said["queries"]),
    )


def _put(expression: str, words: dict[str, str]) -> str:
    for place, said in words.items():
        if place in expression and not said:
            return ""
        expression = expression.replace(place, said)
    return expression


def _any_of(terms: Iterable[str]) -> str:
    kept = list(dict.fromkeys(term for term in terms if term.strip('"')))[:MOST_NAMES]
    return kept[0] if len(kept) == 1 else f"({' OR '.join(kept)})" if kept else ""


def _shortest(names: Iterable[Sequence[str]]) -> list[str]:
    every = dict.fromkeys(name for some in names for name in some)
    return sorted(every, key=len) if len(every) > MOST_NAMES else list(every)


def _quoted(name: str) -> str:
    """As an exact phrase; quotes within it would end it."""
    plain = "".join(" " if letter in '"“”„«»' else letter for letter in name.casefold())
    return f'"{" ".join(plain.split())}"'


def places(facilities: Iterable[Facility]) -> list[Place]:
    """What the dictionary holds of these facilities, `names` among it."""
    return [_place(facility) for facility in facilities]


def _place(facility: Facility) -> Place:
    known = [(name.kind, name.name.strip()) for name in facility.names.all()]
    signed = [SIGNS[kind] + name.lstrip("@#") for kind, name in known if kind in SIGNS]
    names = [facility.name, *(name for kind, name in known if kind in NAMES)]
    return Place(tuple(names), tuple(each for each in signed if " " not in each), facility.city)
