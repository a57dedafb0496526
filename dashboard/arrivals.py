"""What has become visible since: mentions in the order of their commits, each rendered once."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils.html import format_html

from dashboard import cards
from dashboard.frames import frame
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

    def frame_for(
        self, facility_ids: frozenset[int] | None, wanted: WallFilter, now: datetime
    ) -> bytes | None:
        if facility_ids is not None and self.facility_id not in facility_ids:
            return None
        if not self.is_gone and not wanted.admits(
            facility_id=self.facility_id,
            source_id=self.source_id,
            sentiment=self.sentiment,
            about_us=self.about_us,
            published_at=self.published_at,
            now=now,
        ):
            # It may have stood there until it changed.
            return self.drop
        return self.screen if wanted.is_big_screen else self.desk


def after(seq: int, *, upto: int | None = None, limit: int) -> list[Arrival]:
    changed = MentionVersion.objects.filter(mention=OuterRef("pk"))
    mentions = cards.for_cards(Mention.objects.filter(wall_seq__gt=seq)).order_by("wall_seq")
    mentions = mentions.annotate(has_changed=Exists(changed))
    if upto is not None:
        mentions = mentions.filter(wall_seq__lte=upto)
    return [arrival(mention) for mention in mentions[:limit]]


def arrival(mention: Mention) -> Arrival:
    seq = mention.wall_seq
    if mention.lane in RESTRICTED_LANES:
        return restricted(mention)
    is_gone = mention.is_gone or mention.is_excluded
    words = "Left out: not about us." if mention.is_excluded else "Removed at its source."
    gone = frame("gone", leaving(mention, words), id=seq)
    return Arrival(
        seq=seq,
        facility_id=mention.facility_id,
        source_id=mention.source_id,
        sentiment=mention.sentiment,
        about_us=mention.about_us,
        published_at=mention.published_at,
        is_gone=is_gone,
        desk=gone if is_gone else frame("mention", cards.rendered(mention, is_named=True), id=seq),
        screen=gone if is_gone else frame("mention", cards.rendered(mention, is_named=False), id=seq),
        drop=frame("drop", leaving(mention, "Changed: no longer part of this view."), id=seq),
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
    )


def leaving(mention: Mention, words: str) -> str:
    """What stands in the place of a card that was taken away."""
    return format_html(
        '<article class="card is-gone" id="mention-{0}" data-seq="{1}">'
        '<p class="card-text" id="mention-{0}-head">{2}</p></article>',
        mention.pk,
        mention.wall_seq,
        words,
    )
