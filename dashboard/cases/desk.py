"""Which cases one person has before them: a queue, in order, as it stood when they opened it.

The list does not move under its reader. What came since is counted, what was closed since stays in its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Count, Exists, Min, OuterRef, Prefetch, Q
from django.db.models.functions import Left
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from alerts import changes, presence, staffvoice, weighing
from alerts.clocks import Calendars
from alerts.models import Case, Queue, Reply
from alerts.models.case import AT_WORK, CaseQuerySet
from alerts.models.queue import STAFF_VOICE
from alerts.presence import Here
from alerts.priority import Weights
from dashboard import masks
from dashboard.cases import orders
from dashboard.cases.privately import UNREAD
from dashboard.cases.rows import EXCERPT, Row
from hospital.access import Permission, Reach, reach_of

TEAM, MINE, APPROVAL, SNOOZED = "team", "mine", "approval", "snoozed"
GOING_OUT, LATE_SOON, TELL = "going-out", "late-soon", "tell"
VIEWS = {
    TEAM: "Team",
    MINE: "Mine",
    APPROVAL: "For approval",
    GOING_OUT: "Going out",
    LATE_SOON: "Late within the hour",
    TELL: "Tell them",
    SNOOZED: "Snoozed",
}
FORECAST = timedelta(hours=1)
ON_ITS_WAY = [Case.State.HELD, Case.State.SENDING, Case.State.WAITING]
PAGE, LONGEST = 100, 500
"""Rows that are shown, and that are shown to whoever asks for all."""

TO_DO = (Case.State.NEW, Case.State.SENT, *AT_WORK)
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
    session: SessionBase  # where the order of the open lists is kept
    shows_all: bool = False

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
        since, shows_all = read_since(asked.get("since", ""), now), asked.get("rows") == "all"
        desk = cls(reach_of(request), user, view, name, since, now, request.session, shows_all)
        if desk.is_staff_voice and not desk.handles_staff_voice:
            raise Http404("There is no such queue.")
        return desk

    @property
    def query(self) -> str:
        rows = {"rows": "all"} if self.shows_all else {}
        return urlencode({"queue": self.view, "since": int(self.since.timestamp()), **rows})

    def case_url(self, case_id: int) -> str:
        return f"{reverse('case-detail', args=[case_id])}?{self.query}"

    def list_url(self, at: int | str = "") -> str:
        """The list; with a row named, that is where the keyboard then is."""
        return f"{reverse('case-list')}?{self.query}" + (f"&at={at}" if at else "")

    @property
    def reachable(self) -> CaseQuerySet:
        return Case.objects.within(self.reach.facility_ids(Permission.SEE_CASES))

    @property
    def handles_staff_voice(self) -> bool:
        return self.reach.can(Permission.HANDLE_STAFF_VOICE)

    @property
    def can_pick(self) -> bool:
        """Nothing that staff say is ever done to many at once."""
        return self.reach.can(Permission.WORK_CASES) and not self.is_staff_voice

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
    def calendars(self) -> Calendars:
        return Calendars.load()

    @property
    def forecast(self) -> int:
        """How many will be late within the hour, as things stand."""
        return late_soon(self.reachable.there().awake(self.now).open(), self.now).count()

    @cached_property
    def weights(self) -> Weights:
        return weighing.current()

    @property
    def in_view(self) -> CaseQuerySet:
        if self.is_staff_voice:
            return self.restricted
        if self.view == TELL:
            return self.to_tell
        there = self.reachable.there()
        if self.view == SNOOZED:
            return there.filter(snoozed_until__gt=self.now)
        there = there.awake(self.now)
        if self.view == TEAM:
            return there
        if self.view == MINE:
            teams = self.user.teams.values("pk")
            return there.filter(Q(owner=self.user) | Q(owner__isnull=True, team__in=teams))
        if self.view == APPROVAL:
            return there.filter(state=Case.State.AWAITING_APPROVAL)
        if self.view == GOING_OUT:
            return there.filter(state=Case.State.HELD)
        if self.view == LATE_SOON:
            return late_soon(there, self.since)
        return there.filter(queue__slug=self.view)

    @property
    def to_tell(self) -> CaseQuerySet:
        """Open or closed: a change they asked for was made, and nobody has told them."""
        return self.reachable.filter(changes.WAITS)

    @property
    def waiting(self) -> CaseQuerySet:
        return self.in_view if self.view == TELL else self.in_view.open()

    @property
    def _standing(self) -> CaseQuerySet:
        if self.view == TELL:
            return self.in_view
        return self.in_view.filter(
            Q(opened_at__lte=self.since) & ~Q(state=Case.State.CLOSED) | Q(closed_at__gt=self.since)
        )

    @cached_property
    def order(self) -> list[int]:
        """Which stood here when the list was opened, in the order they then had."""
        is_opened_now = self.since == self.now
        found = None if is_opened_now else orders.kept(self.session, self.view, self.since)
        if found is None:
            ordered = self._standing.in_order(self.since, waiting=self.weights.waiting)
            found = list(ordered.values_list("pk", flat=True)[:LONGEST])
            orders.keep(self.session, self.view, self.since, found)
        return found

    @property
    def on_screen(self) -> list[int]:
        return self.order[: LONGEST if self.shows_all else PAGE]

    def keep_order(self) -> None:
        """Before something is done, so that what it changes moves nothing."""
        orders.keep(self.session, self.view, self.since, self.order)

    def rows(self) -> list[Row]:
        # First which, then what is in them: sorting thousands of posts to show a hundred is slow.
        first = self.on_screen
        seen = self.restricted if self.is_staff_voice else self.reachable
        still = set(self.in_view.filter(pk__in=first).values_list("pk", flat=True))
        here = presence.at_cases(first, self.now)
        by_id = {case.pk: case for case in self._short(seen.filter(pk__in=first))}
        return [
            self._row(by_id[pk], has_left=pk not in still, here=here.get(pk, ()))
            for pk in first
            if pk in by_id
        ]

    def _short(self, cases: CaseQuerySet) -> CaseQuerySet:
        """With all that a row shows, and the beginning of each post alone."""
        related = cases.select_related(
            "mention__source",
            "mention__facility",
            "facility",
            "owner",
            "team",
            "queue__policy",
            "severity_set_by",
        )
        if self.view == GOING_OUT:
            queued = Reply.objects.filter(state=Reply.State.QUEUED)
            related = related.prefetch_related(Prefetch("replies", queued, to_attr="held"))
        if self.view == TELL:
            related = related.annotate(to_tell=changes.WHAT_TO_TELL)
        late = Reply.objects.filter(
            case=OuterRef("pk"), state=Reply.State.AWAITING, escalated_at__isnull=False
        )
        excerpt = Left("mention__text", EXCERPT + masks.SLACK)
        short = related.defer("mention__text", "mention__reasons")
        return short.annotate(excerpt=excerpt, has_answer=UNREAD, is_passed_on=Exists(late))

    def _row(self, case: Case, *, has_left: bool, here: Sequence[Here]) -> Row:
        factors = weighing.factors(case, self.weights, self.since)
        may_cancel = self.reach.covers(Permission.WORK_CASES, case.facility_id)
        return Row(case, self.now, self.user.pk, factors, self.calendars, may_cancel, has_left, tuple(here))

    def standing(self) -> tuple[int, int]:
        """How many of these stand open, and how many of those have no owner."""
        counted = self.waiting.filter(opened_at__lte=self.since)
        found = counted.aggregate(open=Count("pk"), unowned=Count("pk", filter=Q(owner__isnull=True)))
        return found["open"], found["unowned"]

    @property
    def came_since(self) -> int:
        """What would stand here if the list were opened now; of one that was cut, what was opened since."""
        open_cases = self.waiting
        if len(self.order) == LONGEST:
            return open_cases.filter(opened_at__gt=self.since).count()
        return open_cases.exclude(pk__in=self.order).count()

    def next_after(self, case_id: int) -> int | None:
        """The next that this person can do something about: below it, else from the top."""
        cases = self.waiting
        if self.view not in (APPROVAL, TELL):
            mine = Q(owner__isnull=True) | Q(owner=self.user)
            cases = cases.filter(mine, state__in=TO_DO)
        waiting = set(cases.filter(pk__in=self.order).values_list("pk", flat=True)) - {case_id}
        at = self.order.index(case_id) if case_id in self.order else -1
        return next((pk for pk in [*self.order[at + 1 :], *self.order[: max(at, 0)]] if pk in waiting), None)

    def opened_anew(self) -> "Desk":
        return replace(self, since=self.now)

    def shelves(self) -> tuple[list[Shelf], list[Shelf]]:
        """What is everybody's, mine and for approval; then every queue, empty ones among them."""
        every = self.reachable.there().open()
        open_cases, asleep = every.awake(self.now), every.filter(snoozed_until__gt=self.now)
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
        mine = whole.filter(Q(owner=self.user) | Q(owner__isnull=True, team__in=self.user.teams.values("pk")))
        waiting = whole.filter(state=Case.State.AWAITING_APPROVAL)
        held = whole.filter(state=Case.State.HELD)
        told = self.to_tell.values(is_any=Q(pk__isnull=False))
        put_off = asleep.values(is_any=Q(pk__isnull=False))
        counted = (
            (TEAM, whole),
            (MINE, mine),
            (APPROVAL, waiting),
            (GOING_OUT, held),
            (TELL, told),
            (SNOOZED, put_off),
        )
        views = [_shelf(slug, VIEWS[slug], next(iter(_counted(cases)), None)) for slug, cases in counted]
        return views, queues


def _counted(grouped: Any) -> Any:
    return grouped.annotate(
        count=Count("pk"), unowned=Count("pk", filter=Q(owner__isnull=True)), oldest_at=Min("opened_at")
    ).order_by()


def _shelf(slug: str, name: str, row: dict[str, Any] | None) -> Shelf:
    counts = {key: row[key] for key in ("count", "unowned", "oldest_at")} if row else {}
    return Shelf(slug, name, **counts)


def late_soon(cases: CaseQuerySet, now: datetime) -> CaseQuerySet:
    """Owed within the hour, and no answer is on its way."""
    return cases.exclude(state__in=ON_ITS_WAY).filter(due_at__gt=now, due_at__lte=now + FORECAST)


def read_since(text: str, now: datetime) -> datetime:
    """When the list was opened; anything else than a believable moment is now."""
    if text.isdecimal() and len(text) <= 10:
        since = datetime.fromtimestamp(int(text), UTC)
        if now - STAYS_FOR <= since <= now:
            return since
    return now
