from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dashboard import previews
from hospital.access import Permission, allow, reach_of
from listening import searching, typed
from listening.previewing import Lines
from listening.queries.parsing import BadExpression
from listening.walking import HIGHEST_ID, Place

LONGEST = 4_000


@allow(Permission.SEE_WALL)
@require_GET
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    query = " ".join(request.GET.get("q", "")[: LONGEST + 1].split())
    context: dict[str, object] = {"query": query}
    if not query:
        return render(request, "search/search.html", context)
    reach = reach_of(request).facility_ids(Permission.SEE_WALL)
    start = _place(request.GET.get("before", ""))
    try:
        found = searching.search(query, facility_ids=reach, now=timezone.now(), start=start)
    except BadExpression as error:
        return render(request, "search/search.html", {**context, "mistake": typed.mistake_in(query, error)})
    context["cards"] = previews.cards(Lines((query,)), found.ids, reach, {})
    context["place"] = found.place
    context["before"] = f"{found.place.at.isoformat()}_{found.place.pk}" if found.place else ""
    context["is_later_page"] = start is not None
    return render(request, "search/search.html", context)


def _place(said: str) -> Place | None:
    at, _, pk = said.partition("_")
    try:
        place = Place(datetime.fromisoformat(at), int(pk))
    except ValueError:
        return None
    is_sound = place.at.tzinfo is not None and place.at.year > 1 and 0 <= place.pk <= HIGHEST_ID
    return place if is_sound else None
