"""Which mentions people are asked to read, so that it is known how often the reader is right.

Each stretch of time, a week as a rule, is parted into groups: one for each source and each tone that the
reader said. From each some are drawn by lot. A small group gives more than its share, so that every source
can be judged, and each mention counts for as many as its group's size says.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from math import sqrt
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Case, CharField, Count, F, OuterRef, Q, Subquery, Value, When, Window
from django.db.models.fields.json import KT
from django.db.models.functions import MD5, Cast, Concat, RowNumber
from django.utils import timezone

from listening import labels
from listening.labels import Refused
from listening.models import Label, Mention, Sample, SampleItem

SIZE = 40
MOST_GROUPS = 120
"""With more groups than this the smallest go unasked."""

FEWEST = 20
"""Mentions that a sample drawn by hand must have to choose from."""

HELD_FOR = timedelta(minutes=10)
WEEK = timedelta(days=7)
SEED = "weekly"

Group = tuple[int, str]


def allocate(sizes: Mapping[Group, int], total: int = SIZE) -> dict[Group, int]:
    """How many to draw from each group: one at least, the rest in step with the root of its size. Pure."""
    largest = sorted(sizes, key=lambda group: (-sizes[group], group))[:MOST_GROUPS]
    drawn = dict.fromkeys(largest, 1)
    while sum(drawn.values()) < total:
        open_groups = [group for group in largest if drawn[group] < sizes[group]]
        if not open_groups:
            break
        drawn[max(open_groups, key=lambda group: sqrt(sizes[group]) / (drawn[group] + 1))] += 1
    return drawn


def draw_due(now: datetime) -> Sample | None:
    """The sample of the week that has ended, if nobody drew it. Safe to call twice, and at once."""
    monday = week_of(now)
    starts_at = max(monday - WEEK, _newest_end() or monday - WEEK)
    return draw(starts_at, monday, now) if starts_at < monday else None


def draw_early(now: datetime) -> Sample:
    """What came since the last sample, for whoever will not wait until Monday."""
    newest = Sample.objects.first()
    if newest and newest.items.waiting().exists():
        raise Refused("The present sample is not all read. Read it first.")
    starts_at = max(week_of(now) - WEEK, newest.ends_at if newest else week_of(now) - WEEK)
    found = _frame(starts_at, now).count()
    if found < FEWEST:
        raise Refused(f"Only {found} posts came since the last sample. Wait until there are {FEWEST}.")
    drawn = draw(starts_at, now, now)
    if drawn is None:
        raise Refused("Somebody else has just drawn one.")
    return drawn


def week_of(now: datetime) -> datetime:
    """The Monday, in the hospital's time, on which the week of this moment began."""
    day = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return timezone.make_aware(day - timedelta(days=day.weekday()))


@transaction.atomic
def draw(starts_at: datetime, ends_at: datetime, now: datetime, *, seed: str = SEED) -> Sample | None:
    """None when there is nothing to draw from, or when it was drawn already."""
    if not _frame(starts_at, ends_at).exists():
        return None
    values: dict[str, Any] = {"ends_at": ends_at, "seed": seed, "drawn_at": now}
    sample, is_new = Sample.objects.get_or_create(starts_at=starts_at, defaults=values)
    if not is_new:
        return None
    SampleItem.objects.bulk_create(_items(sample))
    return sample


def _items(sample: Sample) -> Iterator[SampleItem]:
    found = list(_shuffled(sample))
    drawn = allocate({(row["source_id"], row["said"]): row["size"] for row in found})
    chosen = [row for row in found if row["place"] <= drawn.get((row["source_id"], row["said"]), 0)]
    # Read in the order of the lot, not group by group: else the order would give the answer away.
    for position, row in enumerate(sorted(chosen, key=lambda row: str(row["lot"])), 1):
        yield SampleItem(
            sample=sample,
            mention_id=row["pk"],
            source_id=row["source_id"],
            said=row["said"],
            group_size=row["size"],
            position=position,
        )


def _shuffled(sample: Sample) -> Iterator[dict[str, Any]]:
    """The first of each group in the order of the lot; the same each time for one seed and one stretch."""
    standing = Label.objects.standing().filter(mention=OuterRef("pk"), aspect=Label.Aspect.SENTIMENT)
    said = Case(
        # What a person has changed is drawn by what the reader had said: else its mistakes would hide.
        When(
            set_by_people__contains=[Label.Aspect.SENTIMENT],
            then=Subquery(standing.values(reader=KT("reader_said__sentiment"))[:1]),
        ),
        default=F("sentiment"),
        output_field=CharField(),
    )
    key = Value(f"{sample.seed} {sample.starts_at.isoformat()} ")
    lot = MD5(Concat(key, Cast("pk", CharField()), output_field=CharField()))
    group = [F("source_id"), F("said")]
    placed = _frame(sample.starts_at, sample.ends_at).annotate(said=said, lot=lot)
    placed = placed.annotate(
        place=Window(RowNumber(), partition_by=group, order_by=F("lot").asc()),
        size=Window(Count("pk"), partition_by=group),
    )
    rows = placed.filter(place__lte=SIZE).values("pk", "source_id", "said", "lot", "place", "size")
    yield from rows.iterator()


def _frame(starts_at: datetime, ends_at: datetime) -> Any:
    there = Mention.objects.unrestricted().there()
    return there.filter(published_at__gte=starts_at, published_at__lt=ends_at)


def _newest_end() -> datetime | None:
    newest = Sample.objects.first()
    return newest.ends_at if newest else None


# Reading it


@transaction.atomic
def next_for(user: User, now: datetime, *, facility_ids: frozenset[int] | None) -> SampleItem | None:
    """The mention this person is to read now; for a while nobody else gets it."""
    newest = Sample.objects.first()
    if newest is None:
        return None
    free = Q(held_by=user) | Q(held_until__isnull=True) | Q(held_until__lte=now)
    unread = newest.items.waiting().within(facility_ids).filter(free)
    # One's own first: a page that is loaded again shows the same post.
    is_mine = Case(When(held_by=user, then=0), default=1)
    found = unread.annotate(is_mine=is_mine).order_by("is_mine", "position")
    item = found.select_for_update(of=("self",), skip_locked=True).first()
    if item is not None:
        SampleItem.objects.filter(pk=item.pk).update(held_by=user, held_until=now + HELD_FOR)
    return item


@transaction.atomic
def answer(item: SampleItem, value: str, *, by: User, at: datetime) -> Label:
    _still_unread(item)
    return labels.put(item.mention_id, Label.Aspect.SENTIMENT, value, by=by, at=at, item=item)


@transaction.atomic
def skip(item: SampleItem, *, by: User, at: datetime) -> None:
    """It cannot be told, and nobody else is asked."""
    _still_unread(item)
    SampleItem.objects.filter(pk=item.pk).update(skipped_by=by, skipped_at=at)


def unskip(item: SampleItem) -> None:
    SampleItem.objects.filter(pk=item.pk).update(skipped_by=None, skipped_at=None)


def _still_unread(item: SampleItem) -> None:
    SampleItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if not SampleItem.objects.unread().filter(pk=item.pk).exists():
        raise Refused("Somebody else has read this one meanwhile.")
