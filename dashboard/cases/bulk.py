"""The doors to one move for many cases: the selection of the list, and its undoing."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from alerts import assigning, bulk
from alerts.assigning import Choices
from alerts.bulk import Move
from alerts.models import BulkMove, Case, Queue
from alerts.refusals import Refused
from dashboard.cases.desk import Desk
from dashboard.cases.tools import read_target, read_time, snooze_times
from hospital.access import Permission, allow

WORK = Permission.WORK_CASES
TOLD_FOR = timedelta(minutes=10)
SESSION_KEY = "bulk_refused"


@dataclass(frozen=True)
class Bar:
    """What may be done with a selection."""

    desk: Desk

    @property
    def choices(self) -> Choices:
        return assigning.choices(self.desk.reach.facility_ids(WORK), timezone.now())

    @property
    def queues(self) -> list[Queue]:
        return self.desk.ordinary_queues

    @property
    def times(self) -> list[tuple[str, str]]:
        return snooze_times(timezone.localtime(self.desk.now))


@allow(WORK)
@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    desk, at = Desk.of(request), timezone.now()
    asked = {int(pk) for pk in request.POST.getlist("case") if pk.isdecimal() and len(pk) < 19}
    try:
        move = _move(request)
        if len(asked) > bulk.LIMIT:
            raise Refused(f"That are {len(asked)} cases. Take {bulk.LIMIT} at most at once.")
        made = bulk.apply(_workable(desk, asked), move, by=desk.user, at=at)
    except Refused as refusal:
        request.session[SESSION_KEY] = str(refusal)
        return redirect(desk.list_url(min(asked, default="")))
    return redirect(f"{desk.list_url(min(asked))}&did={made.pk}")


@allow(WORK)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    made = BulkMove.objects.filter(pk=min(pk, 2**63 - 1), by=desk.user).first()
    if made is None:
        raise Http404("There is no such move.")
    try:
        bulk.undo(made, by=desk.user, at=timezone.now())
    except Refused as refusal:
        request.session[SESSION_KEY] = str(refusal)
    return redirect(f"{desk.list_url(min(made.changes, default=''))}&did={made.pk}")


@dataclass(frozen=True)
class Did:
    """What a bulk move came to, as it is told once."""

    made: BulkMove | None
    refusal: str
    can_undo: bool

    @property
    def count(self) -> int:
        return len(self.made.changes) if self.made else 0

    @property
    def undone(self) -> int:
        return self.count - self.made.not_undone if self.made else 0


def lately_by(request: HttpRequest, desk: Desk) -> Did | None:
    refusal, asked = request.session.pop(SESSION_KEY, ""), request.GET.get("did", "")
    made = None
    if asked.isdecimal() and len(asked) < 19:
        lately = BulkMove.objects.filter(pk=int(asked), by=desk.user, at__gt=desk.now - TOLD_FOR)
        made = lately.first()
    if not refusal and made is None:
        return None
    can_undo = made is not None and made.undone_at is None and made.at > desk.now - bulk.UNDO_FOR
    return Did(made, refusal, can_undo and bool(made and made.changes))


def _workable(desk: Desk, asked: set[int]) -> list[Case]:
    facility_ids = desk.reach.facility_ids(WORK)
    found = desk.reachable.filter(pk__in=asked)
    return list(found if facility_ids is None else found.filter(facility_id__in=facility_ids))


def _move(request: HttpRequest) -> Move:
    posted = request.POST
    if posted.get("severity") in ("1", "2", "3", "4"):
        return bulk.weighing_as(int(posted["severity"]))
    known = {"claim": _claim, "assign": _assign, "move": _queue, "snooze": _snooze, "close": _close}
    found = known.get(posted.get("do", ""))
    if found is None:
        raise Refused("Choose what to do with them. Nothing public is ever said to many at once.")
    return found(request)


def _claim(request: HttpRequest) -> Move:
    return bulk.claiming()


def _assign(request: HttpRequest) -> Move:
    to = read_target(request.POST.get("to", ""))
    if to is None:
        raise Refused("Choose who should have them.")
    return bulk.giving(to)


def _queue(request: HttpRequest) -> Move:
    queue = Queue.objects.filter(slug=request.POST.get("queue_to", "")).first()
    if queue is None:
        raise Refused("Choose the queue.")
    return bulk.moving(queue)


def _snooze(request: HttpRequest) -> Move:
    until = read_time(request.POST.get("until", ""), timezone.now())
    if until is None:
        raise Refused("Choose when they should come back.")
    return bulk.snoozing_until(until)


def _close(request: HttpRequest) -> Move:
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise Refused("Say why none of them needs a reply.")
    return bulk.closing(reason)
