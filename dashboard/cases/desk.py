"""Which cases one person has before them: a queue, in order, as it stood when they opened it.

The list does not move under its reader. What came since is counted, what was closed since stays in its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
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
from dashboard.cases import orders, shelves
from dashboard.cases.privately import UNREAD
from dashboard.cases.rows import EXCERPT, Row
from dashboard.cases.shelves import (
    APPROVAL,
    GOING_OUT,
    LATE_SOON,
    MINE,
    NONE,
    SNOOZED,
    TEAM,
    TELL,
    Counts,
    Shelf,
    Tally,
)
from hospital.access import Permission, Reach, reach_of

VIEWS = {
    TEAM: "Team",
    MINE: "Mine",
    APPROVAL: "For approval",
    GOING_OUT: "Going out",
    LATE_SOON: "Late within the hour",
    TELL: "Tell them",
    SNOOZED: "Snoozed",
}
MENU = (TEAM, MINE, APPROVAL, GOING_OUT, TELL, SNOOZED)
PAGE, LONGEST = 100, 500
"""Rows that are shown, and that are shown to whoever asks for all."""

TO_DO = (Case.State.NEW, Case.State.SENT, *AT_WORK)
STAYS_FOR = timedelta(hours=12)
THEMES_OF = timedelta(days=90)


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
    at: int = 0  # the case that is open, or was last: its page of the list is shown

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
        at = read_at(request)
        desk = cls(reach_of(request), user, view, name, since, now, request.session, shows_all, at)
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
        return self.counts.views[LATE_SOON].count

    @cached_property
    def counts(self) -> Counts:
        return shelves.counted(self.reachable.there().open(), self.user, self.now)

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
            return there.filter(shelves.late_soon(self.since))
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
        if self.shows_all:
            return self.order
        begin = self.order.index(self.at) // PAGE * PAGE if self.at in self.order else 0
        return self.order[begin : begin + PAGE]

    def keep_order(self) -> None:
        """Before something is done, so that what it changes moves nothing."""
        orders.keep(self.session, self.view, self.since, self.order)

    def rows(self) -> list[Row]:
        # First which, then what is in them: sorting thousands of posts to show a hundred is slow.
        first = self.on_screen
        seen = self.restricted if self.is_staff_voice else self.reachable
        still = self._still(first)
        here = presence.at_cases(first, self.now)
        by_id = {case.pk: case for case in self._short(seen.filter(pk__in=first))}
        return [
            self._row(by_id[pk], has_left=pk not in still, here=here.get(pk, ()))
            for pk in first
            if pk in by_id
        ]

    def _still(self, first: list[int]) -> set[int]:
        """Which of them this view would show if it were opened now."""
        if self.since == self.now:
            return set(first)
        return set(self.in_view.filter(pk__in=first).values_list("pk", flat=True))

    def _short(self, cases: CaseQuerySet) -> CaseQuerySet:
        """With all that a row shows, and the beginning of each post alone."""
        related = cases.select_related(
            "mention__source",
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

    @cached_property
    def _counted(self) -> dict[str, int]:
        stood = Q(opened_at__lte=self.since)
        # Of a list that was cut, only what was opened since is known to be new.
        came = Q(opened_at__gt=self.since) if len(self.order) == LONGEST else ~Q(pk__in=self.order)
        return self.waiting.aggregate(
            open=Count("pk", filter=stood),
            unowned=Count("pk", filter=stood & Q(owner__isnull=True)),
            came=Count("pk", filter=came),
        )

    def standing(self) -> tuple[int, int]:
        """How many of these stand open, and how many of those have no owner."""
        return self._counted["open"], self._counted["unowned"]

    @property
    def came_since(self) -> int:
        """What would stand here if the list were opened now; of one that was cut, what was opened since."""
        return self._counted["came"]

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
        views = {**self.counts.views, TELL: shelves.tally(self.to_tell)}
        menu = [views[slug].shelf(slug, VIEWS[slug]) for slug in MENU]
        if not self.handles_staff_voice:
            return menu, [self._tally(queue).shelf(queue.slug, queue.name) for queue in self.ordinary_queues]
        staff = shelves.tally(self.restricted.open())
        return menu, [
            (staff if queue.slug == STAFF_VOICE else self._tally(queue)).shelf(queue.slug, queue.name)
            for queue in self._queues
        ]

    @cached_property
    def _queues(self) -> list[Queue]:
        return list(Queue.objects.all())

    @property
    def ordinary_queues(self) -> list[Queue]:
        """Where a person can move a case, and all that most people are shown."""
        return [queue for queue in self._queues if queue.slug != STAFF_VOICE]

    def _tally(self, queue: Queue) -> Tally:
        return self.counts.queues.get(queue.pk, NONE)


def read_at(request: HttpRequest) -> int:
    """The case that the address is of, or that it names as open."""
    match = request.resolver_match
    if match is not None and "pk" in match.kwargs and match.route.startswith("cases/"):
        return int(match.kwargs["pk"])
    said = request.GET.get("open") or request.GET.get("at", "")
    return int(said) if said.isdecimal() and len(said) < 19 else 0


def read_since(text: str, now: datetime) -> datetime:
    """When the list was opened; anything else than a believable moment is now."""
    if text.isdecimal() and len(text) <= 10:
        since = datetime.fromtimestamp(int(text), UTC)
        if now - STAYS_FOR <= since <= now:
            return since
    return now
