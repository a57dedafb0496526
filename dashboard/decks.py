"""Decks and their columns: who may change them, and every change that can be made.

The deck's row is locked before its columns are touched: two people at one deck change it one after the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import count

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import transaction
from django.utils.text import slugify

from alerts.refusals import Refused
from dashboard import doorbell
from dashboard.kinds import KINDS
from dashboard.models import Column, Deck, LastDeck
from dashboard.models.deck import MOST_COLUMNS
from dashboard.standing import EVERYDAY, NARROWEST, Slot
from hospital import audit
from hospital.access import Permission, Reach
from hospital.models import Facility
from listening.models import Source

EVERYDAY_SLUG = "everyday"
"""The deck that stands for everybody, and in no table."""

RESERVED = (EVERYDAY_SLUG, "new")
FULL = "A deck holds six columns at most. Take one away first."
LAST = "A deck keeps one column at least. Delete the deck, or put another column in first."
STALE = "The deck has changed meanwhile. Look at it again, and try once more."


@dataclass(frozen=True)
class Draft:
    """All that is said of one column."""

    name: str
    kind: str
    expression: str = ""
    sources: Sequence[Source] = ()
    facilities: Sequence[Facility] = ()
    floor: str = ""
    sort: str = Column.Sort.NEWEST
    width: int = NARROWEST
    density: str = Column.Density.NORMAL


PLAIN = ("name", "kind", "expression", "floor", "sort", "width", "density")


def slots(deck: Deck) -> tuple[Slot, ...]:
    columns = deck.columns.prefetch_related("sources", "facilities")
    return tuple(column.slot for column in columns)


def seen_by(user: AbstractBaseUser | AnonymousUser) -> list[Deck]:
    return list(Deck.objects.seen_by(user).select_related("owner"))


def may_change(deck: Deck, reach: Reach) -> bool:
    """One's own; a shared one also whoever manages decks."""
    return deck.owner_id == reach.user.pk or (deck.is_shared and reach.can(Permission.MANAGE_DECKS))


def last_of(user: AbstractBaseUser | AnonymousUser) -> Deck | None:
    """The one they looked at last, if they still may."""
    return (
        Deck.objects.seen_by(user)
        .filter(pk__in=LastDeck.objects.filter(user_id=user.pk or 0).values("deck"))
        .first()
    )


def remember(user: User, deck: Deck | None) -> None:
    """Written only where it is another one: a page is asked for far more often than a deck is left."""
    known = LastDeck.objects.filter(user=user)
    if deck is None:
        known.delete()
    elif not known.filter(deck=deck).exists():
        LastDeck.objects.update_or_create(user=user, defaults={"deck": deck})


@transaction.atomic
def make(name: str, *, by: User, at: datetime, like: Deck | None = None) -> Deck:
    """A deck of one's own, with the columns of another, or with those of everybody."""
    deck = Deck.objects.create(name=name, slug=free_slug(name), owner=by, created_at=at)
    if like is None:
        drafts = [Draft(slot.name, slot.standing.kind) for slot in EVERYDAY]
    else:
        drafts = [draft_of(column) for column in like.columns.all()]
    for position, draft in enumerate(drafts, start=1):
        write(Column(deck=deck, position=position), draft)
    return deck


@transaction.atomic
def change(deck: Deck, *, name: str, is_shared: bool, by: User, at: datetime) -> None:
    locked(deck)
    was_shared = deck.is_shared
    deck.name, deck.is_shared = name, is_shared
    deck.save(update_fields=["name", "is_shared"])
    if was_shared or is_shared:
        record("changed", deck, by, at, name=name, is_shared=is_shared)
    ring(deck)


@transaction.atomic
def delete(deck: Deck, *, by: User, at: datetime) -> None:
    locked(deck)
    if deck.is_shared:
        record("deleted", deck, by, at, name=deck.name)
    ring(deck)
    deck.delete()


@transaction.atomic
def add(deck: Deck, draft: Draft, *, by: User, at: datetime) -> Column:
    position = len(locked(deck)) + 1
    if position > MOST_COLUMNS:
        raise Refused(FULL)
    column = write(Column(deck=deck, position=position), draft)
    changed(deck, by, at, added=column.name, kind=column.kind)
    return column


@transaction.atomic
def put(column: Column, draft: Draft, *, by: User, at: datetime) -> None:
    """Say anew what stands in a column, and how."""
    if column.pk not in locked(column.deck):
        raise Refused(STALE)
    write(column, draft)
    said = {name: getattr(draft, name) for name in PLAIN}
    changed(column.deck, by, at, column=column.pk, **said)


@transaction.atomic
def move(column: Column, step: int, *, by: User, at: datetime) -> None:
    """One place to the left (-1) or to the right (1); at the end it stays where it is."""
    ids = locked(column.deck)
    if column.pk not in ids:
        raise Refused(STALE)
    place = ids.index(column.pk)
    if 0 <= place + step < len(ids):
        ids.insert(place + step, ids.pop(place))
        order(column.deck, ids, by, at)


@transaction.atomic
def arrange(deck: Deck, ids: Sequence[int], *, by: User, at: datetime) -> None:
    """All columns in an order in which somebody has dragged them."""
    if sorted(locked(deck)) != sorted(ids):
        raise Refused(STALE)
    order(deck, ids, by, at)


@transaction.atomic
def remove(column: Column, *, by: User, at: datetime) -> None:
    ids = locked(column.deck)
    if column.pk not in ids:
        raise Refused(STALE)
    if len(ids) == 1:
        raise Refused(LAST)
    ids.remove(column.pk)
    column.delete()
    order(column.deck, ids, by, at)


def locked(deck: Deck) -> list[int]:
    """The ids of its columns in their order, which nobody else changes until the commit."""
    if Deck.objects.select_for_update().filter(pk=deck.pk).first() is None:
        raise Refused("The deck was deleted meanwhile.")
    return list(deck.columns.values_list("pk", flat=True))


def order(deck: Deck, ids: Iterable[int], by: User, at: datetime) -> None:
    for position, pk in enumerate(ids, start=1):
        Column.objects.filter(pk=pk).exclude(position=position).update(position=position)
    changed(deck, by, at, order=list(ids))


def write(column: Column, draft: Draft) -> Column:
    for name in PLAIN:
        setattr(column, name, getattr(draft, name))
    column.save()
    column.sources.set(draft.sources)
    column.facilities.set(draft.facilities)
    return column


def draft_of(column: Column) -> Draft:
    plain = {name: getattr(column, name) for name in PLAIN}
    return Draft(**plain, sources=list(column.sources.all()), facilities=list(column.facilities.all()))


def ready_made(kind: str) -> Draft:
    return Draft(KINDS[kind].label, kind)


def free_slug(name: str) -> str:
    base = slugify(name)[:60] or "deck"
    for number in count(1):
        slug = base if number == 1 else f"{base}-{number}"
        if slug not in RESERVED and not Deck.objects.filter(slug=slug).exists():
            return slug
    raise AssertionError("numbers do not end")


def changed(deck: Deck, by: User, at: datetime, **detail: object) -> None:
    if deck.is_shared:
        record("columns changed", deck, by, at, **detail)
    ring(deck)


def record(action: str, deck: Deck, by: User, at: datetime, **detail: object) -> None:
    audit.record(f"deck {action}", f"deck:{deck.pk}", by=by, at=at, **detail)


def ring(deck: Deck) -> None:
    """Open walls with this deck take their columns anew."""
    transaction.on_commit(partial(doorbell.ring, f"deck-{deck.pk}"))
