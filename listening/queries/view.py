"""A post laid out for queries: its words at once, all else only when some query asks."""

from functools import cached_property
from urllib.parse import urlsplit

from listening.queries import words
from listening.queries.asked import Asked
from listening.queries.words import LOOKED_AT

END_OF_TITLE = b"\x00"
APART = 10_000
"""Words that count as lying between a title and its text: no NEAR reaches over them."""


def loose_words_of(asked: Asked) -> bytes:
    text = words.loose(asked.text[:LOOKED_AT])
    return words.loose(asked.title[:LOOKED_AT]) + text if asked.title else text


class View:
    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        text = words.squeezed(asked.text[:LOOKED_AT])
        # The mark between title and text is there for no phrase to go over.
        self.words = words.squeezed(asked.title[:LOOKED_AT]) + END_OF_TITLE + text if asked.title else text
        self._places: list[tuple[int, int]] = []
        self._more_places = words.places(asked.text[:LOOKED_AT])

    @property
    def begins(self) -> int:
        """The number of the first word of the text."""
        return self.words.count(b" ", 0, self.words.find(END_OF_TITLE)) if self.asked.title else 0

    def place(self, word: int) -> tuple[int, int]:
        """Where a word of the text begins and ends in it. Nowhere, if only the quick look reached it."""
        found = self._places
        while len(found) <= word:
            place = next(self._more_places, None)
            if place is None:
                return 0, 0
            found.append(place)
        return found[word]

    @cached_property
    def numbers(self) -> list[int] | None:
        """The number of each word as NEAR counts: a possessive 's is part of the word before it. None where
        each word counts for itself."""
        if not self.asked.title and b" 's " not in self.words:
            return None
        numbers, at = [], -1
        for word in self.words.split():
            at += APART if word == END_OF_TITLE else word != b"'s"
            numbers.append(at)
        return numbers

    def number(self, word: int) -> int:
        return word if self.numbers is None else self.numbers[word]

    def span(self, word: int) -> tuple[str, int, int]:
        """What a word stands in, and where."""
        if word >= self.begins:
            return self.asked.text, *self.place(word - self.begins)
        places = self._title_places
        return (self.asked.title, *places[word]) if word < len(places) else ("", 0, 0)

    @cached_property
    def _title_places(self) -> list[tuple[int, int]]:
        return list(words.places(self.asked.title[:LOOKED_AT]))

    @cached_property
    def url(self) -> str:
        return _bare_url(self.asked.url)

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The site and those it is part of: "a.news.example", "news.example", "example"."""
        parts = (self.asked.site or _host(self.asked.url)).casefold().strip(".").split(".")[-10:]
        return tuple(".".join(parts[at:]) for at in range(len(parts)))

    @cached_property
    def author(self) -> str:
        return self.asked.author.casefold().lstrip("@")

    @cached_property
    def sources(self) -> tuple[str, ...]:
        return tuple(self.asked.source.casefold().split())

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Both "es-mx" and "es"."""
        said = self.asked.language.casefold().replace("_", "-")
        return (said, said.partition("-")[0]) if said else ()


def _bare_url(url: str) -> str:
    bare = url[:LOOKED_AT].casefold().partition("://")
    return (bare[2] or bare[0]).removeprefix("www.")


def _host(url: str) -> str:
    try:
        return urlsplit(url[:LOOKED_AT]).hostname or ""
    except ValueError:
        return ""
