"""The editor of a word list: its text, what a change would do, its history."""

import re
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard import readings
from hospital.access import Permission, allow, reach_of
from listening import lexicons, readers, trying
from listening.lexicon_kinds import MAX_CHARACTERS, BadBody, Kind
from listening.models import LexiconVersion

MANAGE = Permission.MANAGE_READING
HIGHEST_NUMBER = 2**31 - 1
HISTORY = 30
LINES_AROUND = 2
FOR_ALL = "Word lists serve every facility: only an admin of all of them may change one."


class LexiconForm(forms.Form):
    body = forms.CharField(max_length=MAX_CHARACTERS * 2, strip=False)
    note = forms.CharField(max_length=200, required=False)
    based_on = forms.IntegerField(min_value=0, max_value=HIGHEST_NUMBER, widget=forms.HiddenInput)

    def save(self, request: HttpRequest, kind: Kind) -> LexiconVersion | None:
        """The version as saved, or None with the errors in the form."""
        if not may_change(request):
            self.add_error(None, FOR_ALL)
            return None
        typed, note, based_on = (self.cleaned_data[name] for name in ("body", "note", "based_on"))
        try:
            return lexicons.save(
                kind, typed, based_on=based_on, note=note, by=_person(request), at=timezone.now()
            )
        except ValidationError as error:
            self.add_error(None, error)
            return None


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: HttpRequest, kind: str) -> HttpResponse:
    found = _kind(kind)
    form = LexiconForm(request.POST or None, initial=_as_stored(found))
    if request.method == "POST" and form.is_valid():
        saved = form.save(request, found)
        if saved is not None:
            messages.success(
                request,
                f"Version {saved.number} is in force: the next poll reads with it. "
                "Posts that were read before can be read again.",
            )
            return redirect("reading")
    return _page(request, found, form, status=409 if form.errors else 200)


@allow(MANAGE)
@require_POST
@never_cache
def preview(request: HttpRequest, kind: str) -> HttpResponse:
    found = _kind(kind)
    form = LexiconForm(request.POST, initial=_as_stored(found))
    facility_ids = reach_of(request).facility_ids(Permission.SEE_WALL)
    try:
        typed = lexicons.tidy(str(form["body"].value() or ""))
        shown = request.POST.get("show", "")[:120]
        trial = trying.on_stored(found, typed, facility_ids=facility_ids, shown=shown)
    except BadBody as error:
        return _page(request, found, form, trouble=str(error))
    return _page(request, found, form, preview=readings.preview(trial))


@allow(MANAGE)
@require_GET
@never_cache
def version(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """One version, beside another: the one before it, or any that the address names."""
    found = _kind(kind)
    body = _body(found, number)
    against = request.GET.get("against", "")
    is_named = against.isascii() and against.isdigit() and len(against) < 10
    other = int(against) if is_named else max(0, number - 1)
    context = {
        "kind": found,
        "version": _history(found, number).first(),
        "number": number,
        "other": other,
        "in_force": lexicons.number_in_force(found),
        "lines": lexicons.changed_lines(_body(found, other), body),
        "body": body,
        "history": _history(found)[:HISTORY],
        "may_change": may_change(request),
    }
    return render(request, "reading/version.html", context)


@allow(MANAGE)
@require_POST
def go_back(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    found = _kind(kind)
    _body(found, number)
    if not may_change(request):
        messages.error(request, FOR_ALL)
        return redirect("lexicon-version", kind=found.name, number=number)
    try:
        lexicons.go_back(found, number, by=_person(request), at=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("lexicon-version", kind=found.name, number=number)
    said = readings.version_in_words(number)
    messages.success(request, f"{said} is in force again: the next poll reads with it.")
    return redirect("reading")


def may_change(request: HttpRequest) -> bool:
    return reach_of(request).facility_ids(MANAGE) is None


def _page(
    request: HttpRequest,
    kind: Kind,
    form: LexiconForm,
    *,
    preview: readings.Preview | None = None,
    trouble: str = "",
    status: int = 200,
) -> HttpResponse:
    typed = lexicons.tidy(str(form["body"].value() or ""))
    wrong = trouble or " ".join(map(str, form.errors.get("body", ())))
    context = {
        "kind": kind,
        "form": form,
        "preview": preview,
        "trouble": trouble,
        "wrong_lines": lines_named(wrong, typed),
        "in_force": lexicons.number_in_force(kind),
        "broken": readers.in_force().broken.get(kind.name),
        "history": _history(kind)[:HISTORY],
        "may_change": may_change(request),
    }
    return render(request, "reading/edit.html", context, status=status)


@dataclass(frozen=True)
class Line:
    number: int
    text: str
    is_wrong: bool


def lines_named(message: str, body: str) -> list[Line]:
    """The line that an error names, by its number or by the block it begins, with what stands around it."""
    lines = body.split("\n")
    number = _line_named(message, lines)
    if number is None:
        return []
    first = max(1, number - LINES_AROUND)
    around = enumerate(lines[first - 1 : number + LINES_AROUND], first)
    return [Line(at, text[:200], at == number) for at, text in around]


def _line_named(message: str, lines: list[str]) -> int | None:
    if numbered := re.search(r"\bline (\d{1,6})\b", message, re.IGNORECASE):
        return int(numbered[1])
    block = re.search(r"'([\w-]{1,60})'", message)
    head = f"[{block[1]}]" if block else ""
    return next((number for number, line in enumerate(lines, 1) if head and line.strip() == head), None)


def _history(kind: Kind, number: int | None = None) -> QuerySet[LexiconVersion]:
    kept = LexiconVersion.objects.filter(kind=kind.name).select_related("by").defer("body")
    return kept if number is None else kept.filter(number=number)


def _as_stored(kind: Kind) -> dict[str, object]:
    number = lexicons.number_in_force(kind)
    return {"body": lexicons.body(kind, number), "based_on": number}


def _kind(name: str) -> Kind:
    found = lexicons.kind_of(name)
    if found is None:
        raise Http404("There is no such word list.")
    return found


def _body(kind: Kind, number: int) -> str:
    try:
        return lexicons.body(kind, min(number, HIGHEST_NUMBER))
    except LexiconVersion.DoesNotExist:
        raise Http404("There is no such version.") from None


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
