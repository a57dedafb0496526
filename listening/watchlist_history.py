"""What a watchlist was: each save is a version, kept as its file, compared line by line and put back."""

import difflib
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet

from listening import watchlist_files
from listening.models import Watchlist, WatchlistVersion
from listening.watchlist_files import Document, Line

REVIEWED_EVERY = timedelta(days=90)
AROUND = 2


def document_of(watchlist: Watchlist) -> Document:
    """The watchlist as it stands now."""
    active = watchlist.queries.filter(is_active=True).order_by("pk")
    return Document(
        name=watchlist.name,
        purpose=watchlist.purpose,
        owner=watchlist.owner.get_username() if watchlist.owner else "",
        facility=watchlist.facility.slug if watchlist.facility else "",
        review_on=watchlist.review_on,
        is_active=watchlist.is_active,
        queries=tuple(Line(query.expression, query.note) for query in active),
    )


def body_of(watchlist: Watchlist) -> str:
    return watchlist_files.written(document_of(watchlist))


def begin(watchlist: Watchlist) -> None:
    """Before its first change that is kept: what it was until now. Call it in the change's transaction."""
    Watchlist.objects.select_for_update(of=("self",)).get(pk=watchlist.pk)  # of two changes one comes second
    stored = Watchlist.objects.get(pk=watchlist.pk)
    if not stored.versions.exists():
        _add(stored, body_of(stored), note="", by_id=stored.owner_id, at=stored.updated_at)


def keep(
    watchlist: Watchlist, *, note: str = "", by: AbstractBaseUser | None, at: datetime
) -> WatchlistVersion | None:
    """The watchlist as it was just saved, as a new version; None where nothing changed."""
    fresh = Watchlist.objects.get(pk=watchlist.pk)
    body = body_of(fresh)
    newest = fresh.versions.first()
    if newest and newest.body == body:
        return None
    return _add(fresh, body, note=" ".join(note.split())[:200], by_id=by.pk if by else None, at=at)


def _add(watchlist: Watchlist, body: str, *, note: str, by_id: int | None, at: datetime) -> WatchlistVersion:
    number = number_of(watchlist) + 1
    return WatchlistVersion.objects.create(
        watchlist=watchlist, number=number, body=body, note=note, by_id=by_id, at=at
    )


def number_of(watchlist: Watchlist) -> int:
    """The number of its newest version; 0 while it has none."""
    newest = watchlist.versions.values_list("number", flat=True).first()
    return newest or 0


def versions(watchlist: Watchlist) -> QuerySet[WatchlistVersion]:
    return watchlist.versions.select_related("by").defer("body")


def body_at(watchlist: Watchlist, number: int) -> str:
    """What a version said; nothing before the first. WatchlistVersion.DoesNotExist where there is none."""
    return watchlist.versions.get(number=number).body if number else ""


def changed_lines(before: str, after: str) -> list[str]:
    """What was taken out and put in, line by line, with two lines around it."""
    compared = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=AROUND)
    return list(compared)[2:]


def is_overdue(review_on: date | None, today: date) -> bool:
    return review_on is not None and review_on < today
