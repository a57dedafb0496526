"""All that is read from one post, joined: tone, lane, topics, language, identifiers. Pure."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from listening.matching import Matcher
from listening.reading import identifiers, lanes, languages, sentiment
from listening.reading.identifiers import Identifier
from listening.reading.lanes import Lane
from listening.reading.sentiment import NO_NAMES, Names, Tone

READER_VERSION = "3"
"""Raise it with the shipped readers: stored with each mention, so that an older reading can be told apart."""


@dataclass(frozen=True)
class ToRead:
    text: str
    title: str = ""
    rating: int | None = None
    language: str = ""
    network: str = ""
    prompt: str = ""  # the question that the text answers
    thread: tuple[str, ...] = ()  # earlier posts, oldest first
    names: Names = NO_NAMES

    @property
    def words(self) -> str:
        return f"{self.title}\n{self.text}" if self.title else self.text


@dataclass(frozen=True)
class Reading:
    tone: Tone
    lane: Lane
    language: str
    topics: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()  # spans into the text
    title_identifiers: tuple[Identifier, ...] = ()  # spans into the title

    @property
    def reasons(self) -> list[str]:
        return [*self.lane.reasons, *(f"tone: {reason}" for reason in self.tone.reasons)]


@dataclass(frozen=True)
class Reader:
    """Reads posts with one set of word lists; `version` names the set and is stored with each mention."""

    version: str = READER_VERSION

    def read(self, post: ToRead) -> Reading:
        tone = sentiment.read(post.words, rating=post.rating, names=post.names)
        before = (*post.thread, post.prompt) if post.prompt else post.thread
        lane = lanes.read(post.words, tone, rating=post.rating, thread=before)
        return Reading(
            tone,
            lane,
            languages.read(post.words, post.language),
            topics(post.words),
            tuple(identifiers.find(post.text)),
            tuple(identifiers.find(post.title)),
        )


SHIPPED = Reader()
"""Reads with the word lists that Murmur comes with."""


def topics(text: str) -> tuple[str, ...]:
    names, matcher = _topics()
    return tuple(dict.fromkeys(names[hit.query_id] for hit in matcher.find(text)))


@cache
def _topics() -> tuple[list[str], Matcher]:
    with (Path(__file__).parent / "lexicon" / "topics.toml").open("rb") as file:
        read = tomllib.load(file)
    lines = [(topic, line) for topic, listed in read.items() for line in listed.split("|")]
    return [topic for topic, _ in lines], Matcher((at, line) for at, (_, line) in enumerate(lines))
