"""All that is read from one post, joined: tone, lane, topics, language, identifiers. Pure."""

from dataclasses import dataclass, field

from listening.reading import (
    criticality,
    features,
    healthwords,
    identifiers,
    lanes,
    languages,
    namesakes,
    noise,
    sentiment,
    topics,
)
from listening.reading import taxonomy as taxonomies
from listening.reading.healthwords import HealthLexicon
from listening.reading.identifiers import Identifier
from listening.reading.lanes import Lane
from listening.reading.namesakes import NOBODY, US, About, Ours
from listening.reading.noise import NoiseFound
from listening.reading.sentiment import NO_NAMES, Names, Tone
from listening.reading.taxonomy import Taxonomy
from listening.reading.topics import TopicFound

READER_VERSION = "8"
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
    ours: Ours = NOBODY  # what tells us from a namesake; nobody: it is about us

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
    about: About = US
    noise: NoiseFound | None = None
    unsaid: frozenset[str] = frozenset()  # words that name somebody: no reason repeats them

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(each.id for each in self.found)

    @property
    def reasons(self) -> list[str]:
        said = [
            *([self.about.reason] if self.about.reason else []),
            *self.lane.reasons,
            *(f"tone: {reason}" for reason in self.tone.reasons),
            *(f"topic {each.id}: {each.reason}" for each in self.found),
        ]
        return [identifiers.unsaid(reason, self.unsaid) for reason in said]


@dataclass(frozen=True)
class Reader:
    """Reads posts with one set of word lists; `version` names the set and is stored with each mention."""

    version: str = READER_VERSION
    lexicon: HealthLexicon = field(default_factory=healthwords.shipped, repr=False)
    taxonomy: Taxonomy = field(default_factory=taxonomies.shipped, repr=False)

    def read(self, post: ToRead) -> Reading:
        tone = sentiment.read(
            post.words, rating=post.rating, prompt=post.prompt, names=post.names, lexicon=self.lexicon
        )
        before = (*post.thread, post.prompt) if post.prompt else post.thread
        spam = noise.read(post.text, post.title, rating=post.rating)
        lane = lanes.read(
            post.names.where_they_work(post.words),
            tone,
            rating=post.rating,
            thread=before,
            criticality=_criticality(post, tone),
            noise=spam.reason if spam else None,
        )
        in_text = identifiers.find(post.text, post.names.spans(post.text[: identifiers.LONGEST]))
        in_title = identifiers.find(post.title, post.names.spans(post.title))
        return Reading(
            tone,
            lane,
            languages.read(post.words, post.language),
            self._topics(post),
            tuple(in_text),
            tuple(in_title),
            namesakes.read(post.text, post.title, ours=post.ours),
            spam,
            identifiers.words_of(post.text, in_text) | identifiers.words_of(post.title, in_title),
        )

    def is_pressing(self, post: ToRead) -> bool:
        """Whether it may be one that must not wait, judged without its thread: in a quarter of the time."""
        return lanes.is_pressing(post.names.where_they_work(post.words))

    def _topics(self, post: ToRead) -> tuple[TopicFound, ...]:
        # A hospital called after its maternity ward is not about births in every post.
        words = post.names.blanked(features.cut(post.words))
        return topics.read(words, post.prompt, self.taxonomy)


def _criticality(post: ToRead, tone: Tone) -> float | None:
    """How grave a complaint is; praise has none."""
    return None if tone.label == "positive" else criticality.score(post.words, post.prompt)


SHIPPED = Reader()
"""Reads with the word lists that Murmur comes with."""
