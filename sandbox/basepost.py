"""The hand-written posts, and the invented people who post them, read from a folder of TOML files."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("corpus")
STORMS = ("storm_ed", "storm_portal")
OWN_GROUP = ("emergency", "hostile", "namesake", "news")


@dataclass(frozen=True)
class BasePost:
    id: str
    kind: str
    lang: str
    networks: tuple[str, ...]
    text: str
    title: str = ""
    rating: int | None = None
    facilities: tuple[str, ...] = ()
    storm: str = ""

    @property
    def group(self) -> str:
        """The pool it is drawn from: a storm, a rare kind, another language, or its kind."""
        if self.storm:
            return self.storm
        if self.kind in OWN_GROUP:
            return self.kind
        return self.kind if self.lang == "en" else self.lang


@dataclass(frozen=True)
class People:
    handles: tuple[str, ...]
    reddit_names: tuple[str, ...]
    reviewers: tuple[str, ...]
    outlets: tuple[str, ...]


def load(folder: Path = FOLDER) -> tuple[BasePost, ...]:
    found = []
    for file in sorted(folder.glob("*.toml")):
        storm = file.stem if file.stem in STORMS else ""
        for entry in tomllib.loads(file.read_text(encoding="utf-8")).get("post", []):
            found.append(read(entry, storm))
    if not found:
        raise SystemExit(f"The sandbox found no posts in {folder}.")
    return tuple(found)


def read(entry: dict[str, Any], storm: str) -> BasePost:
    return BasePost(
        id=entry["id"],
        kind=entry["kind"],
        lang=entry["lang"],
        networks=tuple(entry["networks"]),
        text=entry["text"].strip(" \n"),
        title=entry.get("title", ""),
        rating=entry.get("rating"),
        facilities=tuple(entry.get("facilities", ())),
        storm=storm,
    )


def load_people(folder: Path = FOLDER) -> People:
    data = tomllib.loads((folder / "people.toml").read_text(encoding="utf-8"))
    return People(
        handles=tuple(data["handles"]),
        reddit_names=tuple(data["reddit_names"]),
        reviewers=tuple(data["reviewers"]),
        outlets=tuple(str(outlet) for outlet in data["outlets"]),
    )
