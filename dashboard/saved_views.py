from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts import savedreplies, starters
from alerts.models import Queue, SavedReply
from alerts.models.queue import STAFF_VOICE
from alerts.models.saved import LANGUAGES
from alerts.refusals import Refused
from alerts.savedreplies import LONGEST, Draft
from hospital.access import Permission, allow, reach_of
from hospital.models import AuditEntry
from listening.models.mention import RESTRICTED_LANES
from listening.reading.lanes import LANES

MANAGE = Permission.MANAGE_SAVED_REPLIES
HIGHEST_ID = 2**63 - 1
CHANGES = 20
STARTED = "The starter set is in. Read each before you rely on it."


class SavedReplyForm(forms.Form):
    title = forms.CharField(max_length=80)
    text = forms.CharField(
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=(
            "Leave a part for the writer in square brackets: “[a sentence of your own]”. "
            "“{phone}” becomes the first phone number that is listed."
        ),
    )
    language = forms.ChoiceField(choices=LANGUAGES)
    queue = forms.ModelChoiceField(Queue.objects.none(), required=False, empty_label="Every queue")
    lane = forms.ChoiceField(required=False, label="What the post was read as")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["queue"].queryset = Queue.objects.exclude(slug=STAFF_VOICE)  # type: ignore[attr-defined]
        named = [
            (lane, lane.replace("_", " ").capitalize()) for lane in LANES if lane not in RESTRICTED_LANES
        ]
        self.fields["lane"].choices = [("", "Anything"), *named]  # type: ignore[attr-defined]


@allow(MANAGE)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    saved = SavedReply.objects.select_related("queue", "changed_by")
    return render(request, "saved/list.html", {"saved": saved, "may_change": _may_change(request)})


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, _one(request, pk))


@allow(MANAGE)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    kept = _one(request, pk)
    savedreplies.remove(kept, by=_person(request), at=timezone.now())
    messages.success(request, f"Taken away: {kept}.")
    return redirect("saved-reply-list")


@allow(MANAGE)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Put the starter set in, where nothing was ever saved."""
    if _may_change(request):
        starters.ensure(at=timezone.now())
        messages.success(request, STARTED)
    return redirect("saved-reply-list")


def _edit(request: HttpRequest, kept: SavedReply | None) -> HttpResponse:
    known = {}
    if kept:
        known = {name: getattr(kept, name) for name in ("title", "text", "language", "queue", "lane")}
    form = SavedReplyForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            _check_reach(request)
            savedreplies.save(kept, Draft(**form.cleaned_data), by=_person(request), at=timezone.now())
        except Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, "Saved. It can be inserted from now on.")
            return redirect("saved-reply-list")
    context = {"form": form, "kept": kept, "may_change": _may_change(request), "changes": _changes(kept)}
    return render(request, "saved/edit.html", context, status=409 if form.errors else 200)


def _changes(kept: SavedReply | None) -> list[AuditEntry]:
    if kept is None:
        return []
    entries = AuditEntry.objects.filter(subject=savedreplies.subject(kept)).select_related("actor")
    return list(entries.order_by("-id")[:CHANGES])


def _one(request: HttpRequest, pk: int) -> SavedReply:
    kept = SavedReply.objects.filter(pk=min(pk, HIGHEST_ID)).first()
    if kept is None or not _may_change(request):
        raise Http404("There is no such saved reply.")
    return kept


def _may_change(request: HttpRequest) -> bool:
    return reach_of(request).facility_ids(MANAGE) is None


def _check_reach(request: HttpRequest) -> None:
    if not _may_change(request):
        raise Refused("These are for every facility. Only somebody with a role in all of them changes them.")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
