"""“Not about us”: leaving posts out, and bringing them back.

1. A person drafts an exclusion at a post and is shown what else it would leave out, before it is kept.
2. It is kept under the lock of the wall's order: whatever is stored after that is held against it in the same
   transaction (`held`), and what was stored before is looked through once (`apply`).
3. What it leaves out stays stored and counted; its new wall number takes it off the open walls.
4. Undone, or run out, all of it comes back with a new wall number, and the rules are asked about what they
   were never asked about (`release`). A sweep finishes what was interrupted.

What speaks of somebody's safety is marked too, and shown all the same; voices of staff are never touched.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Left

from hospital import audit
from listening import bulk, joining, wall_sequence
from listening.blocks import NOTHING, Block, Blocks, Seen
from listening.models import Exclusion, Mention
from listening.queries.asked import Asked, source_names
from listening.queries.matching import prepared
from listening.queries.mistakes import BadExpression
from listening.signals import mentions_stored
from listening.sources.contract import Post

logger = logging.getLogger(__name__)

CHUNK = 1_000
SECONDS = 20
"""After this a worker lets others in; the next bell goes on where this one stopped."""

TEXT = 20_000
"""Characters of a post in which words are looked for."""

_kept: tuple[object, Blocks] = (None, NOTHING)


def current(now: datetime) -> Blocks:
    """The exclusions that stand now, built anew after any change."""
    global _kept
    standing = Exclusion.objects.standing().exclude(until__lte=now).order_by("pk")
    rows = list(standing.values_list("pk", "author_id", "site", "expression", "facility_id"))
    if _kept[0] != rows:
        _kept = (rows, Blocks.of(block for row in rows if _can_be_read(block := Block(*row))))
    return _kept[1]


def _can_be_read(block: Block) -> bool:
    """What an older grammar took must not stop a poll: it holds nothing, and says so once."""
    try:
        return not block.expression or bool(prepared(block.expression))
    except BadExpression as error:
        logger.warning("exclusion %s can no longer be read: %s", block.id, error)
        return False


def block_of(exclusion: Exclusion) -> Block:
    return Block(
        exclusion.pk or 0,
        exclusion.author_id,
        exclusion.site,
        exclusion.expression,
        exclusion.facility_id,
    )


def seen(mention: Mention) -> Seen:
    """A stored mention as exclusions see it."""
    return Seen(
        Asked(
            text=mention.text[:TEXT],
            title=mention.title,
            author=mention.author.handle if mention.author else "",
            url=mention.url,
            language=mention.language,
            rating=mention.rating,
            source=source_names(mention.source.slug, mention.source.kind, mention.network),
            kind=mention.kind,
            facilities=(mention.facility.slug,) if mention.facility else (),
        ),
        author_id=mention.author_id,
        facility_id=mention.facility_id,
    )


def seen_of_post(
    post: Post,
    *,
    source: str,
    language: str,
    author_id: int | None,
    facility_id: int | None,
    slugs: Mapping[int, str],
) -> Seen:
    """A post that is being stored as exclusions see it."""
    asked = Asked(
        text=post.text[:TEXT],
        title=post.title,
        author=post.author_handle,
        url=post.url,
        language=language,
        rating=post.rating,
        source=source,
        kind=post.kind,
        facilities=(slugs[facility_id],) if facility_id else (),
    )
    return Seen(asked, author_id=author_id, facility_id=facility_id)


def candidates(exclusion: Exclusion) -> "QuerySet[Mention]":
    """Stored mentions that it might leave out: narrowed by what an index or one look tells."""
    found = Mention.objects.unrestricted().filter(is_gone=False)
    if exclusion.facility_id:
        found = found.filter(facility=exclusion.facility_id)
    if exclusion.author_id:
        found = found.filter(author=exclusion.author_id)
    if exclusion.site:
        found = found.filter(url__icontains=exclusion.site)
    return found


def put(exclusion: Exclusion, *, at: datetime) -> Exclusion:
    """Keep a drafted exclusion. From its commit on nothing it covers is stored unmarked."""
    with transaction.atomic():
        wall_sequence.take(0)  # the lock alone: whoever is storing now has committed, and is seen by `apply`
        exclusion.at = at
        exclusion.save()
        audit.record(
            "exclusion.put",
            f"exclusion {exclusion.pk}",
            by=exclusion.by,
            at=at,
            kind=exclusion.kind,
            what=exclusion.site or exclusion.expression or f"author {exclusion.author_id}",
            facility=exclusion.facility_id,
            reason=exclusion.reason,
            until=exclusion.until.isoformat() if exclusion.until else "",
        )
    return exclusion


def apply(exclusion_id: int, now: datetime, *, timer: Callable[[], float] = monotonic) -> int:
    """Mark stored mentions that it covers, as many as there is time for; how many. Safe to call twice."""
    exclusion = Exclusion.objects.standing().select_related("by").filter(pk=exclusion_id).first()
    if exclusion is None or exclusion.applied_at:
        return 0
    blocks, marked, ends_at = Blocks.of([block_of(exclusion)]), 0, timer() + SECONDS
    for chunk in chunks(candidates(exclusion).filter(exclusion__isnull=True), below=exclusion.looked_below):
        covered = [each.pk for each in chunk if blocks.block(each.seen)]
        marked += _mark(covered, exclusion.pk, upto=chunk[-1].pk)
        if timer() >= ends_at:
            return marked
    Exclusion.objects.filter(pk=exclusion_id).update(applied_at=now)
    return marked


@dataclass(frozen=True)
class Stored:
    """A stored mention, as far as it is needed to look thousands of them through."""

    pk: int
    lane: str
    seen: Seen


COLUMNS = (
    "pk",
    "lane",
    "author_id",
    "facility_id",
    "beginning",
    "title",
    "author__handle",
    "url",
    "language",
    "rating",
    "source__slug",
    "source__kind",
    "network",
    "kind",
    "facility__slug",
)


def chunks(mentions: "QuerySet[Mention]", *, below: int | None = None) -> Iterator[list[Stored]]:
    """By falling id, so that what is stored meanwhile moves nothing. As plain rows: models cost far more."""
    rows = mentions.annotate(beginning=Left("text", TEXT)).order_by("-pk")
    while chunk := list((rows if below is None else rows.filter(pk__lt=below)).values_list(*COLUMNS)[:CHUNK]):
        yield [_stored(*row) for row in chunk]
        below = chunk[-1][0]


def _stored(pk: int, lane: str, author_id: int | None, facility_id: int | None, *asked: Any) -> Stored:
    text, title, handle, url, language, rating, slug, source_kind, network, kind, facility = asked
    return Stored(
        pk,
        lane,
        Seen(
            Asked(
                text,
                title,
                author=handle or "",
                url=url,
                language=language,
                rating=rating,
                source=source_names(slug, source_kind, network),
                kind=kind,
                facilities=(facility,) if facility else (),
            ),
            author_id,
            facility_id,
        ),
    )


MARKED = (
    "UPDATE listening_mention mention SET exclusion_id = told.exclusion_id, wall_seq = told.number "
    "FROM (VALUES %s) AS told (id, exclusion_id, number) "
    "WHERE mention.id = told.id AND mention.exclusion_id IS NULL RETURNING mention.id"
)


@transaction.atomic
def _mark(mention_ids: Sequence[int], exclusion_id: int, *, upto: int) -> int:
    if not mention_ids:
        Exclusion.objects.filter(pk=exclusion_id).update(looked_below=upto)
        return 0
    numbers = wall_sequence.take(len(mention_ids))
    # Whoever undoes it takes the wall's order first: then nothing more is marked.
    if not Exclusion.objects.standing().filter(pk=exclusion_id).update(looked_below=upto):
        return 0
    rows = [(pk, exclusion_id, number) for pk, number in zip(sorted(mention_ids), numbers, strict=True)]
    changed = sorted(row[0] for row in bulk.write(MARKED, rows, fetch=True))
    joining.leave(changed)
    _ring(changed)
    return len(changed)


def held(arrivals: Iterable[tuple[str, Seen]], now: datetime) -> dict[str, int]:
    """Of posts that are being stored, the exclusion that each falls under. Call it under the wall's lock."""
    blocks = current(now)
    if not blocks.blocks:
        return {}
    found = {key: blocks.block(seen) for key, seen in arrivals}
    return {key: exclusion_id for key, exclusion_id in found.items() if exclusion_id}


