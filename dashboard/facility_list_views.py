"""Public lists of hospitals: looking one up to fill a new facility from it, and adding many at once."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.facility_views import FOR_ALL, MANAGE, may_add
from hospital import lists
from hospital.access import allow
from hospital.lists import BadList
from hospital.models import ListedHospital
from listening import listed

MOST_SHOWN = 50
MOST_ADDED = 300


@allow(MANAGE)
@require_GET
@never_cache
def look_up(request: HttpRequest) -> HttpResponse:
    if not may_add(request):
        return _turned_back(request)
    return _page(request)


@allow(MANAGE)
@require_POST
@never_cache
def upload(request: HttpRequest) -> HttpResponse:
    if not may_add(request):
        return _turned_back(request)
    file = request.FILES.get("list")
    try:
        read = lists.read(_content(file))
    except BadList as error:
        return _page(request, trouble=str(error), status=409)
    kept = listed.keep(read, by=_person(request), at=timezone.now())
    messages.success(request, f"{kept:,} hospitals of the {read.kind.upper()} list can be looked up.")
    return redirect("facility-lookup")


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    """All that a search finds: first what would be added, then adding it."""
    if not may_add(request):
        return _turned_back(request)
    asked = _asked(request)
    plan = listed.plan(listed.looked_up(asked))
    is_too_many = len(plan.new) > MOST_ADDED
    if request.method == "POST" and plan.new and not is_too_many:
        system = request.POST.get("system", "").replace("\0", "").strip()[:200]
        added = listed.add(plan, system=system, by=_person(request), at=timezone.now())
        messages.success(request, f"{added:,} facilities were added and are listened for.")
        return redirect("facility-list")
    context = {"plan": plan, "asked": asked, "is_too_many": is_too_many, "most": MOST_ADDED}
    return render(request, "facilities/add.html", context, status=409 if request.method == "POST" else 200)


def _page(request: HttpRequest, *, trouble: str = "", status: int = 200) -> HttpResponse:
    asked = _asked(request)
    found = listed.looked_up(asked) if asked.strip() else []
    context = {
        "asked": asked,
        "found": found[:MOST_SHOWN],
        "count": len(found),
        "kept": ListedHospital.objects.count(),
        "trouble": trouble,
    }
    return render(request, "facilities/lookup.html", context, status=status)


def _asked(request: HttpRequest) -> str:
    return (request.GET.get("q") or request.POST.get("q") or "").replace("\0", " ")[:100]


def _content(file: object) -> bytes:
    if not isinstance(file, UploadedFile):
        raise BadList("No file was chosen.")
    if file.size is None or file.size > lists.MAX_BYTES:
        raise BadList(lists.TOO_LARGE)
    return bytes(file.read())


def _turned_back(request: HttpRequest) -> HttpResponse:
    messages.warning(request, FOR_ALL)
    return redirect("facility-list")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
