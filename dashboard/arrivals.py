"""What has become visible since: mentions in the order of their commits, each rendered once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils.html import format_html

from dashboard import cards, folding
from dashboard.frames import frame
from dashboard.screen_class import ScreenClass
from dashboard.screens import faces as screen_faces
from dashboard.wall_filters import WallFilter
from listening.models import Mention, MentionVersion
from listening.models.mention import RESTRICTED_LANES


@dataclass(frozen=True)
class Arrival:
    """A mention on its way to the open walls, ready to send."""

    seq: int
    facility_id: int | None
    source_id: int
    sentiment: str
    about_us: str
    published_at: datetime
    is_gone: bool
    desk: bytes
    screen: bytes
    drop: bytes
    hung: Mapping[str, bytes]  # by the class of a screen that opens by an address of its own
    told_by: "Arrival | None" = None  # the card of its story's headline, which says it already

    def frame_for(
        self, facility_ids: frozenset[int] | None, wanted: WallFilter, now: datetime
    ) -> bytes | None:
        if facility_ids is not None and self.facility_id not in facility_ids:
            return None
        if not self.is_gone and not self.is_admitted(wanted, now):
            # It may have stood there until it changed.
            return self.drop
        told = self.told_by
        if told and wanted.is_folded and told.is_in_sight(facility_ids, wanted, now):
            return told.shown_on(wanted)
        return self.shown_on(wanted)

    def is_in_sight(self, facility_ids: frozenset[int] | None, wanted: WallFilter, now: datetime) -> bool:
        is_reached = facility_ids is None or self.facility_id in facility_ids
        return is_reached and self.is_admitted(wanted, now)

    def is_admitted(self, wanted: WallFilter, now: datetime) -> bool:
        return wanted.admits(
            facility_id=self.facility_id,
            source_id=self.source_id,
            sentiment=self.sentiment,
            about_us=self.about_us,
            published_at=self.published_at,
            now=now,
        )

    def shown_on(self, wanted: WallFilter) -> bytes:
        if wanted.screen_class:
            return self.hung[wanted.screen_class]
        return self.screen if wanted.is_big_screen else self.desk


def after(seq: int, *, upto: int | None = None, limit: int) -> list[Arrival]:
    changed = MentionVersion.objects.filter(mention=OuterRef("pk"))
    mentions = cards.for_cards(Mention.objects.filter(wall_seq__gt=seq)).order_by("wall_seq")
    mentions = mentions.annotate(has_changed=Exists(changed))
    if upto is not None:
        mentions = mentions.filter(wall_seq__lte=upto)
    found = list(mentions[:limit])
    headlines = cards.for_cards(Mention.objects.within(None).for_wall()).in_bulk(folding.headline_ids(found))
    # In a storm hundreds of a page are told by the same few cards.
    stories = {pk: (headline, Faces.of(headline)) for pk, headline in headlines.items()}
    return [told(mention, stories) for mention in found]


@dataclass(frozen=True)
class Faces:
    """A card as a desk and as a big screen shows it, and as screens of each class do."""

    desk: str
    screen: str
    public: str  # empty: it is none of theirs

    @classmethod
    def of(cls, mention: Mention) -> "Faces":
        desk, screen = (cards.rendered(mention, is_named=is_named) for is_named in (True, False))
        is_public = screen_faces.is_shown(mention, ScreenClass.PUBLIC)
        return cls(desk, screen, screen_faces.public(mention) if is_public else "")

    def hung(self, seq: int, otherwise: bytes) -> dict[str, bytes]:
        """What each class of screen is sent. What is not for the public leaves: it may have stood there."""
        unpressable = screen_faces.unpressable
        return {
            ScreenClass.PUBLIC: frame("mention", self.public, id=seq) if self.public else otherwise,
            ScreenClass.STAFF: frame("mention", unpressable(self.screen), id=seq),
            ScreenClass.LOCKED: frame("mention", unpressable(self.desk), id=seq),
        }


def told(mention: Mention, stories: Mapping[int, tuple[Mention, Faces]]) -> Arrival:
    """The mention's own card and, where that says it as well, its story's."""
    came = arrival(mention, seq=mention.wall_seq)
    headline, faces = (
        stories.get(mention.story.headline_id or 0, (None, None)) if mention.story else (None, None)
    )
    if headline and headline.pk != mention.pk and folding.stands_for(headline, mention):
        return replace(
            came, told_by=instead_of(mention, arrival(headline, seq=mention.wall_seq, faces=faces))
        )
    return came


def instead_of(mention: Mention, story: Arrival) -> Arrival:
    # Its own card may stand on a wall: somebody has just put the two together.
    away = frame("drop", leaving(mention, "Now counted on the card of its story."), id=story.seq)
    hung = {screen_class: away + face for screen_class, face in story.hung.items()}
    return replace(story, desk=away + story.desk, screen=away + story.screen, hung=hung)


def arrival(mention: Mention, *, seq: int, faces: Faces | None = None) -> Arrival:
    if mention.lane in RESTRICTED_LANES:
        return restricted(mention)
    is_gone = mention.is_gone or mention.is_excluded
    words = "Left out: not about us." if mention.is_excluded else "Removed at its source."
    gone = frame("gone", leaving(mention, words), id=seq)
    drop = frame("drop", leaving(mention, "Changed: no longer part of this view."), id=seq)
    shown = None if is_gone else faces or Faces.of(mention)
    return Arrival(
        seq=seq,
        facility_id=mention.facility_id,
        source_id=mention.source_id,
        sentiment=mention.sentiment,
        about_us=mention.about_us,
        published_at=mention.published_at,
        is_gone=is_gone,
        desk=frame("mention", shown.desk, id=seq) if shown else gone,
        screen=frame("mention", shown.screen, id=seq) if shown else gone,
        drop=drop,
        hung=shown.hung(seq, drop) if shown else {**all_classes(gone), ScreenClass.PUBLIC: drop},
    )


def restricted(mention: Mention) -> Arrival:
    """For no wall: nothing at all, or what takes it away where it stood as something else before."""
    stood = getattr(mention, "has_changed", False) or "lane" in mention.set_by_people
    words = leaving(mention, "No longer part of this view.")
    away = frame("drop", words, id=mention.wall_seq) if stood else b""
    return Arrival(
        seq=mention.wall_seq,
        facility_id=mention.facility_id,
        source_id=mention.source_id,
        sentiment=mention.sentiment,
        about_us=mention.about_us,
        published_at=mention.published_at,
        is_gone=True,
        desk=away,
        screen=away,
        drop=away,
        hung=all_classes(away),
    )


def all_classes(sent: bytes) -> dict[str, bytes]:
    return dict.fromkeys(ScreenClass.values, sent)


def leaving(mention: Mention, words: str) -> str:
    """What stands in the place of a card that was taken away."""
    return format_html(
        '<article class="card is-gone" id="mention-{0}" data-seq="{1}">'
        '<p class="card-text" id="mention-{0}-head">{2}</p></article>',
        mention.pk,
        mention.wall_seq,
        words,
    )
