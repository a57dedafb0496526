"""What has become visible since: mentions in the order of their commits, each rendered once.

A frame's first line names the columns it is for, the rest is the card. `gone` and `drop` that name none are
for every column in which the card stands.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.html import format_html

from alerts import chips
from dashboard import cards, faces, folding
from dashboard.faces import Face, Shown
from dashboard.frames import frame, lines
from dashboard.looking import Looker
from dashboard.standing import Slot, Standing, Subject
from dashboard.wall_filters import WallFilter
from listening.models import Mention, MentionVersion
from listening.models.mention import RESTRICTED_LANES

CHANGED = "Changed: no longer part of this view."
EMERGENCY = frame("bell", "emergency")
"""The band above all columns waits for no poll."""
COUNTED = "Now counted on the card of its story."

Told = set[tuple[int, frozenset[Standing]]]
"""Mentions, each with the columns for which its card was sent."""


@dataclass(frozen=True)
class Arrival:
    """A mention on its way to the open walls, ready to send."""

    seq: int
    pk: int
    subject: Subject
    about_us: str
    published_at: datetime
    shown: Mapping[Face, bytes]  # the card; none of one that is gone
    away: bytes  # what takes it from where it stood
    drop: bytes  # the same where it is only no part of what is asked for
    counted: bytes = b""  # lines of what stands in its place where its story tells it
    told_by: "Arrival | None" = None  # the card of its story's headline, which says it already
    decided: dict[Standing, bool] = field(default_factory=dict, repr=False)
    frames: dict[tuple[str, Face, bool], bytes] = field(
        default_factory=dict, repr=False
    )  # by the columns named

    @property
    def is_gone(self) -> bool:
        return not self.shown

    def frame_for(self, looker: Looker, now: datetime, told: Told | None = None) -> bytes | None:
        """`told`: the cards that are sent later in the same piece, and so not with this one."""
        if not looker.reaches(self.subject.facility_id):
            return None
        if self.is_gone:
            return self.away
        standing = self.among(looker, now)
        if not standing or looker.face not in self.shown:
            # It may have stood there until it changed.
            return self.drop
        teller = self.told_by if self.told_by and looker.face in self.told_by.shown else None
        together = teller.among(looker, now) & standing if teller and looker.wanted.is_folded else frozenset()
        told = set() if told is None else told
        sent = self.once(looker, standing - together, told)
        if teller and together:
            sent += self.frame("drop", named(looker.slots, together), self.counted)
            sent += teller.once(looker, together, told)
        return sent + (EMERGENCY if self.subject.level == Mention.Level.P0 else b"")

    def among(self, looker: Looker, now: datetime) -> frozenset[Standing]:
        """The columns of one who looks in which it stands."""
        if not looker.reaches(self.subject.facility_id) or not self.is_admitted(looker.wanted, now):
            return frozenset()
        return frozenset(slot.standing for slot in looker.slots if self.stands_in(slot.standing))

    def stands_in(self, standing: Standing) -> bool:
        """Decided once for all walls that have such a column."""
        known = self.decided.get(standing)
        if known is None:
            known = self.decided[standing] = standing.holds(self.subject)
        return known

    def once(self, looker: Looker, standing: frozenset[Standing], told: Told) -> bytes:
        if (self.pk, standing) in told:
            return b""
        told.add((self.pk, standing))
        return self.card(looker, standing)

    def card(self, looker: Looker, standing: frozenset[Standing]) -> bytes:
        if not standing:
            return b""
        sees_case = looker.sees_cases_in(self.subject.facility_id)
        key = named(looker.slots, standing), looker.face, sees_case
        if key not in self.frames:
            said = self.shown[looker.face]
            self.frames[key] = self.frame("mention", key[0], said if sees_case else cards.without_work(said))
        return self.frames[key]

    def frame(self, event: str, names: str, said: bytes) -> bytes:
        return b"event: %s\nid: %d\ndata: %s\n%s\n" % (event.encode(), self.seq, names.encode(), said)

    def is_admitted(self, wanted: WallFilter, now: datetime) -> bool:
        return wanted.admits(
            facility_id=self.subject.facility_id,
            source_id=self.subject.source_id,
            sentiment=self.subject.sentiment,
            about_us=self.about_us,
            published_at=self.published_at,
            now=now,
        )


def named(slots: Iterable[Slot], standing: frozenset[Standing]) -> str:
    return " ".join(slot.key for slot in slots if slot.standing in standing)


def after(
    seq: int, *, upto: int | None = None, limit: int, wanted: Collection[Face] = faces.ALL
) -> list[Arrival]:
    """What lies beyond a number; the faces that somebody looks at are rendered here and now."""
    changed = MentionVersion.objects.filter(mention=OuterRef("pk"))
    # The whole text: columns ask for words.
    mentions = cards.for_cards(Mention.objects.filter(wall_seq__gt=seq)).defer(None).order_by("wall_seq")
    mentions = mentions.annotate(has_changed=Exists(changed))
    if upto is not None:
        mentions = mentions.filter(wall_seq__lte=upto)
    found = list(mentions[:limit])
    if not found:
        return []
    shown = cards.for_cards(Mention.objects.within(None).for_wall()).defer(None)
    headlines = shown.in_bulk(folding.headline_ids(found))
    chipped = chips.for_mentions([*headlines.values(), *found], timezone.now())
    said = {pk: chip.text for pk, chip in chipped.items()}
    # In a storm hundreds of a page are told by the same few cards.
    made = partial(arrival, wanted=wanted)
    stories = {pk: (headline, made(headline, said.get(pk, ""))) for pk, headline in headlines.items()}
    return [
        made_already(stories, mention)
        or made(mention, said.get(mention.pk, ""), told_by=teller(mention, stories))
        for mention in found
    ]


Stories = Mapping[int, tuple[Mention, Arrival]]
"""The headline of each, and its card."""


def made_already(stories: Stories, mention: Mention) -> Arrival | None:
    """A headline that has come anew is not rendered twice, if no more has come of it since."""
    headline, arrival = stories.get(mention.pk, (None, None))
    return arrival if headline and headline.wall_seq == mention.wall_seq else None


def teller(mention: Mention, stories: Stories) -> Arrival | None:
    """Its story's card, where that says it as well."""
    known = stories.get(mention.story.headline_id or 0) if mention.story else None
    if known and known[0].pk != mention.pk and folding.stands_for(known[0], mention):
        return replace(known[1], seq=mention.wall_seq, frames={})
    return None