def undo(exclusion: Exclusion, *, by: User | None, at: datetime) -> bool:
    """End it; False where somebody else had. Everything comes back: see `release`."""
    with transaction.atomic():
        wall_sequence.take(0)  # as in `put`: what is being stored under it is then seen by `release`
        standing = Exclusion.objects.standing().filter(pk=exclusion.pk)
        if not standing.update(ended_at=at, ended_by=by):
            return False
        action = "exclusion.undo" if by else "exclusion.run-out"
        audit.record(action, f"exclusion {exclusion.pk}", by=by, at=at, kind=exclusion.kind)
    return True


def release(exclusion_id: int, now: datetime, *, timer: Callable[[], float] = monotonic) -> int:
    """Bring back what an ended exclusion held, as much as there is time for; how many. Safe to call twice."""
    if Exclusion.objects.standing().filter(pk=exclusion_id).exists():
        return 0
    blocks, freed, ends_at = current(now), 0, timer() + SECONDS
    for chunk in chunks(Mention.objects.filter(exclusion=exclusion_id)):
        # Another exclusion may hold it as well: then it stays out, under that one's name.
        freed += _free({each.pk: blocks.block(each.seen) for each in chunk}, exclusion_id)
        if timer() >= ends_at:
            break
    return freed


RELEASED = (
    "UPDATE listening_mention mention SET exclusion_id = told.other, wall_seq = told.number, "
    # What was stored while the exclusion stood was left out before the rules were asked: they are now. Not
    # about history, which is routed the moment it is collected.
    "processed_at = CASE WHEN told.other IS NULL AND mention.collected_at >= exclusion.at "
    "AND mention.processed_at <> mention.collected_at THEN NULL ELSE mention.processed_at END "
    "FROM (VALUES %s) AS told (id, other, number, was) JOIN listening_exclusion exclusion "
    "ON exclusion.id = told.was WHERE mention.id = told.id AND mention.exclusion_id = told.was "
    "RETURNING mention.id"
)


