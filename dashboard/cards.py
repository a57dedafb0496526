"""A mention as the wall shows it: the card, its words, and what is held back from it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any

from django.db.models import Case, JSONField, OuterRef, Prefetch, Subquery, When
from django.db.models.functions import JSONObject, Left, Length

from alerts import models as alerts
from alerts import standing
from alerts.standing import Standing
from dashboard import markup, masks
from dashboard.columns import PRAISE_LANE, Column, column_of
from listening import terms
from listening.models import Label, Mention
from listening.models.mention import NEVER_EXCLUDED, MentionQuerySet, marked
from listening.reading.identifiers import Identifier, Span
from listening.reading.lanes import KINDS

EXCERPT = 600
"""Characters of a post that a card can need; hardly more is even read from the database."""

WITHHELD_LANES = frozenset({"self_harm"})
"""What nobody should meet unprepared: the wall says that it is there, and its own page shows it."""

WITHHELD = "About self-harm. Its text opens only on its own page."

BAR = 20  # width of the tone bar's drawing

SEVERITIES: dict[str, tuple[str, str]] = {
    Mention.Level.P0: ("emergency", "Emergency"),
    Mention.Level.P1: ("urgent", "Urgent"),
    Mention.Level.P2: ("watch", "Watch"),
}
LANE_SIGNS = {PRAISE_LANE: "praise", "question": "question"}
ICONS = {"other": "chat"}
HANDLE_SIGNS = {"x": "@", "reddit": "u/", "mastodon": "@", "bluesky": "@"}


def for_cards(mentions: MentionQuerySet) -> MentionQuerySet:
    """With all a card needs, and of a long text only its beginning."""
    return (
        mentions.select_related("source", "facility", "author", "story")
        .prefetch_related(
            "matches", Prefetch("case", standing.read(alerts.Case.objects.within(None)), to_attr="work")
        )
        .defer("text")
        .annotate(
            excerpt=Left("text", EXCERPT + masks.SLACK), characters=Length("text"), last_label=last_label()
        )
    )


@cache
def last_label() -> Case:
    """Who last set something by hand, and when; asked only of mentions that say somebody did. Made once."""
    standing = Label.objects.standing().filter(mention=OuterRef("pk")).order_by("-at")
    told = JSONObject(
        at="at", first_name="by__first_name", last_name="by__last_name", username="by__username"
    )
    latest = Subquery(standing.values(told=told)[:1])
    return Case(When(set_by_people=[], then=None), default=latest, output_field=JSONField())


@dataclass(frozen=True)
class SetBy:
    name: str
    at: datetime


@dataclass(frozen=True)
class Piece:
    """A stretch of one kind: plain, matched by a query, a mask's words, a character no eye can see."""

    text: str
    kind: str = "plain"


def pieces(text: str, spans: Iterable[Span], hidden: Iterable[Identifier] = ()) -> list[Piece]:
    """The text cut where it is marked, matched and hidden; of what is hidden not a character is left."""
    found: list[Piece] = []
    spans, at = list(spans), 0
    for each in hidden:
        found += stretches(text, spans, at, each.start)
        found += [Piece(masks.words(each.kind), "mask")] if at <= each.start < len(text) else []
        at = max(at, each.end)
    return [*found, *stretches(text, spans, at, len(text))]


def stretches(text: str, spans: Iterable[Span], start: int, end: int) -> Iterator[Piece]:
    for stretch, is_matched in marked(
        text[start:end], [(one - start, other - start) for one, other in spans]
    ):
        yield from apart(stretch, "match" if is_matched else "plain")


