"""A watchlist as a file, taken out and brought in; and a new one from a starter pack."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from dashboard.label_views import person
from dashboard.watchlist_pages import MANAGE, facilities_of, facility_ids, watchlist_of
from hospital.access import allow
from hospital.models import Facility
from listening import starter_packs, watchlist_history, watchlist_imports, watchlists
from listening.models import Watchlist
from listening.plain_yaml import MAX_CHARACTERS, BadFile
from listening.starter_packs import Pack
from listening.watchlist_files import Document
from listening.watchlist_imports import Import
from listening.watchlists import Keeping

MOST_BYTES = 4 * MAX_CHARACTERS


class FileForm(forms.Form):
    body = forms.CharField(required=False, strip=False)
    file = forms.FileField(required=False, max_length=200)
    note = forms.CharField(max_length=200, required=False)
    based_on = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)

    def text(self) -> str:
        """What the chosen file holds, or what was typed. BadFile where it is no text."""
        sent = self.files.get("file")
        return _decoded(sent) if sent else str(self.data.get("body", "")).replace("\r\n", "\n")


def _decoded(sent: UploadedFile) -> str:
    if sent.size and sent.size > MOST_BYTES:
        raise BadFile(f"The file is too long: at most {MAX_CHARACTERS:,} characters.")
    raw: bytes = sent.read(MOST_BYTES)
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadFile(f"Line {line}: this is no text in UTF-8. Save it again with that encoding.") from None


@allow(MANAGE)
@require_GET
@never_cache
def export(request: HttpRequest, pk: int) -> HttpResponse:
    watchlist = watchlist_of(request, pk)
    answer = HttpResponse(
        watchlist_history.body_of(watchlist), content_type="application/yaml; charset=utf-8"
    )
    name = slugify(watchlist.name)[:60] or f"watchlist-{watchlist.pk}"
    answer["Content-Disposition"] = f'attachment; filename="{name}.yaml"'
    return answer


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the file; POST shows what another one would change, or saves what was shown."""
    watchlist = watchlist_of(request, pk)
    return _imported(request, watchlist) if request.method == "POST" else _page(request, watchlist)


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def bring_in(request: HttpRequest) -> HttpResponse:
    """A new watchlist from a file."""
    return _imported(request, None) if request.method == "POST" else _page(request, None)


def _imported(request: HttpRequest, watchlist: Watchlist | None) -> HttpResponse:
    form, body = FileForm(request.POST, request.FILES), ""
    try:
        body = form.text()
        wanted = watchlist_imports.prepared(body, watchlist, facility_ids=facility_ids(request))
    except BadFile as error:
        return _page(request, watchlist, body=body, trouble=str(error))
    if "keep" not in request.POST or not form.is_valid():
        return _page(request, watchlist, body=body, wanted=wanted)
    try:
        based_on, note = form.cleaned_data["based_on"] or 0, form.cleaned_data["note"]
        saved = watchlist_imports.put(
            wanted, based_on=based_on, note=note, by=person(request), at=timezone.now()
        )
    except ValidationError as error:
        return _page(request, watchlist, body=body, wanted=wanted, trouble=" ".join(error.messages))
    messages.success(request, f"“{saved.name}” is saved as the file says. The next poll obeys it.")
    return redirect("watchlist-edit", pk=saved.pk)


def _page(
    request: HttpRequest,
    watchlist: Watchlist | None,
    *,
    body: str | None = None,
    wanted: Import | None = None,
    trouble: str = "",
) -> HttpResponse:
    stored = watchlist_history.body_of(watchlist) if watchlist else ""
    context = {
        "watchlist": watchlist,
        "body": stored if body is None else body,
        "wanted": wanted,
        "trouble": trouble,
        "note": request.POST.get("note", "")[:200],
        "tab": "file",
    }
    return render(request, "watchlists/file.html", context, status=409 if trouble else 200)


@allow(MANAGE)
@require_GET
@never_cache
def packs(request: HttpRequest) -> HttpResponse:
    context = {"packs": starter_packs.all_packs().values(), **_offered(request)}
    return render(request, "watchlists/packs.html", context)


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def from_pack(request: HttpRequest, pack: str) -> HttpResponse:
    """The pack filled in for a facility; POST saves it with the queries that were left ticked."""
    chosen = starter_packs.all_packs().get(pack)
    if chosen is None:
        raise Http404("There is no such pack.")
    facility = _facility(request)
    document = _filled(chosen, facility, request)
    errors: list[str] = []
    if request.method == "POST":
        try:
            return _saved(request, document, facility)
        except ValidationError as error:
            errors = error.messages
    context = {
        "pack": chosen,
        "document": document,
        "facility": facility,
        "errors": errors,
        "name": request.POST.get("name", document.name)[:120],
        "kept": _kept(request, document),
        **_offered(request),
    }
    return render(request, "watchlists/pack.html", context, status=409 if errors else 200)


def _offered(request: HttpRequest) -> dict[str, Any]:
    return {"facilities": facilities_of(request), "may_have_all": facility_ids(request) is None}


def _facility(request: HttpRequest) -> Facility | None:
    """The one that is asked for; else all of them, or for an admin of some the first of theirs."""
    slug = (request.POST if request.method == "POST" else request.GET).get("facility", "")
    offered = facilities_of(request)
    if slug:
        found = offered.filter(slug=slug[:50]).first()
        if found is None:
            raise Http404("There is no such facility.")
        return found  # type: ignore[no-any-return]
    return None if facility_ids(request) is None else offered.first()


def _filled(pack: Pack, facility: Facility | None, request: HttpRequest) -> Document:
    named = [facility] if facility else facilities_of(request).prefetch_related("names")
    today = timezone.localdate()
    return pack.filled(starter_packs.places(named), today=today, facility=facility.slug if facility else "")


def _kept(request: HttpRequest, document: Document) -> list[int]:
    """The places of the queries that are ticked."""
    every = range(len(document.queries))
    return [
        place for place in every if request.method != "POST" or str(place) in request.POST.getlist("query")
    ]


def _saved(request: HttpRequest, document: Document, facility: Facility | None) -> HttpResponse:
    lines = [document.queries[place] for place in _kept(request, document)]
    by = person(request)
    saved = watchlists.save(
        None,
        name=request.POST.get("name", ""),
        purpose=document.purpose,
        facility=facility,
        lines=[line.expression for line in lines],
        keeping=Keeping(by.pk, document.review_on, {line.expression: line.note for line in lines}),
        note=f"From the pack “{document.name}”",
        by=by,
        at=timezone.now(),
    )
    messages.success(request, f"“{saved.name}” is saved with {len(lines)} queries. The next poll obeys it.")
    return redirect("watchlist-edit", pk=saved.pk)
