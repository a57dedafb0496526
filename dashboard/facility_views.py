from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.facility_forms import FacilityForm, initial_from, initial_of
from dashboard.tried import LONGEST, Tried, tried
from hospital import facilities
from hospital.access import Permission, allow, reach_of
from hospital.lists import Listed
from hospital.models import Facility, FacilityVersion
from hospital.models.facility import FacilityQuerySet
from listening import facilities as book
from listening import listed
from listening.models import Mention

SEE, MANAGE = Permission.SEE_WALL, Permission.MANAGE_FACILITIES
HIGHEST_ID = 2**63 - 1
HIGHEST_NUMBER = 2**31 - 1
COUNTED = timedelta(days=30)
MOST_SHOWN = 200
HISTORY = 20
FOR_ALL = "Only an admin of all facilities may add one."


@allow(SEE)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "")[:100]
    wanted = _named(_seen(request), asked).annotate(name_count=Count("names"))
    shown = list(wanted.order_by("system", "name")[: MOST_SHOWN + 1])
    counts = _mentions([facility.pk for facility in shown[:MOST_SHOWN]], request)
    context = {
        "rows": [(facility, counts.get(facility.pk, 0)) for facility in shown[:MOST_SHOWN]],
        "is_cut": len(shown) > MOST_SHOWN,
        "asked": asked,
        "may_add": may_add(request),
        "managed": {facility.pk for facility in shown if reach_of(request).covers(MANAGE, facility.pk)},
        "reachable": _seen(request)[:MOST_SHOWN],
    }
    return render(request, "facilities/list.html", context)


@allow(SEE)
@require_http_methods(["GET", "POST"])
@never_cache
def attempt(request: HttpRequest) -> HttpResponse:
    """What a text would be taken for, with the names as they stand."""
    seen = _seen(request)
    found = _tried(request, book.current()) if request.method == "POST" else None
    context = {
        "tried": found,
        "reachable": seen[:MOST_SHOWN],
        "owner": _owner(request),
        "said": _said(request),
    }
    return render(request, "facilities/try.html", context)


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    if not may_add(request):
        messages.warning(request, FOR_ALL)
        return redirect("facility-list")
    hospital = _listed(request)
    there = Facility.objects.filter(listed_as=hospital.listed_as).first() if hospital else None
    if there is not None:
        messages.info(request, f"{there} is here already.")
        return redirect("facility-edit", pk=there.pk)
    form = FacilityForm(request.POST or None, initial=initial_from(hospital))
    if request.method == "POST" and form.is_valid():
        made = form.save(None, listed_as=hospital.listed_as if hospital else "", by=_person(request))
        if made is not None:
            messages.success(request, f"{made} is listened for from the next poll on. Try its names here.")
            return redirect("facility-edit", pk=made.pk)
    return _page(request, form, None, {"hospital": hospital}, status=409 if form.errors else 200)


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    facility = _facility(request, pk)
    form = FacilityForm(request.POST or None, initial=initial_of(facility))
    if request.method == "POST" and form.is_valid() and form.save(facility, by=_person(request)):
        messages.success(request, f"{form.cleaned_data['name']} is saved. The next poll obeys it.")
        return redirect("facility-edit", pk=pk)
    facility = _facility(request, pk)
    return _page(request, form, facility, {}, status=409 if form.errors else 200)


@allow(MANAGE)
@require_POST
@never_cache
def rehearse(request: HttpRequest, pk: int) -> HttpResponse:
    """What a text would be taken for, with this facility as it is typed; nothing is saved."""
    facility = _facility(request, pk)
    form = FacilityForm(request.POST, initial=initial_of(facility))
    found = _tried(request, book.changed(*form.as_typed(facility)))
    return _page(request, form, facility, {"tried": found})


@allow(MANAGE)
@require_POST
def go_back(request: HttpRequest, pk: int) -> HttpResponse:
    facility = _facility(request, pk)
    asked = request.POST.get("number", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else -1
    try:
        facilities.go_back(facility, number, by=_person(request), at=timezone.now())
    except FacilityVersion.DoesNotExist:
        raise Http404("There is no such version.") from None
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, f"Version {number} is in force again. The next poll obeys it.")
    return redirect("facility-edit", pk=pk)


def may_add(request: HttpRequest) -> bool:
    return reach_of(request).can(MANAGE) and reach_of(request).facility_ids(MANAGE) is None


def _page(
    request: HttpRequest,
    form: FacilityForm,
    facility: Facility | None,
    more: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "facility": facility, "reachable": _seen(request)[:MOST_SHOWN], **more}
    context["owner"], context["said"] = _owner(request), _said(request)
    if facility is not None:
        context["shared"] = _shared(request, facility)
        context["history"] = facility.versions.select_related("by").defer("body")[:HISTORY]
        context["mentions"] = _mentions([facility.pk], request).get(facility.pk, 0)
    return render(request, "facilities/edit.html", context, status=status)


def _shared(request: HttpRequest, facility: Facility) -> list[tuple[str, list[str], int]]:
    """Names that others bear too: those within reach by name, the others as a number."""
    shared = book.current().shared(facility.pk)
    others = {pk for bearers in shared.values() for pk in bearers}
    named = dict(_seen(request).filter(pk__in=others).values_list("pk", "name"))
    places = dict(_seen(request).filter(pk__in=others).values_list("pk", "city"))
    return [
        (
            name,
            [f"{named[pk]}, {places[pk]}".rstrip(", ") for pk in sorted(bearers & named.keys())],
            len(bearers - named.keys()),
        )
        for name, bearers in sorted(shared.items())
    ]


def _mentions(facility_ids: list[int], request: HttpRequest) -> dict[int, int]:
    """How many mentions each had lately, of those that this person may see."""
    mentions = Mention.objects.within(reach_of(request).facility_ids(SEE)).filter(
        is_gone=False, facility_id__in=facility_ids
    )
    counted = mentions.published_since(timezone.now() - COUNTED).values_list("facility_id")
    return {pk: number for pk, number in counted.annotate(number=Count("pk")).order_by() if pk is not None}


def _tried(request: HttpRequest, names: book.Facilities) -> Tried:
    return tried(_said(request), names, reachable=_seen(request), owner=_owner(request))


def _said(request: HttpRequest) -> str:
    return request.POST.get("said", "")[: LONGEST + 1]


def _owner(request: HttpRequest) -> Facility | None:
    """Whose source is to have found the text."""
    slug = request.POST.get("owner", "")[:60]
    return _seen(request).filter(slug=slug).first() if slug and "\0" not in slug else None


def _named(facilities: FacilityQuerySet, asked: str) -> FacilityQuerySet:
    for word in asked.replace("\0", " ").split()[:6]:
        facilities = facilities.filter(
            Q(name__icontains=word) | Q(city__icontains=word) | Q(system__icontains=word)
        )
    return facilities


def _listed(request: HttpRequest) -> Listed | None:
    asked = request.GET.get("from", "")
    return listed.named(asked) if asked else None


def _seen(request: HttpRequest) -> FacilityQuerySet:
    return Facility.objects.within(reach_of(request).facility_ids(SEE))


def _reachable(request: HttpRequest) -> FacilityQuerySet:
    return Facility.objects.within(reach_of(request).facility_ids(MANAGE))


def _facility(request: HttpRequest, pk: int) -> Facility:
    facility = _reachable(request).filter(pk=min(pk, HIGHEST_ID)).first()
    if facility is None:
        raise Http404("There is no such facility.")
    return facility


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
