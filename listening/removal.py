"""What was taken away at its source is taken away here: its words go, the work that was done on it stays.

X asks for this within 24 hours, Reddit's Data API terms for every deleted post and comment.
"""

from collections.abc import Sequence

from listening import joining, wall_sequence
from listening.models import Match, Mention, MentionVersion

REMOVED_HASH = "removed"


def erase(mention_ids: Sequence[int]) -> list[int]:
    """Erase what these mentions said, inside the caller's transaction; ids of those that still said it."""
    here = Mention.objects.filter(pk__in=mention_ids, is_gone=False)
    erased = sorted(here.values_list("pk", flat=True))
    if not erased:
        return []
    MentionVersion.objects.filter(mention_id__in=erased).delete()
    Match.objects.filter(mention_id__in=erased).update(spans=[])
    for mention_id, number in zip(erased, wall_sequence.take(len(erased)), strict=True):
        here.filter(pk=mention_id).update(
            is_gone=True,
            title="",
            text="",
            author=None,
            reasons=[],
            content_hash=REMOVED_HASH,
            wall_seq=number,
        )
    joining.leave(erased)
    return erased
