"""What an urgent post is worth: the weights of the factors, tried on the open cases before they are kept."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from alerts import priority, weighing
from alerts.models import PriorityWeights
from alerts.priority import Weights
from dashboard.cases.rows import card_of
from hospital.access import Permission, allow, reach_of
from listening.models.mention import RESTRICTED_LANES
from listening.reading.lanes import LANES

MANAGE = Permission.MANAGE_PRIORITY
HIGHEST_ID = 2**63 - 1
SHOWN = 25
EARLIER = 10


class WeightsForm(forms.Form):
    """A number for each factor, and one for each lane."""

    note = forms.CharField(max_length=200, required=False)

    def __init__(self, data: Any = None, *, weights: Weights) -> None:
        super().__init__(data)
        for name, label in priority.SINGLE.items():
            self.fields[name] = _points(label, getattr(weights, name))
        for lane in lanes_of(weights):
            words = priority.in_words(lane).capitalize()
            self.fields[f"lane-{lane}"] = _points(words, weights.lanes.get(lane, 0))

    @property
    def singles(self) -> list[forms.BoundField]:
        return [self[name] for name in priority.SINGLE]

    @property
    def lanes(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("lane-")]

    @property
    def weights(self) -> Weights:
        values = self.cleaned_data
        lanes = {name[5:]: values[name] for name in self.fields if name.startswith("lane-")}
        return Weights.of({"lanes": lanes, **{name: values[name] for name in priority.SINGLE}})


def _points(label: str, initial: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, initial=initial, min_value=0, max_value=priority.HIGHEST)


def lanes_of(weights: Weights) -> list[str]:
    """Heaviest first. Voices of staff are never weighed against other posts."""
    known = {*LANES, *weights.lanes} - set(RESTRICTED_LANES)
    return sorted(known, key=lambda lane: (-weights.lanes.get(lane, 0), lane))


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest) -> HttpResponse:
    """GET shows the weights in force, or earlier ones; POST tries what was typed, or keeps it."""
    facility_ids = reach_of(request).facility_ids(MANAGE)
    form = WeightsForm(request.POST or None, weights=_asked_for(request))
    context: dict[str, Any] = {"form": form, "may_save": facility_ids is None, **_earlier()}
    if request.method == "POST" and form.is_valid():
        if "keep" in request.POST and facility_ids is None:
            return _kept(request, form)
        context["preview"] = weighing.preview(form.weights, facility_ids, timezone.now())
        context["moved"] = [(each, card_of(each.case)) for each in context["preview"].moved[:SHOWN]]
    refused = bool(form.errors) or ("keep" in request.POST and facility_ids is not None)
    return render(request, "cases/priority.html", context, status=409 if refused else 200)


def _asked_for(request: HttpRequest) -> Weights:
    asked = request.GET.get("of", "")
    if not asked:
        return weighing.current()
    if asked == "shipped":
        return Weights()
    pk = min(int(asked), HIGHEST_ID) if asked.isdecimal() and len(asked) < 20 else 0
    earlier = PriorityWeights.objects.filter(pk=pk).first()
    if earlier is None:
        raise Http404("There are no such weights.")
    return Weights.of(earlier.values)


def _earlier() -> dict[str, Any]:
    return {"earlier": PriorityWeights.objects.select_related("saved_by")[:EARLIER]}


def _kept(request: HttpRequest, form: WeightsForm) -> HttpResponse:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    weighing.save(form.weights, note=form.cleaned_data["note"], by=request.user, at=timezone.now())
    messages.success(request, "Kept. Every open case stands in its new place.")
    return redirect("priority-edit")
