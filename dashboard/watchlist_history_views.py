"""What a watchlist was, who keeps it, and when it is looked at again."""

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dashboard.label_views import person
from dashboard.watchlist_pages import MANAGE, facility_ids, watchlist_of
from hospital.access import allow
from listening import watchlist_history, watchlist_imports, watchlists
from listening.models import Watchlist, WatchlistVersion
from listening.plain_yaml import BadFile
from listening.watchlists import Keeping

HISTORY = 50
HIGHEST_NUMBER = 2**31 - 1


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name() or obj.get_username()


class KeepingForm(forms.Form):
    owner = PersonField(User.objects.none(), required=False, empty_label="Nobody")
    review_on = forms.DateField(
        label="Look at it again on", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        people = User.objects.filter(is_active=True, memberships__isnull=False).distinct()
        self.fields["owner"].queryset = people.order_by("first_name", "username")  # type: ignore[attr-defined]


@allow(MANAGE)
@require_GET
@never_cache
def history(request: HttpRequest, pk: int) -> HttpResponse:
    watchlist = watchlist_of(request, pk)
    return _page(request, watchlist, KeepingForm(initial=_keeping(watchlist)))


@allow(MANAGE)
@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Who keeps it, and until when; or that it was looked at just now and still fits."""
    watchlist = watchlist_of(request, pk)
    form = KeepingForm(request.POST)
    if not form.is_valid():
        return _page(request, watchlist, form, status=409)
    owner, review_on = form.cleaned_data["owner"], form.cleaned_data["review_on"]
    note = ""
    if "reviewed" in request.POST:
        review_on = timezone.localdate() + watchlist_history.REVIEWED_EVERY
        note = f"Reviewed; again on {review_on:%-d %b %Y}"
    watchlists.save(
        watchlist,
        name=watchlist.name,
        purpose=watchlist.purpose,
        facility=watchlist.facility,
        lines=watchlists.lines_of(watchlist),
        is_active=watchlist.is_active,
        keeping=Keeping(owner.pk if owner else None, review_on),
        note=note,
        by=person(request),
        at=timezone.now(),
    )
    messages.success(request, note or "Saved.")
    return redirect("watchlist-history", pk=watchlist.pk)


@allow(MANAGE)
@require_GET
@never_cache
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One version, beside the one before it or any that the address names."""
    watchlist = watchlist_of(request, pk)
    against = request.GET.get("against", "")
    is_named = against.isascii() and against.isdigit() and len(against) < 10
    other = int(against) if is_named else max(0, number - 1)
    body = _body(watchlist, number)
    context = {
        "watchlist": watchlist,
        "version": watchlist_history.versions(watchlist).filter(number=number).first(),
        "number": number,
        "other": other,
        "newest": watchlist_history.number_of(watchlist),
        "lines": watchlist_history.changed_lines(_body(watchlist, other), body),
        "body": body,
        "history": watchlist_history.versions(watchlist)[:HISTORY],
        "tab": "history",
    }
    return render(request, "watchlists/version.html", context)


@allow(MANAGE)
@require_POST
def go_back(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    watchlist = watchlist_of(request, pk)
    _body(watchlist, number)
    try:
        watchlist_imports.go_back(
            watchlist, number, facility_ids=facility_ids(request), by=person(request), at=timezone.now()
        )
    except BadFile as error:
        messages.error(request, f"Version {number} can no longer be used. {error}")
        return redirect("watchlist-version", pk=watchlist.pk, number=number)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("watchlist-version", pk=watchlist.pk, number=number)
    messages.success(request, f"The watchlist is as it was in version {number}. The next poll obeys it.")
    return redirect("watchlist-history", pk=watchlist.pk)


def _page(
    request: HttpRequest, watchlist: Watchlist, form: KeepingForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "watchlist": watchlist,
        "form": form,
        "history": watchlist_history.versions(watchlist)[:HISTORY],
        "newest": watchlist_history.number_of(watchlist),
        "is_overdue": watchlist_history.is_overdue(watchlist.review_on, timezone.localdate()),
        "again_on": timezone.localdate() + watchlist_history.REVIEWED_EVERY,
        "tab": "history",
    }
    return render(request, "watchlists/history.html", context, status=status)


def _keeping(watchlist: Watchlist) -> dict[str, object]:
    return {"owner": watchlist.owner_id, "review_on": watchlist.review_on}


def _body(watchlist: Watchlist, number: int) -> str:
    try:
        return watchlist_history.body_at(watchlist, min(number, HIGHEST_NUMBER))
    except WatchlistVersion.DoesNotExist:
        raise Http404("There is no such version.") from None
