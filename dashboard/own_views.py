"""One's own page: being out of office, light or dark, the keys, and where an action leads to."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dashboard import habits, keys
from dashboard.absence_forms import AbsenceForm
from hospital import absences
from hospital.access import Permission, allow
from hospital.models import Absence, Habits, Theme

MEMBER = Permission.SEE_WALL


@allow(MEMBER)
@require_GET
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    return _page(request)


@allow(MEMBER)
@require_POST
def away(request: HttpRequest) -> HttpResponse:
    user, now = _person(request), timezone.now()
    form = AbsenceForm(request.POST, user=user, now=now)
    if leave(form, user, by=user):
        messages.success(request, "You are out of office. What is given to you goes to whoever stands in.")
        return redirect("own")
    return _page(request, form, status=409)


@allow(MEMBER)
@require_POST
def back(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    absences.come_back(user, by=user, at=timezone.now())
    messages.success(request, "You are here.")
    return redirect("own")


@allow(MEMBER)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    user, posted = _person(request), request.POST
    typed = {key.key: posted.get(f"key-{number}", "").strip() for number, key in enumerate(keys.CHANGEABLE)}
    own = {ours: theirs for ours, theirs in typed.items() if theirs and theirs != ours}
    if mistake := keys.mistake(own):
        return _page(request, own=own, mistake=mistake, status=409)
    chosen = {"keys_off": "keys_off" in posted, "own_keys": own, "stays": posted.get("then") == "stay"}
    Habits.objects.update_or_create(user=user, defaults=chosen)
    messages.success(request, "Kept. It holds wherever you sign in.")
    return redirect("own")


@allow(MEMBER)
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    theme = request.POST.get("theme")
    if theme not in Theme.values:
        return HttpResponseBadRequest("There is no such theme. Go back and choose one of those shown.")
    Habits.objects.update_or_create(user=_person(request), defaults={"theme": theme})
    messages.success(request, "Kept. It holds wherever you sign in.")
    return redirect("own")


def leave(form: AbsenceForm, user: User, *, by: User) -> bool:
    """Whether it could be kept; if not, the form says why."""
    if not form.is_valid():
        return False
    try:
        absences.leave(user, **form.cleaned_data, by=by, at=timezone.now())
    except absences.Mistaken as mistaken:
        form.add_error(None, str(mistaken))
        return False
    return True


def _page(
    request: HttpRequest,
    form: AbsenceForm | None = None,
    *,
    own: dict[str, str] | None = None,
    mistake: str = "",
    status: int = 200,
) -> HttpResponse:
    user, now = _person(request), timezone.now()
    chosen = habits.of(user)
    own = chosen.own_keys if own is None else own
    context = {
        "absence": Absence.objects.filter(user=user, until_at__gt=now).select_related("deputy").first(),
        "form": form or AbsenceForm(user=user, now=now),
        "chosen": chosen,
        "keys": [(number, key, own.get(key.key, key.key)) for number, key in enumerate(keys.CHANGEABLE)],
        "mistake": mistake,
        "themes": Theme.choices,
    }
    return render(request, "people/own.html", context, status=status)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