def apart(text: str, kind: str) -> Iterable[Piece]:
    """Sets invisible and direction-changing characters apart: they can make a text read as another one."""
    if text and text.isprintable():
        # No letter of it can be one of those; nearly every text is so.
        yield Piece(text, kind)
        return
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
    stands_at: datetime | None = None  # the moment by which it has its place, where that is not its own
    suffix: str = ""  # of its ids, where one page may hold it twice
    shows_work: bool = False  # how its case stands, and who has it: for those who may see cases
    chip: str = ""  # what operations say now of what it is about
    came_at: datetime | None = None  # when what gives it its place was collected, where that is another
    there: str = ""  # since when whoever looks was away, if it had been there before

    @property
    def at(self) -> datetime:
        return self.stands_at or self.last_said_at or self.mention.published_at

    @property
    def came(self) -> datetime:
        return self.came_at or self.mention.collected_at

    @property
    def last_said_at(self) -> datetime | None:
        """When its story was told last, if it is the one that tells it."""
        story = self.mention.story
        is_headline = story is not None and story.count > 1 and story.headline_id == self.mention.pk
        return story.last_seen_at if story and is_headline else None

    @property
    def said(self) -> str:
        """What the moment by which it has its place was."""
        return "posted" if self.at == self.mention.published_at else "last said"

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
    def word_parts(self) -> tuple[str, str]:
        """The word, and what a narrow column leaves of it: Access, and wait."""
        begins, _, _ = self.word.partition(" and ")
        return begins, self.word[len(begins) :]

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
        return self.mention.lane in WITHHELD_LANES or self.is_silent

    @property
    def is_silent(self) -> bool:
        """On a screen that everybody in the room can read, an emergency is there and says nothing."""
        return not self.is_named and self.mention.level == Mention.Level.P0

    @property
    def withheld(self) -> str:
        """What stands in the place of its words."""
        return "1 urgent item, read at the desk" if self.is_silent else WITHHELD

    @property
    def is_wordless(self) -> bool:
        return not self.mention.is_gone and not self.mention.title and not self.beginning.strip()

    @property
    def wordless(self) -> str:
        return terms.wordless(self.mention.source.kind)

    @property
    def net(self) -> str:
        """Where it is from: our name for the source, and its network's own where that asks to be named."""
        return "".join(self.net_parts)

    @property
    def net_parts(self) -> tuple[str, str]:
        """What gives way where there is little room, and what must be read in any case."""
        name, owed = self.mention.source.name, terms.attribution(self.mention.source.kind)
        return ("", name) if owed.lower() in name.lower() else (f"{name}, ", owed)

    @property
    def alike(self) -> str:
        """What the card says of its story. Only the headline's counts: it alone is shown anew as it grows."""
        story = self.mention.story
        if story is None or story.count < 2:
            return ""
        return f"{story.count:,} alike" if story.headline_id == self.mention.pk else "one of a story"

    @property
    def case(self) -> alerts.Case | None:
        """Its case, where whoever looks may see it. One that is restricted is not even read."""
        return getattr(self.mention, "work", None) if self.shows_work else None

    @cached_property
    def standing(self) -> Standing | None:
        return standing.of(self.case) if self.case else None

    @property
    def can_thank(self) -> bool:
        is_praise = self.mention.lane == PRAISE_LANE
        return is_praise and self.case is not None and getattr(self.case, "thanked_at", None) is None

    @property
    def is_heeded(self) -> bool:
        """Covered by an exclusion, or it would be; shown because it speaks of somebody's safety."""
        return self.mention.lane in NEVER_EXCLUDED

    @property
    def about(self) -> str:
        """Said where it is in doubt, or where somebody has decided."""
        if self.mention.is_excluded:
            return "Left out: not about us"
        return "" if self.mention.about_us == Mention.About.YES else "Maybe not about us"

    @property
    def author(self) -> str:
        """The author as the network writes names."""
        author = self.mention.author
        if author is None or not author.handle:
            return str(author or "")
        return HANDLE_SIGNS.get(self.mention.network, "") + author.handle

    @cached_property
    def spans(self) -> list[Span]:
        """What our queries matched."""
        return [(start, end) for match in self.mention.matches.all() for start, end in match.spans]

    @cached_property
    def pieces(self) -> list[Piece]:
        return self.pieces_of(self.beginning, EXCERPT)

    def pieces_of(self, text: str, limit: int) -> list[Piece]:
        """So much of a text, or of its beginning, with what tells who somebody is named instead of shown."""
        hidden = masks.in_text(self.mention, text, self.spans)
        return pieces(text[:limit], self.spans, hidden)

    @property
    def beginning(self) -> str:
        kept = getattr(self.mention, "excerpt", None)
        return str(kept if kept is not None else self.mention.text[: EXCERPT + masks.SLACK])

    @property
    def title_pieces(self) -> list[Piece]:
        return pieces(self.mention.title[:200], [], masks.in_title(self.mention))

    @property
    def tone(self) -> str:
        """The sentiment in words."""
        return self.mention.get_sentiment_display()

    @property
    def fill(self) -> int:
        """Length of the tone bar: from nothing at wholly positive to full at wholly negative."""
        return round((1 - self.mention.score) / 2 * BAR)

    @property
    def collected_after(self) -> str:
        return span_in_words(self.mention.collected_at - self.mention.published_at)

    @property
    def set_by(self) -> SetBy | None:
        """Who last set something here by hand."""
        told = getattr(self.mention, "last_label", None)
        if not told:
            return None
        name = f"{told['first_name']} {told['last_name']}".strip() or told["username"]
        return SetBy(name if self.is_named else "a person", datetime.fromisoformat(told["at"]))

    @cached_property
    def labels(self) -> list[Label]:
        """All that people say of it now."""
        if not self.mention.set_by_people:
            return []
        return list(self.mention.labels.standing().select_related("by"))

    @property
    def topics(self) -> list[str]:
        return [topic.replace("_", " ") for topic in self.mention.topics]

    @property
    def topic(self) -> str:
        """The one that a card has room for."""
        return self.topics[0] if self.topics and not self.is_withheld else ""

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


def rendered(mention: Mention, *, is_named: bool, shows_work: bool = False, chip: str = "") -> str:
    card = Card(mention, is_named=is_named, shows_work=shows_work, chip=chip)
    return markup.card(card)


WORK = re.compile(rb"<(p|span) data-work\b.*?</\1>")
"""What of a rendered card tells of its case. It stands on one line, and no post can look like it."""


def without_work(frames: bytes) -> bytes:
    """The same cards for somebody who may see the wall and not the cases behind it."""
    return WORK.sub(b"", frames)
