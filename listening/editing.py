"""What a change at the source does to a mention that is stored: what stood before is kept beside it, and what
people said of the same words still holds.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, F, Value, When
from django.db.models.functions import Cast

from listening import changes as changes_of
from listening.intake import Arrival, Known
from listening.models import Mention, MentionVersion
from listening.models.mention import RESTRICTED_LANES

COMES_FIRST = frozenset({"emergency", "self_harm", "threat", "in_building"})
"""What makes even a voice of staff everybody's business: somebody may be in danger now."""

# A change at the source does not make a mention newly collected.
NEVER_CHANGED = frozenset(
    {"source_id", "external_id", "collected_at", "published_at", "is_published_guessed"}
)


def update(known: Known, row: Mapping[str, Any], before: Mention | None) -> bool:
    seen = Mention.objects.filter(pk=known.mention_id, content_hash=known.content_hash)
    changes = {name: value for name, value in row.items() if name not in NEVER_CHANGED}
    changes |= _still_restricted(changes)
    if changes["facility_id"] is None:
        # Whoever works on it keeps sight of it, and a kin may have known where it belongs.
        del changes["facility_id"]
    if row["processed_at"]:
        # History asks for no decision, and takes away none that is still owed.
        del changes["processed_at"]
    if before and _says_the_same(before, row):
        # What people said of these words still holds.
        for name in ("set_by_people", *changes_of.held(before.set_by_people)):
            del changes[name]
    return bool(seen.update(**changes))


def _still_restricted(changes: Mapping[str, Any]) -> dict[str, Any]:
    """A voice of staff stays one whatever its author makes of it: what it said before is kept beside it."""
    if changes["lane"] in COMES_FIRST:
        return {}
    was = When(lane__in=RESTRICTED_LANES, then=F("lane"))
    nobody = When(lane__in=RESTRICTED_LANES, then=Value(None))
    author = Case(nobody, default=Value(changes["author_id"]))
    return {
        "lane": Case(was, default=Value(changes["lane"])),
        "author_id": Cast(author, BigIntegerField()),
    }


def standing(mention_ids: Sequence[int]) -> dict[int, Mention]:
    """These mentions as they stand, locked until the page is stored."""
    if not mention_ids:
        return {}
    rows = Mention.objects.select_for_update(of=("self",)).filter(pk__in=mention_ids).order_by("pk")
    return {mention.pk: mention for mention in rows}


def _says_the_same(before: Mention, row: Mapping[str, Any]) -> bool:
    return (before.title, before.text) == (row["title"], row["text"])


def keep_version(arrival: Arrival, known: Known, before: Mention | None, now: datetime) -> None:
    if known.content_hash == arrival.content_hash:
        return
    if before is None or before.content_hash != known.content_hash:
        return
    MentionVersion.objects.create(
        mention=before,
        text=before.text,
        title=before.title,
        rating=before.rating,
        content_hash=before.content_hash,
        replaced_at=now,
    )
