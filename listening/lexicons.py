"""Word lists: how an admin changes what posts are read with. Each save is a version; one of a kind is in
force, and any earlier one, or the one that Murmur comes with, can be put in force again."""

import difflib
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction

from hospital import audit
from listening.lexicon_kinds import KINDS, BadBody, Kind, parsed
from listening.models import LexiconInForce, LexiconVersion
from listening.wording import UNSTORABLE

SHIPPED_NUMBER = 0
UNCHANGED = "This is the version in force already: nothing was saved."


def number_in_force(kind: Kind) -> int:
    """The number of the version in force; 0 for the shipped one."""
    chosen = LexiconInForce.objects.filter(kind=kind.name).values_list("version__number", flat=True)
    return chosen.first() or SHIPPED_NUMBER


def body(kind: Kind, number: int) -> str:
    """What a version says. LexiconVersion.DoesNotExist where there is none of that number."""
    if number == SHIPPED_NUMBER:
        return kind.shipped
    return LexiconVersion.objects.get(kind=kind.name, number=number).body


def tidy(typed: str) -> str:
    """As it is kept: one kind of line end, and one of them at the end."""
    return typed.replace("\r\n", "\n").replace("\r", "\n").rstrip() + "\n"


def checked(kind: Kind, typed: str) -> str:
    """The body as it is kept; ValidationError says what is wrong with it, and where."""
    kept = tidy(typed)
    try:
        if UNSTORABLE.search(kept):
            raise BadBody("It holds a character that cannot be stored.")
        parsed(kind, kept)
    except BadBody as error:
        raise ValidationError({"body": str(error)}) from error
    return kept


@transaction.atomic
def save(
    kind: Kind, typed: str, *, based_on: int, note: str = "", by: AbstractBaseUser | None, at: datetime
) -> LexiconVersion:
    """Keep a new version and put it in force. ValidationError where it cannot be read, says nothing new, or
    another version came into force since `based_on`."""
    kept = checked(kind, typed)
    before = _locked(kind)
    if _number(before) != based_on:
        raise ValidationError(_overtaken(before))
    if kept == tidy(body(kind, based_on)):
        raise ValidationError(UNCHANGED)
    newest = LexiconVersion.objects.filter(kind=kind.name).order_by("-number").first()
    made = LexiconVersion.objects.create(
        kind=kind.name,
        number=(newest.number if newest else 0) + 1,
        body=kept,
        note=note.strip()[:200],
        by_id=by.pk if by else None,
        at=at,
    )
    _put_in_force(before, made)
    _record("lexicon.save", kind, made.number, before=based_on, by=by, at=at, note=made.note)
    return made


@transaction.atomic
def go_back(kind: Kind, number: int, *, by: AbstractBaseUser | None, at: datetime) -> None:
    """Put an earlier version in force, or with 0 the shipped one. ValidationError where it parses no more."""
    checked(kind, body(kind, number))
    before = _locked(kind)
    was = _number(before)
    if was == number:
        raise ValidationError("This version is in force already.")
    chosen = LexiconVersion.objects.get(kind=kind.name, number=number) if number else None
    _put_in_force(before, chosen)
    _record("lexicon.go-back", kind, number, before=was, by=by, at=at)


def changed_lines(before: str, after: str) -> list[str]:
    """What was taken out and put in, line by line, with two lines around it."""
    compared = difflib.unified_diff(tidy(before).splitlines(), tidy(after).splitlines(), lineterm="", n=2)
    return list(compared)[2:]


def kind_of(name: str) -> Kind | None:
    return KINDS.get(name)


def _locked(kind: Kind) -> LexiconInForce:
    LexiconInForce.objects.get_or_create(kind=kind.name)
    locked = LexiconInForce.objects.select_for_update(of=("self",)).select_related("version__by")
    return locked.get(kind=kind.name)


def _number(chosen: LexiconInForce) -> int:
    return chosen.version.number if chosen.version else SHIPPED_NUMBER


def _overtaken(chosen: LexiconInForce) -> str:
    version = chosen.version
    if version is None:
        return "The shipped list was put in force meanwhile. Look at it, then save again."
    who = f" by {version.by.get_username()}" if version.by else ""
    return (
        f"Version {version.number}{who} came into force meanwhile. Look at what it changed, then save again."
    )


def _put_in_force(chosen: LexiconInForce, version: LexiconVersion | None) -> None:
    chosen.version = version
    chosen.save(update_fields=["version"])


def _record(
    action: str,
    kind: Kind,
    number: int,
    *,
    before: int,
    by: AbstractBaseUser | None,
    at: datetime,
    note: str = "",
) -> None:
    audit.record(action, f"lexicon {kind.name}", by=by, at=at, number=number, before=before, note=note)
