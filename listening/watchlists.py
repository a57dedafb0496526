"""Watchlists: how an admin changes what is listened for, and what is listened for now."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max

from hospital import audit
from hospital.models import Facility
from listening import watchlist_history, wording
from listening.models import Query, Watchlist
from listening.queries import asking, limits
from listening.queries.matching import Matcher, prepared, settled
from listening.queries.parsing import BadExpression, parse
from listening.queries.tree import Expression, fields_of
from listening.sources.contract import Listening

MAX_QUERIES = 200

logger = logging.getLogger(__name__)


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
    if watchlist:
        # Of two who have the page open, one may have changed it meanwhile.
        watchlist.refresh_from_db(fields=["owner", "review_on"])
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
        expression = " ".join(wording.UNSTORABLE.sub(" ", line).split())
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
    tree = parse(expression)
    limits.check(tree)
    slugs = {field.value for field in fields_of(tree) if field.name == "facility"}
    # Only where one is asked for: the rest needs no database.
    unknown = slugs and slugs - set(Facility.objects.filter(slug__in=slugs).values_list("slug", flat=True))
    if unknown:
        raise BadExpression(f"There is no facility called {min(unknown)}: it is its short name in addresses.")


@dataclass(frozen=True)
class Watched:
    """All that is listened for now."""

    matcher: Matcher = field(default_factory=lambda: Matcher([]))
    listening: tuple[Listening, ...] = ()
    facility_of: dict[int, int | None] = field(default_factory=dict)  # by query
    slugs: dict[int, str] = field(default_factory=dict)  # by facility, where a query asks for one

    def names(self, own: Iterable[str]) -> list[str]:
        """Names to blank out before tone is read: our own, and what is watched as a name.

        A term that is enough by itself is taken for a name. Of others ("northfield rude") only those are that
        share a word with one of our own names, for the rest may be what gives the post its tone.
        """
        own = list(own)
        ours = {word for name in own for word in name.casefold().split()}
        found = {*own}
        for query in self.listening:
            found.update(asking.lone(query.expression))
            positive = asking.positive(query.expression)
            found.update(term for term in positive if ours & set(term.casefold().split()))
        return sorted(found)


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
    return (tuple(watchlists), tuple(queries.values()), _slugs(_kept[1].matcher))


def _load() -> Watched:
    read = list(_readable(_active()))
    matcher = settled(Matcher((query.pk, query.expression) for query, _ in read))
    return Watched(
        matcher=matcher,
        listening=tuple(Listening(query.pk, tree) for query, tree in read),
        facility_of={query.pk: query.watchlist.facility_id for query, _ in read},
        slugs=dict(_slugs(matcher)),
    )


def _readable(queries: "Iterable[Query]") -> Iterator[tuple[Query, Expression]]:
    """One line that cannot be read, stored by whatever way, must not stop all listening."""
    for query in queries:
        try:
            yield query, prepared(query.expression).tree
        except BadExpression as error:
            logger.error("query %s of watchlist %s is passed over: %s", query.pk, query.watchlist_id, error)


def _slugs(matcher: Matcher) -> tuple[tuple[int, str], ...]:
    """By facility; looked up only where a query asks for one."""
    if "facility" not in matcher.fields:
        return ()
    return tuple(Facility.objects.order_by("pk").values_list("pk", "slug"))
