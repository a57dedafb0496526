"""The doors to the boards, and to the mentions behind each of their numbers."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alerts import thanks
from dashboard import choices
from dashboard.boards import asked, charts, facilities, topics
from dashboard.boards.ground import Ground
from dashboard.cards import Card, for_cards
from hospital.access import Permission, allow, reach_of
from listening.models import Mention

SEE = Permission.SEE_WALL
PAGE = 50


def reach(request: HttpRequest) -> frozenset[int] | None:
    return reach_of(request).facility_ids(SEE)


def span_of(request: HttpRequest, known: dict[str, object]) -> str:
    name = request.GET.get("over", "") or "day"
    if name not in known:
        raise Http404("There is no such time.")
    return name


@allow(SEE)
@require_GET
@never_cache
def board(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    context = {"systems": facilities.systems(reach(request), now), "now": now}
    return render(request, "boards/facilities.html", context)


@allow(SEE)
@require_GET
@never_cache
def subjects(request: HttpRequest) -> HttpResponse:
    over = span_of(request, dict(topics.SPANS))
    context = {
        "topics": topics.topics(Ground(reach(request)), over, timezone.now()),
        "tones": topics.TONES,
        "over": over,
        "spans": [(name, words) for name, (_, words) in topics.SPANS.items()],
    }
    return render(request, "boards/topics.html", context)


@allow(SEE)
@require_GET
@never_cache
def drawn(request: HttpRequest) -> HttpResponse:
    facility_ids, now = reach(request), timezone.now()
    over, offered = span_of(request, dict(charts.SPANS)), choices.offered(facility_ids)
    wanted = offered.read(request.GET)
    base = asked.Asked(facility=wanted.facility, source=wanted.source)
    sources = {source.pk: source for source in offered.sources}
    context = {
        "charts": charts.charts(Ground(facility_ids), base, over, now, sources),
        "tones": topics.TONES,
        "over": over,
        "spans": list(charts.SPANS.items()),
        "offered": offered,
        "wanted": wanted,
        "now": now,
    }
    return render(request, "boards/charts.html", context)


@allow(SEE)
@require_GET
@never_cache
def praise_count(request: HttpRequest) -> HttpResponse:
    passed_on = thanks.passed_on_today(reach(request), timezone.now())
    return render(request, "boards/_praise_count.html", {"passed_on": passed_on})


@allow(SEE)
@require_GET
@never_cache
def mentions(request: HttpRequest) -> HttpResponse:
    """What a number counts, to the last one, newest first."""
    facility_ids, now = reach(request), timezone.now()
    wanted = asked.read(request.GET, choices.offered(facility_ids), now)
    counted = wanted.narrow(Mention.objects.within(facility_ids))
    if wanted.case:
        counted = counted.select_related("case")
    page = Paginator(for_cards(counted).newest_first(), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "cards": [Card(each) for each in page], "wanted": wanted}
    return render(request, "boards/mentions.html", context)
