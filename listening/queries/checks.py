"""What only the post as it was written can tell: capitals, and a # or @ before a word."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Protocol

from listening.queries import needles, words
from listening.queries.tree import Phrase, Word
from listening.queries.view import View
from listening.queries.words import ANY_LETTER
from listening.wording import TABLE


class Check(Protocol):
    @property
    def marks_sign(self) -> bool: ...
    def is_met(self, view: View, first: int, count: int) -> bool: ...


@dataclass(frozen=True)
class Capitals:
    pattern: re.Pattern[str]
    marks_sign: bool = False

    def is_met(self, view: View, first: int, count: int) -> bool:
        said = (view.span(word) for word in range(first, first + count))
        return bool(
            self.pattern.fullmatch(" ".join(_as_written(text[start:end]) for text, start, end in said))
        )


@dataclass(frozen=True)
class Signed:
    """A tag or a handle: it ends where the network would end it."""

    pattern: re.Pattern[str]
    sign: str
    first: int  # counted from the first word of the phrase
    count: int
    is_prefix: bool

    @property
    def marks_sign(self) -> bool:
        return self.first == 0

    def is_met(self, view: View, first: int, count: int) -> bool:
        text, start, _ = view.span(first + self.first)
        last_text, _, end = view.span(first + self.first + self.count - 1)
        if (
            text is not last_text
            or unicodedata.normalize("NFKC", text[max(0, start - 1) : start]) != self.sign
        ):
            return False
        if start > 1 and (text[start - 2].isalnum() or text[start - 2] == "_"):
            return False
        if not self.pattern.fullmatch(words.folded(text[start:end])):
            return False
        return self.is_prefix or not self._goes_on(text[end : end + 2])

    def _goes_on(self, after: str) -> bool:
        """@north goes on in @north_jobs, and in @north.social; it ends in "thanks @north."."""
        if after[:1].isalnum() or after[:1] == "_":
            return True
        return self.sign == "@" and after[:1] in (".", "-", "@") and after[1:].isalnum()


def of(term: Word | Phrase) -> tuple[Check, ...]:
    signed: tuple[Check, ...] = tuple(_signed(sign) for sign in needles.signs(term))
    listed = needles.words_of(term)
    if not listed[0].exact:
        return signed
    said = " ".join(_pattern(" ".join(_cased(word.text)), word) for word in listed)
    return (*signed, Capitals(re.compile(said)))


def _signed(sign: needles.Sign) -> Signed:
    text = words.folded(sign.word.text[1:].replace("?", ANY_LETTER))
    pattern = re.compile(_pattern(text, sign.word))
    return Signed(pattern, sign.word.text[0], sign.first, sign.count, sign.word.prefix)


def _pattern(text: str, word: Word) -> str:
    return r"\w".join(map(re.escape, text.split(ANY_LETTER))) + (r"\w*" if word.prefix else "")


def _cased(text: str) -> list[str]:
    text = text.replace("?", ANY_LETTER)
    return [_as_written(text[start:end]) for start, end in words.places(text)]


def _as_written(text: str) -> str:
    return unicodedata.normalize("NFKC", words.VANISHING.sub("", text).translate(TABLE))
