"""Posts that hold our name and want nothing from us: job adverts, spam, giveaways, automated, property.

Precision first: what is called noise may be passed over by those who answer. So one sure phrase or two likely
ones, in `lexicon/noise.toml`, and a kind that is never about oneself falls silent where somebody tells of
themselves. Whoever calls sees to it that no post is noise that any safety rule speaks for. Pure.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from listening.phrases import Hit, Phrases
from listening.wording import normal

LOOKED_AT = 2000
"""Characters that are looked at: an advert says at once what it is."""

LINK = re.compile(r"(?:https?://|www\.)\S{1,300}", re.IGNORECASE)
TAG = re.compile(r"[@#]\w{1,100}")
WORD = re.compile(r"[^\W_]")
MANY_TAGS = 8
BARE = 400
"""Characters beyond which a post has words, or is read for them anyway."""


@dataclass(frozen=True)
class NoiseFound:
    kind: str
    reason: str


@dataclass(frozen=True)
class _Phrase:
    kind: str
    is_sure: bool


class _Lexicon:
    def __init__(self, read: dict[str, Any]) -> None:
        self.says = {kind["name"]: kind["says"] for kind in read["kind"]}
        self.impersonal = {kind["name"] for kind in read["kind"] if kind.get("is_impersonal")}
        lines = list(self._lines(read["kind"]))
        self.phrases = [phrase for phrase, _ in lines]
        self.matcher = Phrases((at, line) for at, (_, line) in enumerate(lines))
        self.personal = Phrases((at, f'"{line}"') for at, line in enumerate(read["not_beside"]))

    @staticmethod
    def _lines(kinds: list[dict[str, Any]]) -> Iterator[tuple[_Phrase, str]]:
        for kind in kinds:
            for is_sure in (True, False):
                for line in kind["sure" if is_sure else "likely"]:
                    yield _Phrase(kind["name"], is_sure), line


@cache
def _lexicon() -> _Lexicon:
    with (Path(__file__).parent / "lexicon" / "noise.toml").open("rb") as file:
        return _Lexicon(tomllib.load(file))


def read(text: str, title: str = "", *, rating: int | None = None) -> NoiseFound | None:
    """What kind of noise a post is, and by which words; None for nearly all. A review is never noise."""
    if rating is not None:
        return None
    said = f"{title[:LOOKED_AT]}\n{text[:LOOKED_AT]}" if title else text[:LOOKED_AT]
    return _bare(said) or _spoken(said)


def _bare(said: str) -> NoiseFound | None:
    """Nothing but a link, or tags upon tags."""
    if len(said) > BARE:
        return None
    words = TAG.sub(" ", LINK.sub(" ", said))
    if WORD.search(words):
        return None
    if LINK.search(said):
        return NoiseFound("spam", "spam: a link and no word")
    tags = TAG.findall(said)
    return NoiseFound("spam", "spam: tags and no word") if len(tags) >= MANY_TAGS else None


def _spoken(said: str) -> NoiseFound | None:
    lexicon = _lexicon()
    if not lexicon.matcher.find(said):
        return None  # nearly all posts: they need no second look
    plain = normal(said).text
    hits = lexicon.matcher.find(plain)
    is_personal: bool | None = None
    for kind, says in lexicon.says.items():
        of_kind = [hit for hit in hits if lexicon.phrases[hit.number].kind == kind]
        sure = [hit for hit in of_kind if lexicon.phrases[hit.number].is_sure]
        if not sure and len(of_kind) < 2:
            continue
        if kind in lexicon.impersonal:
            is_personal = bool(lexicon.personal.find(plain)) if is_personal is None else is_personal
            if is_personal:
                continue
        return NoiseFound(kind, f"{says}: {_words(plain, sure or of_kind)}")
    return None


def _words(plain: str, hits: list[Hit]) -> str:
    spans = [span for hit in hits for span in hit.spans[:2]][:3]
    return ", ".join(f"'{plain[start:end]}'" for start, end in spans)
