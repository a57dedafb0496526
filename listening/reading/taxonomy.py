"""The topics that posts are sorted by: a list that a hospital may edit. Shipped: `lexicon/topics.toml`.

`Taxonomy.parse` takes the text of such a file and says, with the place, what is wrong with it.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from listening.phrases import BadPhrase, Phrases
from listening.wording import normal

MAX_BODY = 200_000
MAX_TOPICS = 80
MAX_WORDS = 300
MAX_LENGTH = 80
ID = re.compile(r"[a-z][a-z0-9_]{1,39}")

TEXTS = ("label", "description", "domain")
LISTS = ("categories", "words", "never", "examples")


class BadTaxonomy(ValueError):
    """What is wrong with a list of topics, and where."""


@dataclass(frozen=True)
class Topic:
    id: str
    label: str
    description: str = ""
    domain: str = ""  # the HCAHPS or review domain
    categories: tuple[str, ...] = ()  # of the learned reader
    words: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    is_general: bool = False  # counts only where nothing narrower was found


@dataclass(frozen=True, eq=False)
class Taxonomy:
    topics: tuple[Topic, ...]

    @classmethod
    def parse(cls, body: str) -> "Taxonomy":
        if len(body) > MAX_BODY:
            raise BadTaxonomy(f"The list is longer than {MAX_BODY:,} characters.")
        try:
            read = tomllib.loads(body)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise BadTaxonomy(f"The list cannot be read: {error}.") from error
        if not 0 < len(read) <= MAX_TOPICS:
            raise BadTaxonomy(f"A list has 1 to {MAX_TOPICS} topics; this one has {len(read)}.")
        return cls(tuple(_topic(name, said) for name, said in read.items()))

    def topic(self, name: str) -> Topic | None:
        return self._by_id.get(name)

    def found(self, text: str) -> Mapping[str, list[str]]:
        """The words of each topic that a text holds, in the order they are listed."""
        plain = normal(" ".join(text.split())).text
        spans = [(self._words[hit.number], hit.spans) for hit in self._matcher.find(plain)]
        nevers = (span for (_, is_never), listed in spans if is_never for span in listed)
        taken = {at for span in nevers for at in range(*span)}
        said: dict[str, list[str]] = {}
        for (topic, is_never), listed in spans:
            span = next((each for each in listed if each[0] not in taken), None)
            if span is not None and not is_never:
                said.setdefault(topic, []).append(plain[slice(*span)])
        return said

    @cached_property
    def by_category(self) -> dict[str, list[str]]:
        """The ids of the topics that a learned category means."""
        found: dict[str, list[str]] = {}
        for topic in self.topics:
            for name in topic.categories:
                found.setdefault(name, []).append(topic.id)
        return found

    @cached_property
    def _by_id(self) -> dict[str, Topic]:
        return {topic.id: topic for topic in self.topics}

    @cached_property
    def _words(self) -> list[tuple[str, bool]]:
        return [(topic.id, is_never) for topic in self.topics for _, is_never in _phrases(topic)]

    @cached_property
    def _matcher(self) -> Phrases:
        phrases = (phrase for topic in self.topics for phrase, _ in _phrases(topic))
        return Phrases((at, f'"{phrase}"') for at, phrase in enumerate(phrases))


def _phrases(topic: Topic) -> Iterator[tuple[str, bool]]:
    yield from ((word, False) for word in topic.words)
    yield from ((phrase, True) for phrase in topic.never)


def _topic(name: str, said: Any) -> Topic:
    if not ID.fullmatch(name):
        raise BadTaxonomy(f"Topic {name[:60]!r}: an id is 2 to 40 small letters, digits and underscores.")
    if not isinstance(said, dict):
        raise BadTaxonomy(f"Topic {name!r}: it is a block that begins with [{name}].")
    if unknown := set(said) - {*TEXTS, *LISTS, "is_general"}:
        raise BadTaxonomy(f"Topic {name!r}: {min(unknown)[:60]!r} is not known.")
    values: dict[str, Any] = {key: _text(name, key, said.get(key, "")) for key in TEXTS}
    values |= {key: _texts(name, key, said.get(key, [])) for key in LISTS}
    if not values["label"]:
        raise BadTaxonomy(f"Topic {name!r}: it needs a label.")
    if not values["words"] and not values["categories"]:
        raise BadTaxonomy(f"Topic {name!r}: it needs words or categories, or nothing finds it.")
    _check_words(name, (*values["words"], *values["never"]))
    is_general = said.get("is_general", False)
    if not isinstance(is_general, bool):
        raise BadTaxonomy(f"Topic {name!r}: is_general is true or false.")
    return Topic(id=name, is_general=is_general, **values)


def _text(name: str, key: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadTaxonomy(f"Topic {name!r}, {key}: it is not a text.")
    return value.strip()


def _texts(name: str, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BadTaxonomy(f"Topic {name!r}, {key}: it is not a list of texts.")
    if len(value) > MAX_WORDS:
        raise BadTaxonomy(f"Topic {name!r}, {key}: more than {MAX_WORDS} of them.")
    return tuple(each.strip() for each in value)


def _check_words(name: str, words: tuple[str, ...]) -> None:
    for word in words:
        if len(word) > MAX_LENGTH or '"' in word:
            raise BadTaxonomy(f"Topic {name!r}: {word[:40]!r} is longer than {MAX_LENGTH} or holds a quote.")
        try:
            Phrases([(0, f'"{word}"')])
        except BadPhrase as error:
            raise BadTaxonomy(f"Topic {name!r}: {word[:40]!r} holds no word.") from error


@cache
def shipped() -> Taxonomy:
    path = Path(__file__).parent / "lexicon" / "topics.toml"
    return Taxonomy.parse(path.read_text(encoding="utf-8"))
