"""A tile in trouble, tied to the mentions that it explains.

1. `sweep` looks at every tile: one in trouble begins a link, one that is fine for a while ends it.
2. The mentions of a link are asked for, never kept: one that comes late, or turns out to be about another
   facility, is counted rightly the next time.
3. Where one story stands out among them, the link names it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from django.db import transaction
from django.db.models import Count, Q

from alerts.models import Case, OperationsLink
from alerts.signals import operations_changed
from hospital import operations
from hospital.models import Service
from hospital.operations import State, Tile
from listening import wall_sequence
from listening.models import Mention
from listening.models.mention import MentionQuerySet

SETTLED = timedelta(minutes=5)
"""A tile that flickers about its limit keeps its link until it was fine for so long."""

GIVEN_UP = timedelta(hours=6)
"""Of a tile that nobody reported for so long nothing is known, and it explains nothing."""

LEFT_OUT = ("praise", "noise")
"""Lanes that need no explaining."""

STANDS_OUT = 3

MOST_SHOWN = 50
"""Cards that are shown anew when their tile says otherwise: older ones stand far down, or not at all."""


class Step(StrEnum):
    BEGIN = "begin"
    KEEP = "keep"
    END = "end"
    NONE = "none"


def step(tile: Tile, *, is_linked: bool) -> Step:
    """What is to be done about the link of a tile. Pure."""
    if tile.state is State.TROUBLE:
        return Step.KEEP if is_linked else Step.BEGIN
    if not is_linked:
        return Step.NONE
    if tile.state is State.FINE:
        return Step.END if _fine_for(tile) >= SETTLED else Step.KEEP
    return Step.END if tile.age is None or tile.age > GIVEN_UP else Step.KEEP


def _fine_for(tile: Tile) -> timedelta:
    """Since the first report of its being fine, of those that stand at the end of its history."""
    since = tile.now
    for status in reversed(tile.history):
        if operations.is_trouble(tile.service, status, tile.now):
            break
        since = status.at
    return tile.now - since


def standing_out(counts: Mapping[int, int]) -> int | None:
    """The story that most mentions tell, where it is clearly one. Pure."""
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    if not ranked or ranked[0][1] < STANDS_OUT:
        return None
    if len(ranked) > 1 and ranked[1][1] * 2 > ranked[0][1]:
        return None
    return ranked[0][0]


@dataclass(frozen=True)
class Join:
    """A link as one person may see it: counts are of the mentions within their reach."""

    link: OperationsLink
    facility_ids: frozenset[int] | None

    @cached_property
    def mentions(self) -> int:
        return mentions_of(self.link, self.facility_ids).count()

    @cached_property
    def unowned(self) -> int:
        return unowned(self.link, self.facility_ids)


def joins(facility_ids: frozenset[int] | None) -> dict[int, Join]:
    """The standing links within reach, by service."""
    links = OperationsLink.objects.standing().within(facility_ids)
    found = links.filter(service__is_active=True).select_related("service__facility", "story")
    return {link.service_id: Join(link, facility_ids) for link in found}


def mentions_of(link: OperationsLink, facility_ids: frozenset[int] | None) -> MentionQuerySet:
    explained = Mention.objects.within(facility_ids).there().exclude(lane__in=LEFT_OUT)
    explained = explained.published_since(link.counts_from).filter(of_service(link.service))
    return explained.filter(published_at__lte=link.ended_at) if link.ended_at else explained


def of_service(service: Service) -> Q:
    """Mentions that speak of it: of its facility, or any where it serves the whole system."""
    said = Q(operations_signs__kind=service.kind)
    return said & Q(facility_id=service.facility_id) if service.facility_id else said


def unowned(link: OperationsLink, facility_ids: frozenset[int] | None) -> int:
    """How many of them wait as open cases that nobody has."""
    waiting = Case.objects.within(facility_ids).open().there().unowned()
    return waiting.filter(mention__in=mentions_of(link, facility_ids).values("pk")).count()


def sweep(tiles: Sequence[Tile], now: datetime) -> int:
    """Begin, renew and end links as the tiles are now; how many changed."""
    standing = {link.service_id: link for link in OperationsLink.objects.standing().select_related("service")}
    changed = sum(_take(step(tile, is_linked=tile.service.pk in standing), tile, standing) for tile in tiles)
    changed += sum(end(link, now) for link in standing.values() if not link.service.is_active)
    if changed:
        ring()
    return changed


def ring() -> None:
    # A screen that cannot be told must not undo what was done: it asks again by itself.
    transaction.on_commit(lambda: operations_changed.send_robust(sender=OperationsLink), robust=True)


def _take(chosen: Step, tile: Tile, standing: Mapping[int, OperationsLink]) -> bool:
    if chosen is Step.BEGIN:
        return begin(tile)
    if chosen is Step.END:
        return end(standing[tile.service.pk], tile.now)
    return chosen is Step.KEEP and renew(standing[tile.service.pk], tile)


@transaction.atomic
def begin(tile: Tile) -> bool:
    """Two that see it at once make one link."""
    began_at = tile.trouble_since or tile.now
    link, is_new = OperationsLink.objects.get_or_create(
        service=tile.service,
        ended_at=None,
        defaults={"began_at": began_at, "made_at": tile.now, **_said(tile)},
    )
    renew(link, tile)
    if is_new:
        show_anew(link)
    return is_new


@transaction.atomic
def renew(link: OperationsLink, tile: Tile) -> bool:
    """Put down what the tile says now and what it explains; whether a screen must show it anew."""
    counts = mentions_of(link, None).filter(story__isnull=False).values_list("story").annotate(n=Count("pk"))
    values = {
        **_said(tile),
        "story_id": standing_out(dict(counts.order_by())),
        "mentions": mentions_of(link, None).count(),
        "unowned": unowned(link, None),
    }
    changed = {name for name, value in values.items() if getattr(link, name) != value}
    OperationsLink.objects.standing().filter(pk=link.pk).update(**values)
    if changed & {"said", "state"}:
        show_anew(link)
    return bool(changed - UNSEEN)


UNSEEN = {"said_at", "holds_until"}


@transaction.atomic
def end(link: OperationsLink, now: datetime) -> bool:
    is_ended = OperationsLink.objects.standing().filter(pk=link.pk).update(ended_at=now)
    if is_ended:
        show_anew(link)
    return bool(is_ended)


def show_anew(link: OperationsLink) -> None:
    """The newest cards of a link, whose chip says otherwise now: each takes a new number of the wall."""
    newest = mentions_of(link, None).newest_first().values_list("pk", flat=True)[:MOST_SHOWN]
    ids = sorted(newest)
    for pk, number in zip(ids, wall_sequence.take(len(ids)), strict=True):
        Mention.objects.filter(pk=pk).update(wall_seq=number)


def _said(tile: Tile) -> dict[str, object]:
    last = tile.last
    said_at = last.at if last else tile.now
    return {
        "state": tile.state.value,
        "said": tile.said[:80],
        "said_at": said_at,
        "holds_until": holds_until(tile),
    }


def holds_until(tile: Tile) -> datetime:
    """Until when a reading may be told as it is now; what was planned needs no second report."""
    last = tile.last
    if last is None:
        return tile.now
    return last.until_at or last.at + tile.service.stale_after
