"""What the pages about one watchlist share."""

from typing import Any

from django.http import Http404, HttpRequest

from hospital.access import Permission, reach_of
from hospital.models import Facility
from listening.models import Watchlist

MANAGE = Permission.MANAGE_WATCHLISTS
HIGHEST_ID = 2**63 - 1


def facility_ids(request: HttpRequest) -> frozenset[int] | None:
    return reach_of(request).facility_ids(MANAGE)


def watchlist_of(request: HttpRequest, pk: int) -> Watchlist:
    ids = facility_ids(request)
    kept = Watchlist.objects.select_related("facility", "owner")
    reachable = kept if ids is None else kept.filter(facility_id__in=ids)
    found = reachable.filter(pk=min(pk, HIGHEST_ID)).first()
    if found is None:
        raise Http404("There is no such watchlist.")
    return found


def facilities_of(request: HttpRequest) -> Any:
    """Where whoever asks may listen."""
    return Facility.objects.within(facility_ids(request)).filter(is_active=True)
