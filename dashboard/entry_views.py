"""Letters and cards typed in, files sent: seen as they would be stored, then stored."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.entry_forms import (
    MOST_ENTRIES,
    WAYS,
    EntryFormSet,
    FileForm,
    ShapeForm,
    WhereForm,
    as_lines,
)
from dashboard.label_views import person
from dashboard.wrong_fields import focus_first
from hospital.access import Permission, allow, reach_of
from listening import upload_rows, uploads
from listening.doorbell import ring
from listening.filerows import BadFile
from listening.importing import CannotImport
from listening.models import Upload
from listening.tasks import store_upload

ENTER = Permission.ENTER_MENTIONS
HIGHEST_ID = 2**63 - 1
LISTED = 50
NOT_NOW = "This was decided meanwhile. Here is how it stands."


@allow(ENTER)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    kept = _seen(request).select_related("by", "facility")[:LISTED]
    return render(request, "entries/list.html", {"uploads": kept})


@allow(ENTER)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@never_cache
def type_in(request: HttpRequest) -> HttpResponse:
    reach, sent = reach_of(request), request.method == "POST"
    if not sent:
        return _typing(request, WhereForm(reach=reach, initial={"came_from": WAYS[0]}), EntryFormSet())
    where = WhereForm(request.POST, reach=reach)
    if "more" in request.POST:
        entries = EntryFormSet(_one_more(request.POST))
        entries.forms[-1].fields["text"].widget.attrs["autofocus"] = True
        return _typing(request, where, entries)
    entries = EntryFormSet(request.POST)
    if not (where.is_valid() and entries.is_valid()):
        return _typing(request, where, entries, trouble="What is wrong stands below.")
    body = as_lines(entries)
    if not body.strip():
        return _typing(request, where, entries, trouble="Nothing is typed in yet.")
    try:
        upload = _drafted(request, where, body, "")
    except BadFile as error:
        return _typing(request, where, entries, trouble=str(error))
    return redirect("upload-detail", upload.pk)


@allow(Permission.MANAGE_SOURCES)
@require_http_methods(["GET", "POST"])
@never_cache
def send_file(request: HttpRequest) -> HttpResponse:
    sent = request.method == "POST"
    form = FileForm(request.POST if sent else None, request.FILES if sent else None, reach=reach_of(request))
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size <= upload_rows.MOST_BYTES:
            try:
                upload = _drafted(request, form, file.read(), file.name)
                return redirect("upload-detail", upload.pk)
            except BadFile as error:
                form.add_error("file", str(error))
        else:
            form.add_error("file", "It is larger than 20 MB. Send it in parts.")
    if sent:
        focus_first(form)
    context = {"form": form, "ways": WAYS}
    return render(request, "entries/file.html", context, status=409 if sent else 200)


@allow(ENTER)
@require_GET
@never_cache
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _upload(request, pk))


@allow(ENTER)
@require_POST
def reshape(request: HttpRequest, pk: int) -> HttpResponse:
    upload = _upload(request, pk, with_body=True)
    form = ShapeForm(request.POST, upload=upload, reach=reach_of(request))
    if not form.is_valid():
        return _page(request, upload, form, "Not looked at again. What is wrong stands below.")
    said = form.cleaned_data
    options = {name: said[name] for name in ("facility", "dates", "keeps_all", "opens_cases")}
    if not uploads.reshape(upload, form.columns, **options):
        messages.warning(request, NOT_NOW)
        return redirect("upload-detail", pk)
    try:
        uploads.look(upload, timezone.now())
    except BadFile as error:
        return _page(request, upload, form, str(error))
    return redirect("upload-detail", pk)


@allow(ENTER)
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    upload = _upload(request, pk)
    try:
        begun = uploads.begin(upload, by=person(request), at=timezone.now())
    except CannotImport as error:
        return _page(request, upload, trouble=str(error))
    if begun:
        ring(store_upload, upload.pk)
    else:
        messages.warning(request, NOT_NOW)
    return redirect("upload-detail", pk)


@allow(ENTER)
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    if uploads.drop(_upload(request, pk), by=person(request), at=timezone.now()):
        messages.success(request, "Nothing of it was stored, and it is forgotten.")
    else:
        messages.warning(request, NOT_NOW)
    return redirect("upload-list")


def _typing(request: HttpRequest, where: WhereForm, entries: Any, *, trouble: str = "") -> HttpResponse:
    if trouble and focus_first(field for form in (where, *entries.forms) for field in form) is None:
        entries.forms[0].fields["text"].widget.attrs |= {"autofocus": True, "aria-describedby": "trouble"}
    context = {
        "where": where,
        "entries": entries,
        "ways": WAYS,
        "trouble": trouble,
        "may_add": len(entries.forms) < MOST_ENTRIES,
    }
    return render(request, "entries/type.html", context, status=409 if trouble else 200)


def _one_more(sent: Any) -> Any:
    more = sent.copy()
    count = sent.get("form-TOTAL_FORMS", "1")
    more["form-TOTAL_FORMS"] = str(min(int(count) + 1 if count.isdecimal() else 1, MOST_ENTRIES))
    return more


def _drafted(request: HttpRequest, form: WhereForm, body: bytes, name: str) -> Upload:
    said, now = form.cleaned_data, timezone.now()
    upload = uploads.draft(
        body,
        file_name=name,
        came_from=said["came_from"],
        facility=said["facility"],
        by=person(request),
        at=now,
    )
    uploads.look(upload, now)
    return upload


def _page(
    request: HttpRequest, upload: Upload, form: ShapeForm | None = None, trouble: str = ""
) -> HttpResponse:
    is_draft = upload.state == Upload.State.DRAFT
    context = {
        "upload": upload,
        "form": form or (ShapeForm(upload=upload, reach=reach_of(request)) if is_draft else None),
        "trouble": trouble,
        "is_draft": is_draft,
        "is_moving": upload.state == Upload.State.QUEUED,
    }
    return render(request, "entries/upload.html", context, status=409 if trouble else 200)


def _seen(request: HttpRequest) -> QuerySet[Upload]:
    reach = reach_of(request)
    manages = reach.can(Permission.MANAGE_SOURCES)
    facility_ids = reach.facility_ids(Permission.MANAGE_SOURCES)
    return Upload.objects.seen_by(person(request).pk, facility_ids, manages=manages).defer("body")


def _upload(request: HttpRequest, pk: int, *, with_body: bool = False) -> Upload:
    seen = _seen(request).select_related("by", "facility", "source")
    return get_object_or_404(seen.defer(None) if with_body else seen, pk=min(pk, HIGHEST_ID))
