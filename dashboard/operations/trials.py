"""Trying a report before a machine sends it, and bringing a file by hand."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from dashboard.operations.feed_views import feed_of, page
from dashboard.operations.forms import MANAGE
from hospital import audit, reporting
from hospital.access import allow
from hospital.feeds import calendar, drop, payload, sheet, taking
from hospital.feeds.schema import Report, Unreadable, Wrong
from hospital.models import Feed
from hospital.reporting import Outcome

LONGEST = 100_000


@allow(MANAGE)
@require_POST
@never_cache
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """What would become of a text, were it to come by this feed. Nothing is stored."""
    feed = feed_of(request, pk)
    text = request.POST.get("text", "")[:LONGEST]
    try:
        tried, trouble = _tried(feed, text), ""
    except Unreadable as error:
        tried, trouble = [], str(error)
    return page(request, feed, tried=tried, trouble=trouble, text=text, has_tried=True)


@allow(MANAGE)
@require_POST
@never_cache
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    feed, now = feed_of(request, pk), timezone.now()
    if feed.kind not in (Feed.Kind.DROPPED, Feed.Kind.CALENDAR):
        raise Http404("This feed takes no files.")
    try:
        outcome = _uploaded(feed, *_content(request.FILES.get("file")))
    except Unreadable as error:
        return page(request, feed, trouble_of_file=str(error), status=409)
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    audit.record("feed.upload", f"feed {feed.pk}", by=request.user, at=now, stored=outcome.stored)
    if outcome.wrong:
        return page(
            request, feed_of(request, pk), wrong_of_file=outcome.wrong, stored=outcome.stored, status=409
        )
    said = f"{outcome.stored} stored" + (f", {outcome.known} known before" if outcome.known else "")
    messages.success(request, f"The file is taken: {said}.")
    return redirect("feed-edit", feed.pk)


def _uploaded(feed: Feed, content: bytes, name: str) -> Outcome:
    now = timezone.now()
    if feed.kind == Feed.Kind.CALENDAR:
        return taking.take_calendar(feed, calendar.text_of(content), now, name=name)
    return drop.take_file(feed, content, name, now)


def _content(file: object) -> tuple[bytes, str]:
    if not isinstance(file, UploadedFile):
        raise Unreadable("No file was chosen.")
    if file.size is None or file.size > sheet.MOST_BYTES:
        raise Unreadable(f"It has more than {sheet.MOST_BYTES // 1_000_000} MB.")
    return bytes(file.read()), (file.name or "a file").replace("\0", "")


def _tried(feed: Feed, text: str) -> list[Report | Wrong]:
    now, content = timezone.now(), text.encode("utf-8", "replace")
    entries: list[tuple[str, object] | Wrong]
    if feed.kind == Feed.Kind.CALENDAR:
        entries = taking.planned(feed, calendar.text_of(content), now)
    elif feed.kind == Feed.Kind.DROPPED:
        entries = sheet.entries(content, timezone.get_default_timezone())
    else:
        entries = list(payload.entries(content))
    return reporting.rehearse(entries, now, facility_ids=taking.reach(feed))
