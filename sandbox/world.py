"""The invented health system that the posts are about."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

WORLD_FILE = Path(__file__).with_name("northfield.toml")


@dataclass(frozen=True)
class Facility:
    slug: str
    name: str
    names: tuple[str, ...]
    city: str
    services: tuple[str, ...]
    location: str

    def spoken_names(self, word: str) -> list[str]:
        """What people call it, leaving out names that a search for `word` would miss."""
        return [name for name in (self.name, *self.names) if word.lower() in name.lower().split()]


@dataclass(frozen=True)
class World:
    name: str
    short_name: str
    website: str
    zone: ZoneInfo
    handle: str
    reddit_account: str
    subreddits: tuple[str, ...]
    facilities: tuple[Facility, ...]

    def facility(self, slug: str) -> Facility | None:
        return next((each for each in self.facilities if each.slug == slug), None)


def load(path: Path = WORLD_FILE) -> World:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    facilities = tuple(
        Facility(
            slug=entry["slug"],
            name=entry["name"],
            names=tuple(entry["names"]),
            city=entry["city"],
            services=tuple(entry["services"]),
            location=entry["location"],
        )
        for entry in data["facility"]
    )
    return World(
        name=data["name"],
        short_name=data["short_name"],
        website=data["website"],
        zone=ZoneInfo(data["time_zone"]),
        handle=data["x_handle"],
        reddit_account=data["reddit_account"],
        subreddits=tuple(data["subreddits"]),
        facilities=facilities,
    )
