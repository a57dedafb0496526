"""From a watchlist's file to the watchlist: checked against who is here, shown as a change, then saved."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser, User
from django.core.exceptions import ValidationError
from django.db import transaction

from hospital.models import Facility
from listening import watchlist_files, watchlist_history, watchlists
from listening.models import Watchlist
from listening.plain_yaml import BadFile
from listening.watchlist_files import Document
from listening.watchlists import Keeping

OVERTAKEN = "Somebody saved version {} meanwhile. Look at what it changed, then import again."
UNCHANGED = "The file says what the watchlist says already: nothing was saved."


@dataclass(frozen=True)
class Import:
    """A file that can be saved, and what it would change."""

    document: Document
    watchlist: Watchlist | None
    facility: Facility | None
    owner: User | None
    number: int  # of the watchlist's newest version; 0: there is none
    lines: tuple[str, ...]

    @property
    def added(self) -> int:
        return sum(line.startswith("+") for line in self.lines)

    @property
    def removed(self) -> int:
        return sum(line.startswith("-") for line in self.lines)


def prepared(text: str, watchlist: Watchlist | None, *, facility_ids: frozenset[int] | None) -> Import:
    """What a file would do to a watchlist, or as a new one. BadFile says what is wrong with it."""
    document = watchlist_files.read(text)
    facility = _facility(document, facility_ids)
    if watchlist is None and Watchlist.objects.filter(name=document.name).exists():
        taken = f"there is a watchlist “{document.name}” already. Import the file there, or change the name."
        raise BadFile(document.place("name") + taken)
    _check_queries(document)
    before = watchlist_history.body_of(watchlist) if watchlist else ""
    return Import(
        document=document,
        watchlist=watchlist,
        facility=facility,
        owner=_owner(document),
        number=watchlist_history.number_of(watchlist) if watchlist else 0,
        lines=tuple(watchlist_history.changed_lines(before, watchlist_files.written(document))),
    )


@transaction.atomic
def put(
    wanted: Import, *, based_on: int, note: str = "", by: AbstractBaseUser | None, at: datetime
) -> Watchlist:
    """Save what was shown. ValidationError where the watchlist changed since, or nothing would."""
    if wanted.watchlist:
        Watchlist.objects.select_for_update(of=("self",)).get(pk=wanted.watchlist.pk)
        number = watchlist_history.number_of(wanted.watchlist)
        if number != based_on:
            raise ValidationError(OVERTAKEN.format(number))
        if not wanted.lines:
            raise ValidationError(UNCHANGED)
    document = wanted.document
    owner_id = wanted.owner.pk if wanted.owner else (by.pk if by else None)
    return watchlists.save(
        wanted.watchlist,
        name=document.name,
        purpose=document.purpose,
        facility=wanted.facility,
        lines=[each.expression for each in document.queries],
        is_active=document.is_active,
        keeping=Keeping(owner_id, document.review_on, {q.expression: q.note for q in document.queries}),
        note=note,
        by=by,
        at=at,
    )


def go_back(
    watchlist: Watchlist,
    number: int,
    *,
    facility_ids: frozenset[int] | None,
    by: AbstractBaseUser | None,
    at: datetime,
) -> Watchlist:
    """Put an earlier version back, as a new one. BadFile where it can be read no more."""
    body = watchlist_history.body_at(watchlist, number)
    wanted = prepared(body, watchlist, facility_ids=facility_ids)
    return put(wanted, based_on=wanted.number, note=f"Back to version {number}", by=by, at=at)


def _facility(document: Document, facility_ids: frozenset[int] | None) -> Facility | None:
    if not document.facility:
        if facility_ids is not None:
            raise BadFile("“facility”: name one of yours. Only an admin of all facilities may leave it out.")
        return None
    found = Facility.objects.within(facility_ids).filter(slug=document.facility).first()
    if found is None:
        known = ", ".join(Facility.objects.within(facility_ids).values_list("slug", flat=True)[:12])
        unknown = f"you have no facility “{document.facility}”. Yours are: {known or 'none'}."
        raise BadFile(document.place("facility") + unknown)
    return found


def _owner(document: Document) -> User | None:
    if not document.owner:
        return None
    people = User.objects.filter(is_active=True, memberships__isnull=False)
    found = people.filter(username=document.owner).first()
    if found is None:
        raise BadFile(document.place("owner") + f"nobody here signs in as “{document.owner}”.")
    return found


def _check_queries(document: Document) -> None:
    """Each by itself, so that the error names its place in the file."""
    for number, line in enumerate(document.queries, 1):
        try:
            watchlists.checked([line.expression])
        except ValidationError as error:
            said = " ".join(error.messages).removeprefix("Line 1: ")
            raise BadFile(document.place(f"queries[{number}]") + said) from None
