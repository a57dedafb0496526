"""Rules: which mentions become cases, and where. Tried on stored mentions, then put in force."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts import rehearsing, rulesets
from alerts.models import Queue, RulesVersion
from alerts.rehearsing import Moved, Rehearsal
from alerts.rules import SAFETY_QUEUES
from dashboard.cards import Card, for_cards
from dashboard.label_views import person
from dashboard.lexicon_views import lines_named
from hospital.access import Permission, allow, reach_of
from listening.models import Mention
from listening.plain_yaml import MAX_CHARACTERS, BadFile
from listening.reading.lanes import KINDS, LANES
from listening.watchlist_history import changed_lines

MANAGE = Permission.MANAGE_RULES
HISTORY = 30
HIGHEST_NUMBER = 2**31 - 1
FOR_ALL = "Rules serve every facility: only an admin of all of them may put them in force. You may try them."


class RulesForm(forms.Form):
    body = forms.CharField(max_length=MAX_CHARACTERS, strip=False)
    note = forms.CharField(max_length=200, required=False)
    based_on = forms.IntegerField(min_value=0, max_value=HIGHEST_NUMBER)

    @property
    def text(self) -> str:
        return str(self.data.get("body", "")).replace("\r\n", "\n")[:MAX_CHARACTERS]


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest) -> HttpResponse:
    """GET shows the rules in force; POST tries what was typed, or puts it in force."""
    if request.method != "POST":
        return _page(request, rulesets.in_force(), rulesets.newest())
    form = RulesForm(request.POST)
    based_on = int(form.cleaned_data["based_on"]) if form.is_valid() else 0
    if not form.is_valid():
        return _page(request, form.text, 0, trouble="Nothing was sent that can be read as rules.")
    try:
        if "keep" in request.POST:
            return _kept(request, form)
        told = _rehearsed(request, form.text)
    except BadFile as error:
        return _page(request, form.text, based_on, trouble=str(error))
    except ValidationError as error:
        return _page(request, form.text, based_on, refused=" ".join(error.messages))
    return _page(request, form.text, based_on, told=told)


def _kept(request: HttpRequest, form: RulesForm) -> HttpResponse:
    if not may_change(request):
        raise ValidationError(FOR_ALL)
    values = form.cleaned_data
    saved = rulesets.save(
        form.text,
        based_on=values["based_on"],
        note=values["note"],
        by=person(request),
        at=timezone.now(),
    )
    messages.success(
        request, f"Version {saved.number} is in force from the next post on. Open cases stay where they are."
    )
    return redirect("rules-edit")


def _rehearsed(request: HttpRequest, body: str) -> Rehearsal:
    draft = rulesets.conditions(rulesets.checked(body))
    facility_ids = reach_of(request).facility_ids(Permission.SEE_WALL)
    return rehearsing.rehearse(draft, facility_ids=facility_ids, shown=_shown(request))


def _shown(request: HttpRequest) -> tuple[str, str] | None:
    before, found, after = request.POST.get("show", "")[:200].partition(">")
    return (before, after) if found else None


@allow(MANAGE)
@require_GET
@never_cache
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version, beside the one before it or any that the address names."""
    found = _version(number)
    against = request.GET.get("against", "")
    is_named = against.isascii() and against.isdigit() and len(against) < 10
    other = int(against) if is_named else number - 1
    before = RulesVersion.objects.filter(number=other).first()
    context = {
        "version": found,
        "other": other if before else 0,
        "newest": rulesets.newest(),
        "lines": changed_lines(before.body if before else "", found.body),
        "history": _history(),
        "may_change": may_change(request),
    }
    return render(request, "rules/version.html", context)


@allow(MANAGE)
@require_POST
def go_back(request: HttpRequest, number: int) -> HttpResponse:
    _version(number)
    try:
        if not may_change(request):
            raise ValidationError(FOR_ALL)
        saved = rulesets.go_back(number, by=person(request), at=timezone.now())
    except BadFile as error:
        messages.error(request, f"Version {number} can no longer be used. {error}")
        return redirect("rules-version", number=number)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("rules-version", number=number)
    messages.success(request, f"The rules are as in version {number} again, now as version {saved.number}.")
    return redirect("rules-edit")


def may_change(request: HttpRequest) -> bool:
    return reach_of(request).facility_ids(MANAGE) is None


def _page(
    request: HttpRequest,
    body: str,
    based_on: int,
    *,
    told: Rehearsal | None = None,
    trouble: str = "",
    refused: str = "",
) -> HttpResponse:
    context: dict[str, Any] = {
        "body": body,
        "based_on": based_on,
        "note": request.POST.get("note", "")[:200],
        "trouble": trouble,
        "refused": refused,
        "wrong_lines": lines_named(trouble, body),
        "told": told,
        "lines": changed_lines(rulesets.in_force(), body) if told else [],
        "moves": _moves(told, _shown(request)) if told else [],
        "samples": _samples(request, told.samples) if told else [],
        "fired": _fired(told) if told else [],
        "history": _history(),
        "newest": rulesets.newest(),
        "may_change": may_change(request),
        **_help(),
    }
    return render(request, "rules/edit.html", context, status=409 if trouble or refused else 200)


def _help() -> dict[str, Any]:
    """What a rule may name; and what goes to its queue before any rule."""
    known = rulesets.known()
    names = dict(Queue.objects.values_list("slug", "name"))
    safety = [(KINDS[lane].label, names.get(slug, slug)) for lane, slug in SAFETY_QUEUES.items()]
    free = [lane for lane in LANES if lane not in SAFETY_QUEUES and lane != "staff_voice"]
    return {"known": known, "safety": safety, "lanes": free}


def _moves(told: Rehearsal, shown: tuple[str, str] | None) -> list[tuple[str, str, int, bool]]:
    return [(*move, count, move == shown) for move, count in told.moves.most_common(30)]


def _fired(told: Rehearsal) -> list[tuple[str, int, int]]:
    """By rule, how many it takes now and would take."""
    names = dict.fromkeys(name for name in [*told.fired, *told.fired_now] if name)
    return [(name, told.fired_now[name], told.fired[name]) for name in names]


def _samples(request: HttpRequest, moved: list[Moved]) -> list[tuple[Moved, Card]]:
    facility_ids = reach_of(request).facility_ids(Permission.SEE_WALL)
    found = Mention.objects.within(facility_ids).filter(pk__in=[each.mention_id for each in moved])
    cards = {mention.pk: Card(mention) for mention in for_cards(found)}
    return [(each, cards[each.mention_id]) for each in moved if each.mention_id in cards]


def _history() -> Any:
    return RulesVersion.objects.select_related("by").defer("body")[:HISTORY]


def _version(number: int) -> RulesVersion:
    found = RulesVersion.objects.select_related("by").filter(number=min(number, HIGHEST_NUMBER)).first()
    if found is None:
        raise Http404("There is no such version.")
    return found
