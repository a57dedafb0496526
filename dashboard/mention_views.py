from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dashboard import cards
from dashboard.cards import Card
from hospital.access import Permission, allow, reach_of
from listening.models import Mention

LONGEST = 50_000
"""Characters of a text that its page shows."""

HIGHEST_ID = 2**63 - 1


@allow(Permission.SEE_WALL)
@require_GET
@never_cache
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    reach = reach_of(request)
    facility_ids = reach.facility_ids(Permission.SEE_WALL)
    reachable = Mention.objects.within(facility_ids).select_related("source", "facility", "author", "story")
    mention = get_object_or_404(
        reachable.prefetch_related("matches__query__watchlist", "versions"), pk=min(pk, HIGHEST_ID)
    )
    card = Card(mention)
    spans = [(start, end) for match in mention.matches.all() for start, end in match.spans]
    context = {
        "card": card,
        "pieces": cards.pieces(mention.text[:LONGEST], spans),
        "is_cut": len(mention.text) > LONGEST,
        "versions": [
            (version, cards.pieces(version.text[:LONGEST], [])) for version in mention.versions.all()
        ],
        "link": outward(mention.url),
        "can_work": reach.covers(Permission.WORK_CASES, mention.facility_id),
    }
    return render(request, "wall/mention.html", context)


def outward(url: str) -> tuple[str, str] | None:
    """An address that may be followed, and the host it truly leads to, in letters that cannot deceive."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        return None
    return (url, host) if parts.scheme in ("http", "https") and host else None
