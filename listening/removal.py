"""What was taken away at its source is taken away here: its words go, the work that was done on it stays.

X asks for this within 24 hours, Reddit's Data API terms for every deleted post and comment.
"""

from collections.abc import Sequence

from django.db.models import F, Q

from listening import joining, wall_sequence
from listening.models import Match, Mention, MentionVersion, Quarantined

REMOVED_HASH = "removed"
ERASED_HASH = "erased"
"""Of what was erased here for good: it does not come back when its network shows it again."""


def erase(mention_ids: Sequence[int], *, for_good: bool = False) -> list[int]:
    """Erase what these mentions said, inside the caller's transaction; ids of those that still said it."""
    here = Mention.objects.filter(pk__in=mention_ids, is_gone=False)
    erased = sorted(here.values_list("pk", flat=True))
    if not erased:
        return []
    MentionVersion.objects.filter(mention_id__in=erased).delete()
    Match.objects.filter(mention_id__in=erased).update(spans=[])
    aside = Q()
    for source_id, external_id in here.values_list("source_id", "external_id"):
        aside |= Q(source_id=source_id, external_id=external_id)
    Quarantined.objects.filter(aside).delete()
    for mention_id, number in zip(erased, wall_sequence.take(len(erased)), strict=True):
        here.filter(pk=mention_id).update(
            is_gone=True,
            title="",
            text="",
            author=None,
            reasons=[],
            identifiers={},
            url="" if for_good else F("url"),
            recheck_at=None,
            content_hash=ERASED_HASH if for_good else REMOVED_HASH,
            wall_seq=number,
        )
    joining.leave(erased)
    return erased


def is_for_good(content_hash: str) -> bool:
    return content_hash == ERASED_HASH
