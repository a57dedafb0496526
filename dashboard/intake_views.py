"""The form that a private link opens. No sign-in, no script and no cookie; in English and in Spanish.

It carries no cookie of its own against forged requests: nothing is done here by who somebody is, only by the
token in the address. With `no-referrer` a browser also names no origin, so that the usual check would refuse
everybody. Instead each form carries a seal that only the page behind the same token gives out.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_exempt

from alerts import contacts, private
from alerts.models import PrivateLink
from alerts.private import Door, Told
from dashboard import limits
from dashboard.intake_words import ENGLISH, LANGUAGES, SPANISH, Words
from hospital.access import Permission, allow

MOST_BYTES = 20 * 1024
SALT = "dashboard.intake"
OPEN_FOR = timedelta(hours=12)
View = Callable[[HttpRequest, str], HttpResponse]


class IntakeForm(forms.Form):
    """What happened, and how to reach whoever tells it. Nothing asks for a record number or a birthday."""

    happened = forms.CharField(max_length=5000)
    reach = forms.CharField(max_length=300)
    when = forms.CharField(max_length=200, required=False)


def unlinked(view: View) -> View:
    """Kept by no cache, named to no other site, and found by no search engine."""

    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        add_never_cache_headers(response)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return answer


@csrf_exempt
@allow(Permission.PUBLIC)
@unlinked
def form(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    if limits.is_over(request, "intake", now):
        return _said(request, "often", status=429)
    if request.method not in ("GET", "HEAD", "POST"):
        return _said(request, "none", status=405)
    if _is_too_large(request):
        return _said(request, "large", status=413)
    door, link = private.look(token, now)
    if link is None:
        return _said(request, door, status=404 if door == Door.NONE else 200)
    return _receive(request, link) if request.method == "POST" else _form(request, link)


def _receive(request: HttpRequest, link: PrivateLink) -> HttpResponse:
    words = _words(request, link)
    if request.POST.get("website"):
        # No person sees that field. Whoever fills it in is told what a person would be told.
        return _thanks(request, words)
    asked = IntakeForm(request.POST)
    if not asked.is_valid():
        return _form(request, link, request.POST, words.missing)
    if not _is_sealed(request.POST.get("seal", ""), link):
        return _form(request, link, request.POST, words.stale)
    if not private.take_in(link, Told(**asked.cleaned_data), at=timezone.now()):
        return _said(request, Door.NONE, status=404)
    return _thanks(request, words)


def _form(request: HttpRequest, link: PrivateLink, typed: object = None, refused: str = "") -> HttpResponse:
    # A refused form answers 200: another status would put the address into the log.
    return _page(
        request,
        "intake/form.html",
        _words(request, link),
        typed=typed,
        refused=refused,
        place=link.case.facility.name if link.case.facility else "",
        seal=signing.dumps(link.token_hash, salt=SALT),
    )


def _thanks(request: HttpRequest, words: Words) -> HttpResponse:
    return _page(request, "intake/thanks.html", words)


def _said(request: HttpRequest, what: str, *, status: int) -> HttpResponse:
    """One page in both languages, for whoever may have no link of ours at all."""
    said = [(words, *words.ends[what]) for words in (ENGLISH, SPANISH)]
    return _page(request, "intake/said.html", ENGLISH, status=status, said=said)


def _page(
    request: HttpRequest, template: str, words: Words, *, status: int = 200, **context: object
) -> HttpResponse:
    return render(request, template, {"words": words, "phone": contacts.phone(), **context}, status=status)


def _words(request: HttpRequest, link: PrivateLink) -> Words:
    asked = request.POST if request.method == "POST" else request.GET
    return LANGUAGES.get(asked.get("lang", ""), LANGUAGES[link.language])


def _is_sealed(seal: str, link: PrivateLink) -> bool:
    try:
        return bool(signing.loads(seal, salt=SALT, max_age=OPEN_FOR) == link.token_hash)
    except signing.BadSignature:
        return False


def _is_too_large(request: HttpRequest) -> bool:
    said = request.META.get("CONTENT_LENGTH") or "0"
    return not said.isdecimal() or int(said) > MOST_BYTES or len(request.body) > MOST_BYTES