def arrival(
    mention: Mention, chip: str = "", *, told_by: Arrival | None = None, wanted: Collection[Face] = faces.ALL
) -> Arrival:
    seq = mention.wall_seq
    shown: Mapping[Face, bytes] = {}
    if mention.lane in RESTRICTED_LANES:
        away = drop = restricted(mention)
    else:
        words = "Left out: not about us." if mention.is_excluded else "Removed at its source."
        away, drop = (
            frame(event, f"\n{leaving(mention, said)}", id=seq)
            for event, said in (("gone", words), ("drop", CHANGED))
        )
        if not (mention.is_gone or mention.is_excluded):
            shown = Shown(mention, chip, made=() if told_by else wanted)
    return Arrival(
        seq=seq,
        pk=mention.pk,
        subject=Subject.of(mention),
        about_us=mention.about_us,
        published_at=mention.published_at,
        shown=shown,
        away=away,
        drop=drop,
        counted=lines(leaving(mention, COUNTED)) if told_by else b"",
        told_by=told_by,
    )


def restricted(mention: Mention) -> bytes:
    """For no wall: nothing at all, or what takes it away where it stood as something else before."""
    stood = getattr(mention, "has_changed", False) or "lane" in mention.set_by_people
    words = leaving(mention, "No longer part of this view.")
    return frame("drop", f"\n{words}", id=mention.wall_seq) if stood else b""


def leaving(mention: Mention, words: str) -> str:
    """What stands in the place of a card that was taken away."""
    return format_html(
        '<article class="card is-gone" id="mention-{0}" data-mention="{0}" data-seq="{1}">'
        '<p class="card-text" id="mention-{0}-head">{2}</p></article>',
        mention.pk,
        mention.wall_seq,
        words,
    )
