"""What an admin decides for all sources: which watchlists wait first, and that an author's words go."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from alerts import authornotes
from dashboard.source_health import gather
from dashboard.source_views import MANAGE, person, reachable
from dashboard.wrong_fields import focus_first
from hospital.access import allow, reach_of
from listening import erasing, pacing
from listening.models import Author, Mention, Watchlist
from listening.sources import adapters

WHOLE = "Only who manages the sources of the whole system can do this. Ask one of them."


class EraseForm(forms.Form):
    network = forms.ChoiceField(label="Network")
    handle = forms.CharField(max_length=200, help_text="As the network shows it, with or without @ or u/.")
    reason = forms.CharField(
        max_length=300, help_text="Why, for the audit trail. Name nobody here: the trail is kept for good."
    )
    sure = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        networks = Author.objects.order_by("network").values_list("network", flat=True).distinct()
        network = self.fields["network"]
        assert isinstance(network, forms.ChoiceField)  # noqa: S101
        network.choices = [(each, label_of(each)) for each in sorted(networks, key=label_of)]


def label_of(network: str) -> str:
    adapter = adapters().get(network)
    return adapter.label if adapter else network.capitalize()


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def priorities(request: HttpRequest) -> HttpResponse:
    watchlists = list(Watchlist.objects.filter(is_active=True))
    is_whole = reach_of(request).facility_ids(MANAGE) is None
    now = timezone.now()
    if request.method == "POST" and is_whole:
        chosen = {each.pk: request.POST.get(f"pace-{each.pk}", each.pace) for each in watchlists}
        changed = pacing.save(chosen, by=person(request), at=now)
        messages.success(request, f"Saved. {changed} changed; the next polls obey it.")
        return redirect("source-priorities")
    limited = [health for health in gather(list(reachable(request)), now) if health.month]
    context = {
        "watchlists": watchlists,
        "paces": Watchlist.Pace.choices,
        "limited": limited,
        "is_whole": is_whole,
        "has_safety": any(each.pace == Watchlist.Pace.SAFETY for each in watchlists),
        "refused": WHOLE if request.method == "POST" else "",
    }
    return render(
        request, "sources/priorities.html", context, status=409 if request.method == "POST" else 200
    )


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def erase_author(request: HttpRequest) -> HttpResponse:
    """Twice: the first press says how much would go, the second does it."""
    form = EraseForm(request.POST or None)
    refused, found = "", []
    if request.method == "POST" and reach_of(request).facility_ids(MANAGE) is not None:
        refused = WHOLE
    elif request.method == "POST" and form.is_valid():
        found = erasing.found(form.cleaned_data["network"], form.cleaned_data["handle"])
        chosen = next((each for each in found if each.pk == form.cleaned_data["sure"]), None)
        if chosen is not None:
            return _erased(request, chosen, form.cleaned_data["reason"])
        if not found:
            form.add_error("handle", "Nobody of that name has a stored post there. Look at the spelling.")
    if form.is_bound:
        focus_first(form)
    counts = [
        (
            author,
            label_of(author.network),
            Mention.objects.within(None).filter(author=author, is_gone=False).count(),
        )
        for author in found
    ]
    context = {"form": form, "counts": counts, "refused": refused}
    return render(request, "sources/erase.html", context, status=409 if refused or form.errors else 200)


def _erased(request: HttpRequest, author: Author, reason: str) -> HttpResponse:
    number = erasing.erase(author, reason=reason, by=person(request), at=timezone.now())
    authornotes.forget(author)
    messages.success(request, f"Erased: {number} posts. Counts, cases and our own replies stay.")
    return redirect("author-erase")
