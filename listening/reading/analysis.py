"""All that is read from one post, joined: tone, lane, topics, language, identifiers. Pure."""

from dataclasses import dataclass, field

from listening.reading import features, identifiers, lanes, languages, sentiment, topics
from listening.reading.identifiers import Identifier
from listening.reading.lanes import Lane
from listening.reading.sentiment import NO_NAMES, Names, Tone
from listening.reading.taxonomy import Taxonomy, shipped
from listening.reading.topics import TopicFound

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
    found: tuple[TopicFound, ...] = ()  # strongest first
    identifiers: tuple[Identifier, ...] = ()  # spans into the text
    title_identifiers: tuple[Identifier, ...] = ()  # spans into the title

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(each.id for each in self.found)

    @property
    def reasons(self) -> list[str]:
        return [
            *self.lane.reasons,
            *(f"tone: {reason}" for reason in self.tone.reasons),
            *(f"topic {each.id}: {each.reason}" for each in self.found),
        ]


@dataclass(frozen=True)
class Reader:
    """Reads posts with one set of word lists; `version` names the set and is stored with each mention."""

    version: str = READER_VERSION
    taxonomy: Taxonomy = field(default_factory=shipped)

    def read(self, post: ToRead) -> Reading:
        tone = sentiment.read(post.words, rating=post.rating, names=post.names)
        before = (*post.thread, post.prompt) if post.prompt else post.thread
        lane = lanes.read(post.words, tone, rating=post.rating, thread=before)
        return Reading(
            tone,
            lane,
            languages.read(post.words, post.language),
            self._topics(post),
            tuple(identifiers.find(post.text)),
            tuple(identifiers.find(post.title)),
        )

    def _topics(self, post: ToRead) -> tuple[TopicFound, ...]:
        # A hospital called after its maternity ward is not about births in every post.
        words = post.names.blanked(features.cut(post.words))
        return topics.read(words, post.prompt, self.taxonomy)


SHIPPED = Reader()
"""Reads with the word lists that Murmur comes with."""
