"""Facilities: how an admin changes what one is known by. Each change is a version that can be put back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from hospital import audit
from hospital.models import Facility, FacilityName, FacilityVersion

MAX_NAMES = 400
FIELDS = (
    "name", "short_name", "system", "address", "city", "region", "postcode", "phone", "counts_doctors",
    "is_active",
)  # fmt: skip
UNCHANGED = "Nothing was changed, so nothing was saved."
OVERTAKEN = "Somebody changed this facility meanwhile. Look at what it says now, then save again."


@dataclass(frozen=True)
class Spoken:
    """One line of a facility's dictionary."""

    kind: str
    name: str
    context: str = ""


@transaction.atomic
def save(
    facility: Facility | None,
    *,
    values: Mapping[str, Any],
    names: Sequence[Spoken],
    based_on: int = 0,
    by: AbstractBaseUser | None,
    at: datetime,
) -> Facility:
    """Create a facility, or change it. ValidationError where a field is wrong, nothing changed, or somebody
    changed it since `based_on`."""
    if len(names) > MAX_NAMES:
        raise ValidationError(f"A facility has at most {MAX_NAMES} names, these are {len(names)}.")
    slug = values.get("slug") or free_slug(values["name"])
    saved = _locked(facility.pk, based_on) if facility else Facility(slug=slug)
    before = body_of(saved) if facility else {}
    for field in FIELDS:
        if field in values:
            setattr(saved, field, values[field])
    saved.listed_as = values.get("listed_as", saved.listed_as)
    saved.full_clean(exclude=["slug"])
    names = _once_each(names)
    _keep(saved, before, names)
    if before == (after := body_of(saved)):
        raise ValidationError(UNCHANGED)
    FacilityVersion.objects.create(
        facility=saved, number=saved.revision, body=after, by_id=by.pk if by else None, at=at
    )
    _record("facility.edit" if facility else "facility.create", saved, before, after, by=by, at=at)
    return saved


def go_back(facility: Facility, number: int, *, by: AbstractBaseUser | None, at: datetime) -> Facility:
    """Put an earlier version in force, as a new one. FacilityVersion.DoesNotExist where there is none."""
    body = FacilityVersion.objects.get(facility=facility, number=number).body
    names = [Spoken(*each) for each in body["names"]]
    return save(facility, values=body["fields"], names=names, based_on=facility.revision, by=by, at=at)


def body_of(facility: Facility) -> dict[str, Any]:
    """All that an admin can change of it."""
    return {
        "fields": {field: getattr(facility, field) for field in FIELDS},
        "names": [[each.kind, each.name, each.context] for each in names_of(facility)],
    }


def names_of(facility: Facility) -> list[Spoken]:
    kept = facility.names.order_by("pk").values_list("kind", "name", "context") if facility.pk else ()
    return [Spoken(*each) for each in kept]


def free_slug(name: str) -> str:
    """An address for it that no other has."""
    stem = slugify(name)[:40].strip("-") or "facility"
    taken = set(Facility.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return unused(stem, taken)


def unused(stem: str, taken: set[str]) -> str:
    if stem not in taken:
        return stem
    return next(slug for number in range(2, len(taken) + 3) if (slug := f"{stem}-{number}") not in taken)


def _locked(pk: int, based_on: int) -> Facility:
    locked = Facility.objects.select_for_update().get(pk=pk)
    if locked.revision != based_on:
        raise ValidationError(OVERTAKEN)
    return locked


def _keep(facility: Facility, before: Mapping[str, Any], names: Sequence[Spoken]) -> None:
    """Write it, moving its revision; what stood before the first change becomes a version, too."""
    if before and not facility.versions.exists():
        FacilityVersion.objects.create(
            facility=facility, number=facility.revision, body=before, at=facility.created_at
        )
    facility.revision += 1
    facility.save()
    if before.get("names") != [[each.kind, each.name, each.context] for each in names]:
        facility.names.all().delete()
        FacilityName.objects.bulk_create(
            FacilityName(facility=facility, kind=each.kind, name=each.name, context=each.context)
            for each in names
        )


def _once_each(names: Iterable[Spoken]) -> list[Spoken]:
    kept: dict[tuple[str, str], Spoken] = {}
    for each in names:
        kept.setdefault((each.kind, each.name.lower()), each)
    return list(kept.values())


def _record(
    action: str,
    facility: Facility,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    by: AbstractBaseUser | None,
    at: datetime,
) -> None:
    was, is_now = before.get("fields", {}), after["fields"]
    old, new = _told(before.get("names", ())), _told(after["names"])
    audit.record(
        action,
        f"facility {facility.pk}",
        by=by,
        at=at,
        version=facility.revision,
        name=facility.name,
        changed=sorted(field for field in FIELDS if was.get(field) != is_now[field]),
        added=sorted(new - old),
        removed=sorted(old - new),
    )


def _told(names: Iterable[Sequence[str]]) -> set[str]:
    """Names as the audit tells them. It is never erased, so doctors are not named in it."""
    hidden = FacilityName.Kind.DOCTOR
    return {
        f"{kind}: {'(name withheld)' if kind == hidden else name}" + (f" | {context}" if context else "")
        for kind, name, context in names
    }
