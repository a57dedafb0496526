"""A mention as the wall shows it: the card, its words, and what is held back from it."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models.functions import Left, Length
from django.template.loader import render_to_string

from dashboard.columns import PRAISE_LANE, Column, column_of
from listening.models import Mention
from listening.models.mention import MentionQuerySet, marked
from listening.reading.lanes import KINDS

EXCERPT = 600
"""Characters of a post that a card can need; the rest is not even read from the database."""

WITHHELD_LANES = frozenset({"self_harm"})
"""What nobody should meet unprepared: the wall says that it is there, and its own page shows it."""

BAR = 20  # width of the tone bar's drawing

SEVERITIES: dict[str, tuple[str, str]] = {
    Mention.Level.P0: ("emergency", "Emergency"),
    Mention.Level.P1: ("urgent", "Urgent"),
    Mention.Level.P2: ("watch", "Watch"),
}
LANE_SIGNS = {PRAISE_LANE: "praise", "question": "question"}
ICONS = {"other": "chat"}
HANDLE_SIGNS = {"x": "@", "reddit": "u/"}


def for_cards(mentions: MentionQuerySet) -> MentionQuerySet:
    """With all a card needs, and of a long text only its beginning."""
    return (
        mentions.select_related("source", "facility", "author")
        .prefetch_related("matches")
        .defer("text")
        .annotate(excerpt=Left("text", EXCERPT), characters=Length("text"))
    )


@dataclass(frozen=True)
class Piece:
    """A stretch of text of one kind: plain, matched by a query, or a character that no eye can see."""

    text: str
    kind: str = "plain"


def pieces(text: str, spans: Iterable[tuple[int, int]]) -> list[Piece]:
    found: list[Piece] = []
    for stretch, is_matched in marked(text, spans):
        found.extend(unmasked(stretch, "match" if is_matched else "plain"))
    return found


def unmasked(text: str, kind: str) -> Iterable[Piece]:
    """Sets invisible and direction-changing characters apart: they can make a text read as another one."""
    begin = 0
    for at, character in enumerate(text):
        if is_unseen(character):
            if at > begin:
                yield Piece(text[begin:at], kind)
            yield Piece(f"U+{ord(character):04X}", "unseen")
            begin = at + 1
    if begin < len(text):
        yield Piece(text[begin:], kind)


def is_unseen(character: str) -> bool:
    # Joiners belong to emoji and to Persian; they change nothing else.
    if character in "\t\n\r\u200c\u200d":
        return False
    return unicodedata.category(character) in ("Cf", "Cc", "Co", "Cn") and not is_emoji_tag(character)


def is_emoji_tag(character: str) -> bool:
    """The tags that spell out a region's flag."""
    return 0xE0020 <= ord(character) <= 0xE007F


@dataclass(frozen=True)
class Card:
    mention: Mention
    is_named: bool = True  # a screen on a wall shows no author

    @cached_property
    def column(self) -> Column:
        return column_of(self.mention)

    @cached_property
    def severity(self) -> str:
        return self._reading[0]

    @property
    def word(self) -> str:
        return self._reading[1]

    @property
    def icon(self) -> str:
        return ICONS.get(self.severity, self.severity)

    @property
    def _reading(self) -> tuple[str, str]:
        by_level = SEVERITIES.get(self.mention.level)
        return by_level or (LANE_SIGNS.get(self.mention.lane, "other"), self.lane)

    @property
    def lane(self) -> str:
        """The lane in words."""
        kind = KINDS.get(self.mention.lane)
        return kind.label if kind else "Comment"

    @property
    def is_withheld(self) -> bool:
        return self.mention.lane in WITHHELD_LANES

    @property
    def is_wordless(self) -> bool:
        return not self.mention.is_gone and not self.mention.title and not self.excerpt.strip()

    @property
    def author(self) -> str:
        """The author as the network writes names."""
        author = self.mention.author
        if author is None or not author.handle:
            return str(author or "")
        return HANDLE_SIGNS.get(self.mention.network, "") + author.handle

    @cached_property
    def pieces(self) -> list[Piece]:
        spans = [(start, end) for match in self.mention.matches.all() for start, end in match.spans]
        return pieces(self.excerpt, spans)

    @property
    def excerpt(self) -> str:
        return str(getattr(self.mention, "excerpt", None) or self.mention.text[:EXCERPT])

    @property
    def title_pieces(self) -> list[Piece]:
        return pieces(self.mention.title[:200], [])

    @property
    def fill(self) -> int:
        """Length of the tone bar: from nothing at wholly positive to full at wholly negative."""
        return round((1 - self.mention.score) / 2 * BAR)

    @property
    def collected_after(self) -> str:
        return span_in_words(self.mention.collected_at - self.mention.published_at)

    @property
    def reasons(self) -> list[str]:
        return [reason_in_words(reason) for reason in self.mention.reasons[:3]]


def span_in_words(span: timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def reason_in_words(reason: Any) -> str:
    if isinstance(reason, dict):
        return str(reason.get("text") or ", ".join(str(value) for value in reason.values()))
    return str(reason)


def rendered(mention: Mention, *, is_named: bool) -> str:
    return render_to_string("wall/_mention.html", {"card": Card(mention, is_named=is_named)})
