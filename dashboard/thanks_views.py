"""The doors to thanks: proposed on a case, confirmed by a manager, printed or mailed as a card."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from alerts import thanks
from alerts.models import Thanks
from alerts.refusals import Refused
from dashboard.cases.desk import Desk
from dashboard.cases.finding import HIGHEST_ID, find_case
from dashboard.cases.moves import after
from hospital.access import Permission, allow, reach_of

SEE, WORK, CONFIRM = Permission.SEE_CASES, Permission.WORK_CASES, Permission.CONFIRM_THANKS
SHOWN = 50


@allow(WORK)
@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever may confirm passes it on with the same press; others ask for it."""
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    verb = thanks.pass_on if desk.reach.covers(CONFIRM, case.facility_id) else thanks.propose
    said = _said(request)
    return after(request, desk, case, lambda: verb(case, **said, by=desk.user, at=timezone.now()))


@allow(SEE)
@require_GET
@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    return _page(request)


@allow(CONFIRM)
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    card, said = _find(request, pk, CONFIRM), _said(request)
    return _decided(
        request, lambda: thanks.confirm(card, **said, by=_person(request), at=timezone.now()), "Passed on."
    )


@allow(CONFIRM)
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    card, why = _find(request, pk, CONFIRM), request.POST.get("why", "")
    return _decided(
        request,
        lambda: thanks.decline(card, why=why, by=_person(request), at=timezone.now()),
        "Not passed on.",
    )


@allow(SEE)
@require_GET
@never_cache
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The card itself, for paper and for whoever mails it."""
    return _card(request, _find(request, pk, SEE))


@allow(CONFIRM)
@require_POST
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    card, to = _find(request, pk, CONFIRM), request.POST.get("to", "").strip()
    try:
        thanks.mail(card, to=to, by=_person(request), at=timezone.now())
    except Refused as refusal:
        return _card(request, card, refused=str(refusal), to=to, status=409)
    messages.success(request, "It leaves in a moment.")
    return redirect("thanks-card", card.pk)


def _decided(request: HttpRequest, verb: Callable[[], object], done: str) -> HttpResponse:
    try:
        verb()
    except Refused as refusal:
        return _page(request, refused=str(refusal), status=409)
    messages.success(request, done)
    return redirect("thanks-list")


def _page(request: HttpRequest, *, refused: str = "", status: int = 200) -> HttpResponse:
    reach, now = reach_of(request), timezone.now()
    facility_ids = reach.facility_ids(SEE)
    cards = Thanks.objects.within(facility_ids).select_related("facility", "proposed_by", "decided_by")
    month = _month(request.GET.get("month", ""), now)
    passed_on, is_today = cards.passed_on().order_by("-decided_at"), request.GET.get("day") == "today"
    if is_today:
        passed_on = passed_on.filter(decided_at__gte=thanks.midnight(now))
    context = {
        "waiting": cards.filter(state=Thanks.State.PROPOSED)[:SHOWN],
        "passed_on": passed_on if is_today else passed_on[:SHOWN],
        "is_today": is_today,
        "today": thanks.passed_on_today(facility_ids, now),
        "month": month,
        "before": _before(month),
        "digest": thanks.digest(facility_ids, month, _after(month)),
        "refused": refused,
    }
    return render(request, "thanks/list.html", context, status=status)


def _card(
    request: HttpRequest, card: Thanks, *, refused: str = "", to: str = "", status: int = 200
) -> HttpResponse:
    if card.state != Thanks.State.PASSED_ON:
        raise Http404("Nobody has passed this on.")
    may_mail = reach_of(request).covers(CONFIRM, card.facility_id)
    can_mail = may_mail and card.mail in (Thanks.Mail.NONE, Thanks.Mail.FAILED)
    context = {"card": card, "refused": refused, "to": to, "can_mail": can_mail}
    return render(request, "thanks/card.html", context, status=status)


def _said(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in ("unit", "first_name", "words")}


def _find(request: HttpRequest, pk: int, permission: Permission) -> Thanks:
    mine = Thanks.objects.within(reach_of(request).facility_ids(permission))
    found = mine.select_related("case", "facility").filter(pk=min(pk, HIGHEST_ID)).first()
    if found is None:
        raise Http404("There is no such card.")
    return found


def _month(said: str, now: datetime) -> datetime:
    """The first moment of a month in the hospital's zone; of this one where none is named."""
    first = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    try:
        named = datetime.strptime(said, "%Y-%m")
    except ValueError:
        return first
    return timezone.make_aware(named) if 2000 <= named.year <= first.year else first


def _before(month: datetime) -> datetime:
    return _first_of(month - timedelta(days=1))


def _after(month: datetime) -> datetime:
    return _first_of(month + timedelta(days=32))


def _first_of(day: datetime) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, 1))


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the middleware lets nobody else in
    return request.user
