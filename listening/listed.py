"""Facilities out of a public list of hospitals: what would be added, and adding it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from functools import reduce
from operator import and_

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify

from hospital import audit
from hospital.facilities import unused
from hospital.lists import HospitalList, Listed
from hospital.models import Facility, ListedHospital
from listening import alike

SHORT_CHARACTERS = 60
MOST_WORDS = 6
COLUMNS = tuple(field.name for field in fields(Listed))


@dataclass(frozen=True)
class Plan:
    """What an import would do, and does."""

    new: Sequence[Listed]
    known: Sequence[Listed]  # there already, by its code or by its name and city
    shared: dict[str, list[str]]  # names that several bear when all is done, each with where


@transaction.atomic
def keep(read: HospitalList, *, by: AbstractBaseUser | None, at: datetime) -> int:
    """Keep a list for looking up, in place of what was kept of the same kind."""
    ListedHospital.objects.filter(listed_as__startswith=f"{read.kind} ").delete()
    ListedHospital.objects.bulk_create((ListedHospital(**asdict(each)) for each in read.hospitals), 2000)
    audit.record("facility.list", f"list {read.kind}", by=by, at=at, hospitals=len(read.hospitals))
    return len(read.hospitals)


def looked_up(asked: str) -> list[Listed]:
    """Kept hospitals that hold every word, in name, city, state or code."""
    words = asked[:200].split()[:MOST_WORDS]
    wanted = reduce(and_, (_holding(word) for word in words), Q())
    return [Listed(*row) for row in ListedHospital.objects.filter(wanted).values_list(*COLUMNS)]


def named(listed_as: str) -> Listed | None:
    """The kept hospital of that list and code."""
    rows = ListedHospital.objects.filter(listed_as=listed_as.replace("\0", "")[:40])
    return next((Listed(*row) for row in rows.values_list(*COLUMNS)), None)


def _holding(word: str) -> Q:
    return (
        Q(name__icontains=word)
        | Q(city__icontains=word)
        | Q(region__iexact=word)
        | Q(listed_as__iendswith=f" {word}")
    )


def holding(hospitals: Iterable[Listed], asked: str) -> list[Listed]:
    """The same of a list in memory."""
    words = asked.casefold().split()
    return [each for each in hospitals if all(_holds(each, word) for word in words)]


def _holds(each: Listed, word: str) -> bool:
    code = each.listed_as.partition(" ")[2]
    return word in f"{each.name}\n{each.city}".casefold() or word in (each.region.casefold(), code.casefold())


def plan(hospitals: Iterable[Listed]) -> Plan:
    there = list(Facility.objects.all())
    codes = {facility.listed_as for facility in there}
    places = {(alike.key(facility.name), alike.key(facility.city)) for facility in there}
    new: list[Listed] = []
    known: list[Listed] = []
    for each in hospitals:
        is_known = each.listed_as in codes or (alike.key(each.name), alike.key(each.city)) in places
        (known if is_known else new).append(each)
    return Plan(new, known, _shared(there, new))


def _shared(there: Iterable[Facility], new: Iterable[Listed]) -> dict[str, list[str]]:
    """Names that one of the new bears and another too."""
    where: dict[str, list[str]] = defaultdict(list)
    for facility in there:
        where[_key(facility.name)].append(_place(facility.name, facility.city, facility.region))
    for each in new:
        where[_key(each.name)].append(_place(each.name, each.city, each.region))
    names = {_key(each.name): each.name for each in new}
    return {name: sorted(where[key]) for key, name in sorted(names.items()) if len(where[key]) > 1}


def _key(name: str) -> str:
    return next(iter(alike.keys(name)), "")


def _place(name: str, city: str, region: str) -> str:
    return ", ".join(filter(None, (city, region))) or name


@transaction.atomic
def add(planned: Plan, *, system: str = "", by: AbstractBaseUser | None, at: datetime) -> int:
    """Add what is new. The same list twice adds nothing."""
    taken = set(Facility.objects.values_list("slug", flat=True))
    made = []
    for each in planned.new:
        slug = unused(slugify(each.name)[:40].strip("-") or "facility", taken)
        taken.add(slug)
        made.append(Facility(slug=slug, short_name=short(each.name), system=system, **asdict(each)))
    before = Facility.objects.count()
    # What somebody else adds at this very moment is there already.
    Facility.objects.bulk_create(made, 1000, ignore_conflicts=True)
    added = Facility.objects.count() - before
    codes = [each.listed_as for each in planned.new]
    audit.record("facility.import", "facilities", by=by, at=at, added=added, listed_as=codes[:500])
    return added


def short(name: str) -> str:
    """A name cut at a word, as it fits a narrow column."""
    if len(name) <= SHORT_CHARACTERS:
        return name
    return name[:SHORT_CHARACTERS].rpartition(" ")[0] or name[:SHORT_CHARACTERS]
