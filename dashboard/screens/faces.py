"""A mention's card as a big screen shows it, by where the screen hangs. What is masked is not in it at all.

Public: a short quote, no person, no link, and none of what speaks of somebody's safety. Staff: the text, and
nobody's identity. Locked: what a desk shows. On none of them is there anything to press.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from dashboard import markup
from dashboard.cards import Card, Piece
from dashboard.screen_class import ScreenClass
from listening.models import Mention
from listening.models.mention import RESTRICTED_LANES, MentionQuerySet
from listening.reading.lanes import INCIDENTS, SAFETY

NOT_IN_PUBLIC = tuple(sorted({*SAFETY, *INCIDENTS, *RESTRICTED_LANES}))
QUOTED_WORDS = 12
QUOTED_CHARACTERS = 110
"""Where a script sets no spaces, or a word has no end."""
LONGEST_WORD = 40

LIKE_A_LINK = re.compile(r"[@<>{}\\]|//|www\.|\b[ur]/\w|\w\.[a-z]{2,}", re.IGNORECASE)
LETTERS = re.compile(r"\W+")
SHORTEST_NAME = 3

TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^<>]*)>")
PRESSED = frozenset({"a", "button", "form", "summary"})
TO_PRESS = re.compile(
    r"""\s(?:href|action|formaction|tabindex|data-(?:key|panel|open|hx-[\w:-]+)|hx-(?!swap-oob\b)[\w:-]+)(?:="[^"]*"|='[^']*')?"""
)


def is_shown(mention: Mention, screen_class: ScreenClass) -> bool:
    if screen_class != ScreenClass.PUBLIC:
        return mention.lane not in RESTRICTED_LANES
    return mention.level != Mention.Level.P0 and mention.lane not in NOT_IN_PUBLIC


def shown(mentions: MentionQuerySet, screen_class: ScreenClass) -> MentionQuerySet:
    """The same answer as `is_shown`, for the database: for what is counted as well as for what is read."""
    if screen_class != ScreenClass.PUBLIC:
        return mentions.unrestricted()
    return mentions.exclude(Q(level=Mention.Level.P0) | Q(lane__in=NOT_IN_PUBLIC))


@dataclass(frozen=True)
class Quote:
    """All that a public screen knows of a mention."""

    template: ClassVar[str] = "screens/_quote.html"
    pk: int
    seq: int
    level: str
    severity: str
    word: str
    word_end: str
    icon: str
    stands_at: str
    place: str
    source: str
    language: str
    said_at: datetime
    pieces: tuple[Piece, ...]
    is_cut: bool
    suffix: str = ""  # of its ids, where one page may hold it twice

    @property
    def words(self) -> str:
        return " ".join(piece.text for piece in self.pieces).casefold()

    @classmethod
    def of(cls, card: Card) -> "Quote":
        mention = card.mention
        told = () if card.is_withheld else (*card.title_pieces, Piece(" "), *card.pieces)
        words, is_cut = quoted(told, names_of(mention))
        return cls(
            pk=mention.pk,
            seq=mention.wall_seq,
            level=mention.level,
            severity=card.severity,
            word=card.word_parts[0],
            word_end=card.word_parts[1],
            icon=card.icon,
            stands_at=f"{card.at.timestamp():.6f}",
            place=mention.facility.short_name if mention.facility else "",
            source=card.net_parts[1],
            language=mention.language,
            said_at=card.stands_at or mention.published_at,
            pieces=words,
            is_cut=is_cut,
            suffix=card.suffix,
        )


def names_of(mention: Mention) -> frozenset[str]:
    """What its author is called, in small letters without signs."""
    author = mention.author
    if author is None:
        return frozenset()
    said = [author.handle, author.name, *author.name.split()]
    plain = {LETTERS.sub("", each).casefold() for each in said}
    return frozenset(each for each in plain if len(each) >= SHORTEST_NAME)


def quoted(pieces: Iterable[Piece], names: frozenset[str]) -> tuple[tuple[Piece, ...], bool]:
    """The first words, and whether there were more. What is like a link or the author's name is hidden."""
    kept: list[Piece] = []
    length = 0
    for word in _words(pieces):
        if len(kept) == QUOTED_WORDS or length + len(word.text) > QUOTED_CHARACTERS:
            return tuple(kept), True
        if word.kind == "mask" or not _tells(word.text, names):
            kept.append(word)
        elif not kept or kept[-1].text != "[hidden]":
            kept.append(Piece("[hidden]", "mask"))
        length += len(kept[-1].text) + 1
    return tuple(kept), False


def _words(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Word by word. A word of which a part is matched, or hidden, is that as a whole."""
    text, kind = "", "plain"
    for piece in pieces:
        if piece.kind == "unseen":
            continue
        if piece.kind == "mask":
            if text:
                yield Piece(text[:LONGEST_WORD], kind)
            yield piece
            text, kind = "", "plain"
            continue
        parts = re.split(r"(\s+)", piece.text)
        for part in parts:
            if part.isspace():
                if text:
                    yield Piece(text[:LONGEST_WORD], kind)
                text, kind = "", "plain"
            elif part:
                text, kind = text + part, piece.kind
    if text:
        yield Piece(text[:LONGEST_WORD], kind)


def _tells(word: str, names: frozenset[str]) -> bool:
    if LIKE_A_LINK.search(word):
        return True
    plain = LETTERS.sub("", word).casefold()
    return any(name in plain for name in names)


def unpressable(html: str) -> SafeString:
    """Our own markup without what could be pressed, focused or asked for. A post's words are no markup.

    Where a part goes that comes with another (`hx-swap-oob`) stays: without it, it would be put beside that.
    """
    return mark_safe(TAG.sub(_unpressed, html))  # noqa: S308


def _unpressed(tag: re.Match[str]) -> str:
    closing, name, attributes = tag.groups()
    if name == "input":
        return ""
    if name == "use":
        return tag[0]  # an icon's href leads nowhere
    return f"<{closing}{'span' if name in PRESSED else name}{TO_PRESS.sub('', attributes)}>"


def public(mention: Mention) -> str:
    return render_to_string(Quote.template, {"quote": Quote.of(Card(mention, is_named=False))})


def rendered(card: Card, screen_class: ScreenClass) -> SafeString:
    """A card for the page; the stream has rendered its own already."""
    if screen_class == ScreenClass.PUBLIC:
        return SafeString(render_to_string(Quote.template, {"quote": Quote.of(card)}))
    return unpressable(markup.card(card))
