from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dashboard import reveals
from dashboard.cases import bell, bulk, urgent
from dashboard.cases.desk import LONGEST, Desk
from dashboard.cases.finding import find_case
from dashboard.cases.opened import Opened
from hospital.access import Permission, allow


@allow(Permission.SEE_CASES)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    return triage(request, Desk.of(request))


@allow(Permission.SEE_CASES)
@require_GET
@never_cache
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, Permission.SEE_CASES)
    urgent.look(case, desk)
    return triage(request, desk, Opened(case, desk, reveal=reveals.of(request, case.mention, desk.now)))


def triage(
    request: HttpRequest, desk: Desk, opened: Opened | None = None, *, status: int = 200
) -> HttpResponse:
    """The whole screen; also what a refused move answers, with what was typed still in its place."""
    views, queues = desk.shelves()
    context = {"desk": desk, "views": views, "queues": queues, "opened": opened, **_list(desk)}
    context["bell"] = bell.of(desk, opened.case.pk if opened else None)
    context |= {"open_id": str(opened.case.pk) if opened else "", "at_id": request.GET.get("at", "")}
    context["did"] = bulk.lately_by(request, desk)
    return render(request, "cases/triage.html", context, status=status)


@allow(Permission.SEE_CASES)
@require_GET
@never_cache
def rows(request: HttpRequest) -> HttpResponse:
    """The list again, as it stood, for the case that is open on the page."""
    desk = Desk.of(request)
    open_id = request.GET.get("open", "")
    return render(request, "cases/_list.html", {"desk": desk, "open_id": open_id, **_list(desk)})


@allow(Permission.SEE_CASES)
@require_GET
@never_cache
def queues(request: HttpRequest) -> HttpResponse:
    desk = Desk.of(request)
    views, queues = desk.shelves()
    return render(request, "cases/_queues.html", {"desk": desk, "views": views, "queues": queues})


@allow(Permission.SEE_CASES)
@require_GET
@never_cache
def thread(request: HttpRequest, pk: int) -> HttpResponse:
    """What was said and done; nothing in it is typed into, so that it may be swapped at any time."""
    desk = Desk.of(request)
    case = find_case(desk, pk, Permission.SEE_CASES)
    opened = Opened(case, desk, reveal=reveals.of(request, case.mention, desk.now))
    moved_on = request.GET.get("as", opened.stage) != opened.stage
    context = {"desk": desk, "opened": opened, "moved_on": moved_on}
    return render(request, "cases/_progress.html", context)


def _list(desk: Desk) -> dict[str, object]:
    rows = desk.rows()
    open_count, unowned = desk.standing()
    return {
        "rows": rows,
        "open_count": open_count,
        "unowned": unowned,
        "is_cut": len(desk.on_screen) < len(desk.order) or len(desk.order) == LONGEST,
        "came_since": desk.came_since,
    }
