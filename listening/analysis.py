"""All that is read from one post, joined: tone, lane, language, topics, identifiers. Pure."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from listening import identifiers, lanes, languages, sentiment
from listening.identifiers import Identifier
from listening.lanes import Lane
from listening.matching import Matcher
from listening.sentiment import NO_NAMES, Names, Tone

READER_VERSION = "1"
"""Stored with each mention, so that an older reading can be told apart. Raise it with the lexicons."""


@dataclass(frozen=True)
class ToRead:
    text: str
    title: str = ""
    rating: int | None = None
    language: str = ""
    thread: tuple[str, ...] = ()
    names: Names = NO_NAMES


@dataclass(frozen=True)
class Reading:
    tone: Tone
    lane: Lane
    language: str
    topics: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()

    @property
    def reasons(self) -> list[str]:
        return [*self.lane.reasons, *(f"tone: {reason}" for reason in self.tone.reasons)]


def read(post: ToRead) -> Reading:
    """What a mention keeps. Topics and identifiers are read only where they are asked for."""
    words = f"{post.title}\n{post.text}" if post.title else post.text
    tone = sentiment.read(words, rating=post.rating, names=post.names)
    lane = lanes.read(words, tone, rating=post.rating, thread=post.thread)
    return Reading(tone, lane, languages.read(words, post.language))


def read_in_full(post: ToRead) -> Reading:
    read_already = read(post)
    return Reading(
        read_already.tone,
        read_already.lane,
        read_already.language,
        topics(post.text),
        tuple(identifiers.find(post.text)),
    )


def topics(text: str) -> tuple[str, ...]:
    names, matcher = _topics()
    return tuple(dict.fromkeys(names[hit.query_id] for hit in matcher.find(text)))


@cache
def _topics() -> tuple[list[str], Matcher]:
    with (Path(__file__).parent / "lexicon" / "topics.toml").open("rb") as file:
        read = tomllib.load(file)
    lines = [(topic, line) for topic, listed in read.items() for line in listed.split("|")]
    return [topic for topic, _ in lines], Matcher((at, line) for at, (_, line) in enumerate(lines))
