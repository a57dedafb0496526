"""The mentions that a tile in trouble explains."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alerts import tilelinks
from alerts.tilelinks import Join
from dashboard.operations import joined
from dashboard.operations.joined import Behind
from hospital import operations
from hospital.access import Permission, allow, reach_of

SEE = Permission.SEE_WALL
HIGHEST_ID = 2**63 - 1


@allow(SEE)
@require_GET
@never_cache
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    reach = reach_of(request)
    facility_ids = reach.facility_ids(SEE)
    link = joined.link_of(min(pk, HIGHEST_ID), facility_ids)
    if link is None:
        raise Http404("There is no such link.")
    now = timezone.now()
    context = {
        "link": link,
        "join": Join(link, facility_ids),
        "tile": operations.tile_of(link.service, now),
        "is_so": link.is_so(now),
        "behind": Behind(tilelinks.mentions_of(link, facility_ids), reach),
        "story": link.story if link.story and reach.covers(SEE, link.story.facility_id) else None,
    }
    return render(request, "operations/link.html", context)
