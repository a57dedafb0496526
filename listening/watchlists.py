"""Watchlists: how an admin changes what is listened for, and what is listened for now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max

from hospital import audit
from hospital.models import Facility
from listening import watchlist_history
from listening.matching import BadExpression, Matcher, parse
from listening.models import Query, Watchlist
from listening.sources.contract import Listening

MAX_QUERIES = 200


@dataclass(frozen=True)
class Keeping:
    """Who keeps a watchlist, until when it is to be looked at again, and why each of its queries is there."""

    owner_id: int | None
    review_on: date | None
    notes: Mapping[str, str] | None = None  # by expression; None: as they are


@transaction.atomic
def save(
    watchlist: Watchlist | None,
    *,
    name: str,
    purpose: str = "",
    facility: Facility | None = None,
    lines: Sequence[str],
    is_active: bool = True,
    keeping: Keeping | None = None,
    note: str = "",
    by: AbstractBaseUser | None,
    at: datetime,
) -> Watchlist:
    """Create or change a watchlist with all its queries. ValidationError names each line at fault."""
    expressions = checked(lines)
    action = "watchlist-edit" if watchlist else "watchlist-create"
    if watchlist:
        watchlist_history.begin(watchlist)
    saved = watchlist or Watchlist(owner_id=by.pk if by else None)
    saved.name, saved.purpose, saved.facility, saved.is_active = (
        name.strip(),
        purpose.strip(),
        facility,
        is_active,
    )
    if keeping:
        saved.owner_id, saved.review_on = keeping.owner_id, keeping.review_on
    saved.full_clean(exclude=["owner"])
    saved.save()  # moves updated_at, by which polls see that something changed
    before = set(lines_of(saved))
    _keep_only(saved, expressions)
    if keeping and keeping.notes is not None:
        _annotate(saved, keeping.notes)
    watchlist_history.keep(saved, note=note, by=by, at=at)
    _record(action, saved, before, expressions, by=by, at=at)
    return saved


def lines_of(watchlist: Watchlist) -> list[str]:
    """The queries as an admin sees and edits them, oldest first."""
    active = watchlist.queries.filter(is_active=True).order_by("pk")
    return list(active.values_list("expression", flat=True))


def _keep_only(watchlist: Watchlist, expressions: list[str]) -> None:
    gone = watchlist.queries.exclude(expression__in=expressions)
    gone.filter(match__isnull=True).delete()
    # A query that has found something stays as the reason why those mentions are here.
    gone.update(is_active=False)
    watchlist.queries.filter(expression__in=expressions).update(is_active=True)
    known = set(watchlist.queries.values_list("expression", flat=True))
    Query.objects.bulk_create(
        Query(watchlist=watchlist, expression=line) for line in expressions if line not in known
    )


def _annotate(watchlist: Watchlist, notes: Mapping[str, str]) -> None:
    queries = list(watchlist.queries.filter(is_active=True))
    for query in queries:
        query.note = notes.get(query.expression, "")[:200]
    Query.objects.bulk_update(queries, ["note"])


def _record(
    action: str,
    watchlist: Watchlist,
    before: set[str],
    expressions: list[str],
    *,
    by: AbstractBaseUser | None,
    at: datetime,
) -> None:
    audit.record(
        action,
        f"watchlist {watchlist.pk}",
        by=by,
        at=at,
        name=watchlist.name,
        is_active=watchlist.is_active,
        facility=watchlist.facility_id,
        added=sorted(set(expressions) - before),
        removed=sorted(before - set(expressions)),
    )


def checked(lines: Sequence[str]) -> list[str]:
    """The lines as they are kept; blank ones and repeats are left out."""
    errors: list[ValidationError] = []
    kept: dict[str, None] = {}
    for number, line in enumerate(lines, 1):
        expression = " ".join(line.split())
        if not expression:
            continue
        try:
            _check(expression)
        except BadExpression as error:
            errors.append(
                ValidationError("Line %(number)s: %(message)s", params={"number": number, "message": error})
            )
        kept[expression] = None
    if not kept and not errors:
        errors.append(ValidationError("Write at least one query."))
    if len(kept) > MAX_QUERIES:
        errors.append(
            ValidationError(f"A watchlist holds at most {MAX_QUERIES} queries, these are {len(kept)}.")
        )
    if errors:
        raise ValidationError({"lines": errors})
    return list(kept)


def _check(expression: str) -> None:
    if len(expression) > 500:
        raise BadExpression("A query holds at most 500 characters.")
    terms = parse(expression)
    # One ideograph or emoji is a word; one letter is in every post.
    if len(terms) == 1 and len(terms[0]) == 1 and ord(terms[0]) < 0x2190:
        raise BadExpression("A single character finds everything. Add a word.")


@dataclass(frozen=True)
class Watched:
    """All that is listened for now."""

    matcher: Matcher = field(default_factory=lambda: Matcher([]))
    listening: tuple[Listening, ...] = ()
    facility_of: dict[int, int | None] = field(default_factory=dict)  # by query

    def names(self, own: Iterable[str]) -> list[str]:
        """Names to blank out before tone is read: our own, and what is watched as a name.

        A query of one term is taken for a name. In a longer one ("northfield rude") only terms that share a
        word with one of our own names are, for the others may be what gives the post its tone.
        """
        own = list(own)
        ours = {word for name in own for word in name.casefold().split()}
        watched = [
            term
            for query in self.listening
            for term in query.terms
            if len(query.terms) == 1 or ours & set(term.casefold().split())
        ]
        return sorted({*own, *watched})


_kept: tuple[object, Watched] = (None, Watched())


def current() -> Watched:
    """What is listened for as it stands in the database now; built anew after any change."""
    global _kept
    version = _version()
    if _kept[0] != version:
        _kept = (version, _load())
    return _kept[1]


def current_matcher() -> Matcher:
    return current().matcher


def _active() -> "Iterable[Query]":
    return Query.objects.filter(is_active=True, watchlist__is_active=True).select_related("watchlist")


def _version() -> object:
    # Each watchlist's own time, not the newest of all: of two changes at once the earlier may commit later.
    watchlists = Watchlist.objects.filter(is_active=True).order_by("pk").values_list("pk", "updated_at")
    queries = Query.objects.filter(is_active=True).aggregate(Count("pk"), Max("pk"))
    return (tuple(watchlists), tuple(queries.values()))


def _load() -> Watched:
    queries = list(_active())
    return Watched(
        matcher=Matcher((query.pk, query.expression) for query in queries),
        listening=tuple(Listening(query.pk, parse(query.expression)) for query in queries),
        facility_of={query.pk: query.watchlist.facility_id for query in queries},
    )
