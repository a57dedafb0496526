"""Which cases one person has before them: a queue, in order, as it stood when they opened it.

The list does not move under its reader. What came since is counted, what was closed since stays in its place.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Count, Min, Q
from django.db.models.functions import Left
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from alerts import presence, staffvoice, weighing
from alerts.models import Case, Queue
from alerts.models.case import CaseQuerySet
from alerts.models.queue import STAFF_VOICE
from alerts.priority import Weights
from dashboard import masks
from dashboard.cases.rows import EXCERPT, Row
from hospital.access import Permission, Reach, reach_of

TEAM, MINE, APPROVAL = "team", "mine", "approval"
VIEWS = {TEAM: "Team", MINE: "Mine", APPROVAL: "For approval"}
PAGE = 100
STAYS_FOR = timedelta(hours=12)
THEMES_OF = timedelta(days=90)


@dataclass(frozen=True)
class Shelf:
    """One line of the queue menu."""

    slug: str
    name: str
    count: int = 0
    unowned: int = 0
    oldest_at: datetime | None = None


@dataclass(frozen=True)
class Desk:
    reach: Reach
    user: User
    view: str
    name: str
    since: datetime
    now: datetime

    @classmethod
    def of(cls, request: HttpRequest) -> "Desk":
        asked = request.POST if request.method == "POST" else request.GET
        view = asked.get("queue", "") or TEAM
        name = VIEWS.get(view) or Queue.objects.filter(slug=view).values_list("name", flat=True).first()
        if name is None:
            raise Http404("There is no such queue.")
        now = timezone.now()
        user = request.user
        assert isinstance(user, User)  # noqa: S101  the middleware lets nobody else in
        desk = cls(reach_of(request), user, view, name, read_since(asked.get("since", ""), now), now)
        if desk.is_staff_voice and not desk.handles_staff_voice:
            raise Http404("There is no such queue.")
        return desk

    @property
    def query(self) -> str:
        return urlencode({"queue": self.view, "since": int(self.since.timestamp())})

    def case_url(self, case_id: int) -> str:
        return f"{reverse('case-detail', args=[case_id])}?{self.query}"

    @property
    def reachable(self) -> CaseQuerySet:
        return Case.objects.within(self.reach.facility_ids(Permission.SEE_CASES))

    @property
    def handles_staff_voice(self) -> bool:
        return self.reach.can(Permission.HANDLE_STAFF_VOICE)

    @property
    def is_staff_voice(self) -> bool:
        return self.view == STAFF_VOICE

    @property
    def restricted(self) -> CaseQuerySet:
        """Voices of staff, in no view but their own; nothing at all for whoever may not handle them."""
        return Case.objects.restricted_within(self.reach.facility_ids(Permission.HANDLE_STAFF_VOICE))

    @property
    def themes(self) -> list[tuple[str, int]]:
        facility_ids = self.reach.facility_ids(Permission.HANDLE_STAFF_VOICE)
        counted = staffvoice.themes(facility_ids, self.now - THEMES_OF)
        return [(theme.replace("_", " ").capitalize(), number) for theme, number in counted]

    @cached_property
    def weights(self) -> Weights:
        return weighing.current()

    @property
    def in_view(self) -> CaseQuerySet:
        if self.is_staff_voice:
            return self.restricted
        there = self.reachable.there()
        if self.view == TEAM:
            return there
        if self.view == MINE:
            return there.filter(owner=self.user)
        if self.view == APPROVAL:
            return there.filter(state=Case.State.AWAITING_APPROVAL)
        return there.filter(queue__slug=self.view)

    def rows(self) -> list[Row]:
        standing = self.in_view.filter(
            Q(opened_at__lte=self.since) & ~Q(state=Case.State.CLOSED) | Q(closed_at__gt=self.since)
        )
        ordered = standing.in_order(self.since, waiting=self.weights.waiting)
        # First which, then what is in them: sorting thousands of posts to show a hundred is slow.
        first = list(ordered.values_list("pk", flat=True)[:PAGE])
        related = standing.filter(pk__in=first).select_related(
            "mention__source", "mention__facility", "facility", "owner", "queue", "severity_set_by"
        )
        short = related.defer("mention__text", "mention__reasons").annotate(
            excerpt=Left("mention__text", EXCERPT + masks.SLACK)
        )
        by_id = {case.pk: case for case in short}
        here = presence.at_cases(first, self.now)
        return [
            Row(
                case,
                self.now,
                self.user.pk,
                weighing.factors(case, self.weights, self.since),
                tuple(here.get(case.pk, ())),
            )
            for case in (by_id[pk] for pk in first if pk in by_id)
        ]

    def standing(self) -> tuple[int, int]:
        """How many of these stand open, and how many of those have no owner."""
        counted = self.in_view.open().filter(opened_at__lte=self.since)
        found = counted.aggregate(open=Count("pk"), unowned=Count("pk", filter=Q(owner__isnull=True)))
        return found["open"], found["unowned"]

    @property
    def came_since(self) -> int:
        return self.in_view.open().filter(opened_at__gt=self.since).count()

    def shelves(self) -> tuple[list[Shelf], list[Shelf]]:
        """What is everybody's, mine and for approval; then every queue, empty ones among them."""
        open_cases = self.reachable.there().open()
        by_queue = {row["queue_id"]: row for row in _counted(open_cases.values("queue_id"))}
        shown = Queue.objects.all()
        if self.handles_staff_voice:
            restricted = self.restricted.open().values(is_any=Q(pk__isnull=False))
            staff = next(iter(_counted(restricted)), None)
        else:
            shown, staff = shown.exclude(slug=STAFF_VOICE), None
        queues = [
            _shelf(queue.slug, queue.name, staff if queue.slug == STAFF_VOICE else by_queue.get(queue.pk))
            for queue in shown
        ]
        whole = open_cases.values(is_any=Q(pk__isnull=False))
        mine = whole.filter(owner=self.user)
        waiting = whole.filter(state=Case.State.AWAITING_APPROVAL)
        views = [
            _shelf(slug, VIEWS[slug], next(iter(_counted(cases)), None))
            for slug, cases in ((TEAM, whole), (MINE, mine), (APPROVAL, waiting))
        ]
        return views, queues


def _counted(grouped: Any) -> Any:
    return grouped.annotate(
        count=Count("pk"), unowned=Count("pk", filter=Q(owner__isnull=True)), oldest_at=Min("opened_at")
    ).order_by()


def _shelf(slug: str, name: str, row: dict[str, Any] | None) -> Shelf:
    counts = {key: row[key] for key in ("count", "unowned", "oldest_at")} if row else {}
    return Shelf(slug, name, **counts)


def read_since(text: str, now: datetime) -> datetime:
    """When the list was opened; anything else than a believable moment is now."""
    if text.isdecimal() and len(text) <= 10:
        since = datetime.fromtimestamp(int(text), UTC)
        if now - STAYS_FOR <= since <= now:
            return since
    return now
