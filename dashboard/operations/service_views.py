from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from dashboard.operations.faces import Face
from dashboard.operations.forms import MANAGE, ServiceForm
from hospital import operations
from hospital.access import allow, reach_of
from hospital.feeds import setting_up
from hospital.models import Service

HIGHEST_ID = 2**63 - 1


@allow(MANAGE)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    facility_ids, now = reach_of(request).facility_ids(MANAGE), timezone.now()
    kept = Service.objects.of(facility_ids).select_related("facility")
    off = [service for service in kept if not service.is_active]
    shown = {tile.service.pk: Face(tile) for tile in operations.tiles(facility_ids, now)}
    faces = [shown[service.pk] for service in kept if service.pk in shown]
    return render(request, "operations/services.html", {"faces": faces, "off": off})


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    return _edited(request, None)


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    service = (
        Service.objects.of(reach_of(request).facility_ids(MANAGE)).filter(pk=min(pk, HIGHEST_ID)).first()
    )
    if service is None:
        raise Http404("There is no such service.")
    return _edited(request, service)


def _edited(request: HttpRequest, service: Service | None) -> HttpResponse:
    form = ServiceForm(request.POST or None, service=service, reach=reach_of(request))
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
        saved = setting_up.save_service(service, values=form.values(), by=request.user, at=timezone.now())
        messages.success(request, f"{saved} is saved. Every wall shows it so at once.")
        return redirect("service-list")
    context = {"form": form, "service": service}
    return render(
        request, "operations/service.html", context, status=409 if request.method == "POST" else 200
    )
