from collections.abc import Iterable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from alerts.refusals import Refused
from dashboard import cards, reveals
from dashboard.cards import Card, Piece
from dashboard.reveals import Reveal
from hospital.access import Permission, allow, reach_of
from listening.models import Mention, MentionVersion, UploadRow
from listening.reading import identifiers

LONGEST = 50_000
"""Characters of a text that its page shows."""

HIGHEST_ID = 2**63 - 1
BROUGHT = 10
"""Files and entries that a mention may be told to come from."""


@allow(Permission.SEE_WALL)
@require_GET
@never_cache
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _mention(request, pk, Permission.SEE_WALL))


@allow(Permission.REVEAL_IDENTITIES)
@require_POST
@never_cache
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    mention = _mention(request, pk, Permission.REVEAL_IDENTITIES)
    try:
        reveals.asked(request, mention, timezone.now())
    except Refused as refusal:
        return _page(request, mention, refused=str(refusal), status=409)
    return redirect("mention-detail", mention.pk)


def _mention(request: HttpRequest, pk: int, permission: Permission) -> Mention:
    reachable = Mention.objects.within(reach_of(request).facility_ids(permission))
    related = reachable.select_related("source", "facility", "author", "story")
    return get_object_or_404(
        related.prefetch_related("matches__query__watchlist", "versions"), pk=min(pk, HIGHEST_ID)
    )


def _page(request: HttpRequest, mention: Mention, *, refused: str = "", status: int = 200) -> HttpResponse:
    card, reveal = Card(mention), reveals.of(request, mention, timezone.now())
    text, title = pieces_of(card, mention.text, LONGEST, reveal), title_of(card, reveal)
    versions = [(version, _earlier(version, reveal)) for version in mention.versions.all()]
    context = {
        "card": card,
        "pieces": text,
        "title_pieces": title,
        "is_cut": len(mention.text) > LONGEST,
        "versions": versions,
        "brought_by": UploadRow.objects.of(mention)[:BROUGHT],
        "link": outward(mention.url),
        "reveal": reveal,
        "is_hidden": any(map(is_hidden, (text, title, *(earlier for _, earlier in versions)))),
        "refused": refused,
        "can_work": reach_of(request).covers(Permission.WORK_CASES, mention.facility_id),
    }
    answer = render(request, "wall/mention.html", context, status=status)
    if reveal.is_open:
        # Nothing is typed on this page that a reload could lose.
        answer["Refresh"] = f"{reveal.seconds}; url={request.path.removesuffix('reveal/')}"
    return answer


def pieces_of(card: Card, text: str, limit: int, reveal: Reveal) -> list[Piece]:
    return cards.pieces(text[:limit], card.spans) if reveal.is_open else card.pieces_of(text, limit)


def is_hidden(pieces: Iterable[Piece]) -> bool:
    """Whether something in it is masked."""
    return any(piece.kind == "mask" for piece in pieces)


def title_of(card: Card, reveal: Reveal) -> list[Piece]:
    return cards.pieces(card.mention.title, []) if reveal.is_open else card.title_pieces


def _earlier(version: MentionVersion, reveal: Reveal) -> list[Piece]:
    """What it said before: read anew, for only what it says now is kept with its reading."""
    hidden = [] if reveal.is_open else identifiers.find(version.text)
    return cards.pieces(version.text[:LONGEST], [], hidden)


def outward(url: str) -> tuple[str, str] | None:
    """An address that may be followed, and the host it truly leads to, in letters that cannot deceive."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        return None
    return (url, host) if parts.scheme in ("http", "https") and host else None