@transaction.atomic
def _free(others: Mapping[int, int | None], exclusion_id: int) -> int:
    numbers = wall_sequence.take(len(others))
    rows = [
        (pk, other, number, exclusion_id)
        for (pk, other), number in zip(sorted(others.items()), numbers, strict=True)
    ]
    released = bulk.write(RELEASED, rows, fetch=True, template="(%s, %s::bigint, %s, %s)")
    changed = [row[0] for row in released]
    _ring(changed)
    return len(changed)


def sweep(now: datetime) -> list[int]:
    """End what has run out; ids of those that are not wholly carried out, to be rung for."""
    for exclusion in Exclusion.objects.overdue(now):
        undo(exclusion, by=None, at=now)
    return list(Exclusion.objects.unfinished().values_list("pk", flat=True))


def carry_out(exclusion_id: int, now: datetime) -> bool:
    """What it owes: marking while it stands, bringing back once it ended. Whether some is owed still."""
    apply(exclusion_id, now)
    release(exclusion_id, now)
    return Exclusion.objects.unfinished().filter(pk=exclusion_id).exists()


def _ring(mention_ids: Iterable[int]) -> None:
    ids = sorted(mention_ids)
    # Robust: a listener's fault is for its own sweep to mend.
    if ids:
        transaction.on_commit(partial(mentions_stored.send_robust, sender=Mention, ids=ids, urgent_ids=[]))
