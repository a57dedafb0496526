from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dashboard.operations.faces import Board, face_of
from hospital.access import Permission, allow, reach_of
from hospital.models import Feed, Service

SEE, MANAGE = Permission.SEE_WALL, Permission.MANAGE_OPERATIONS
HIGHEST_ID = 2**63 - 1
SHOWN = 200


def board_of(request: HttpRequest) -> Board:
    return Board.of(reach_of(request).facility_ids(SEE), timezone.now())


@allow(SEE)
@require_GET
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Every tile there is, by facility."""
    return render(request, "operations/operations.html", {"board": board_of(request)})


@allow(SEE)
@require_GET
@never_cache
def tiles(request: HttpRequest) -> HttpResponse:
    return render(request, "operations/_tiles.html", {"board": board_of(request)})


@allow(SEE)
@require_GET
@never_cache
def column(request: HttpRequest) -> HttpResponse:
    return render(request, "operations/_column.html", {"board": board_of(request)})


@allow(SEE)
@require_GET
@never_cache
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One tile with its last reports."""
    reach = reach_of(request)
    within = Service.objects.within(reach.facility_ids(SEE)).select_related("facility")
    service = within.filter(pk=min(pk, HIGHEST_ID)).first()
    if service is None:
        raise Http404("There is no such service.")
    context = {
        "face": face_of(service, timezone.now()),
        "statuses": service.statuses.all()[:SHOWN],
        "shown": SHOWN,
        "feeds": dict(Feed.objects.values_list("slug", "name")),
        "may_edit": reach.covers(MANAGE, service.facility_id),
    }
    return render(request, "operations/tile.html", context)
