"""The doors to the verbs on cases and replies. A refused move answers 409, says why, loses nothing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from alerts import byhand, cases, outbox, presence, replies, weighing
from alerts.collisions import Beside, Seen
from alerts.models import Case, Queue, Reply
from alerts.refusals import Refused
from dashboard import reveals
from dashboard.cases.desk import Desk
from dashboard.cases.opened import Opened, find_case, find_reply
from dashboard.cases.pages import triage
from hospital.access import Permission, allow

WORK, APPROVE = Permission.WORK_CASES, Permission.APPROVE_REPLIES


def after(
    request: HttpRequest, desk: Desk, case: Case, verb: Callable[[], object], *, typed: str | None = None
) -> HttpResponse:
    """Do it, and show the case as it then is."""
    try:
        verb()
    except Refused as refusal:
        now = find_case(desk, case.pk, Permission.SEE_CASES)
        reveal = reveals.of(request, now.mention, desk.now)
        beside = tuple(refusal.people) if isinstance(refusal, Beside) else ()
        opened = Opened(now, desk, refused=str(refusal), beside=beside, typed=typed, reveal=reveal)
        return triage(request, desk, opened, status=409)
    return redirect(desk.case_url(case.pk))


@allow(WORK)
@require_POST
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    return after(request, desk, case, lambda: cases.claim(case, by=desk.user, at=timezone.now()))


@allow(WORK)
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    return after(request, desk, case, lambda: cases.release(case, by=desk.user, at=timezone.now()))


@allow(WORK)
@require_POST
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    seen = request.POST.get("owner", "")
    seen_owner_id = int(seen) if seen.isdecimal() and len(seen) < 19 else 0
    return after(
        request,
        desk,
        case,
        lambda: cases.take_over(case, by=desk.user, seen_owner_id=seen_owner_id, at=timezone.now()),
    )


@allow(WORK)
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    queue = get_object_or_404(Queue, slug=request.POST.get("to", ""))
    return after(request, desk, case, lambda: cases.move(case, queue=queue, by=desk.user, at=timezone.now()))


@allow(WORK)
@require_POST
def weigh(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's severity, by its key; without one the reading counts again."""
    desk = Desk.of(request)
    case, key = find_case(desk, pk, WORK), request.POST.get("severity", "")
    chosen = int(key) if key in ("1", "2", "3", "4") else None
    if key and chosen is None:
        return HttpResponseBadRequest("Choose one of the four severities.")
    return after(
        request,
        desk,
        case,
        lambda: weighing.set_severity(case, key=chosen, by=desk.user, at=timezone.now()),
    )


@allow(WORK)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "")
    return after(
        request,
        desk,
        case,
        lambda: cases.close(case, outcome=outcome, note=note, by=desk.user, at=timezone.now()),
    )


@allow(WORK)
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    return after(request, desk, case, lambda: cases.reopen(case, by=desk.user, at=timezone.now()))


@allow(Permission.REVEAL_IDENTITIES)
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the post tells of who somebody is, or hide it again."""
    desk = Desk.of(request)
    case = find_case(desk, pk, Permission.REVEAL_IDENTITIES)
    return after(request, desk, case, lambda: reveals.asked(request, case.mention, timezone.now()))


@allow(WORK)
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case, text = find_case(desk, pk, WORK), request.POST.get("text", "")
    return after(request, desk, case, lambda: _save(request, desk, case), typed=text)


@allow(WORK)
@require_POST
def autosave(request: HttpRequest, pk: int) -> HttpResponse:
    """The same, while typing: answers only the line that says so."""
    desk = Desk.of(request)
    case = find_case(desk, pk, WORK)
    try:
        _save(request, desk, case)
        _note_writing(request, desk, case)
    except Refused as refusal:
        return render(request, "cases/_saved.html", {"refused": str(refusal)}, status=409)
    return render(request, "cases/_saved.html", {"saved_at": timezone.now()})


@allow(WORK)
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    case, text = find_case(desk, pk, WORK), request.POST.get("text", "")

    def verb() -> None:
        # Saved first and apart: what is refused as a reply is still kept as a draft.
        reply = _save(request, desk, case)
        asks = request.POST.get("override") == "ask"
        replies.submit(reply, by=desk.user, at=timezone.now(), asks_override=asks, seen=_seen(request))

    return after(request, desk, case, verb, typed=text)


@allow(APPROVE)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    reply = find_reply(desk, pk, APPROVE)
    seen, ticked = request.POST.get("text_seen", ""), request.POST.getlist("ticked")[:50]
    return after(
        request,
        desk,
        reply.case,
        lambda: replies.approve(
            reply, by=desk.user, text_seen=seen, at=timezone.now(), ticked=ticked, seen=_seen(request)
        ),
    )


@allow(APPROVE)
@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    reply = find_reply(desk, pk, APPROVE)
    reason = request.POST.get("reason", "")
    return after(
        request,
        desk,
        reply.case,
        lambda: replies.send_back(reply, by=desk.user, reason=reason, at=timezone.now()),
    )


@allow(WORK)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    reply = find_reply(desk, pk, WORK)
    return after(request, desk, reply.case, lambda: replies.cancel(reply, by=desk.user, at=timezone.now()))


@allow(WORK)
@require_POST
def posted(request: HttpRequest, pk: int) -> HttpResponse:
    """A person has put the approved text on the network themselves."""
    desk = Desk.of(request)
    reply, seen = find_reply(desk, pk, WORK), _seen(request)
    return after(
        request, desk, reply.case, lambda: byhand.posted(reply, by=desk.user, seen=seen, at=timezone.now())
    )


@allow(WORK)
@require_POST
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """A person has looked whether an unknown reply is public."""
    desk = Desk.of(request)
    reply = find_reply(desk, pk, WORK)
    said = {"public": outbox.say_it_is_public, "absent": outbox.say_it_is_not_there}
    verb = said.get(request.POST.get("found", ""))
    if verb is None:
        return HttpResponseBadRequest("Say whether the reply is public or not.")
    return after(request, desk, reply.case, lambda: verb(reply, by=desk.user, at=timezone.now()))


def _note_writing(request: HttpRequest, desk: Desk, case: Case) -> None:
    if request.POST.get("text", "").strip():
        presence.write(case, by=desk.user, at=timezone.now())
    else:
        presence.stop_writing(case, by=desk.user)


def _seen(request: HttpRequest) -> Seen:
    """What was on the page: how many answers of ours, and which colleagues the person goes past."""
    asked = request.POST
    past = [one for one in asked.get("past", "").split()[:50] if one.isdecimal() and len(one) < 19]
    public = asked.get("public_seen", "")
    is_number = public.isdecimal() and len(public) < 7
    return Seen(int(public) if is_number else 0, frozenset(int(one) for one in past))


def _save(request: HttpRequest, desk: Desk, case: Case) -> Reply:
    return replies.save_draft(
        case,
        text=request.POST.get("text", ""),
        post_seen=request.POST.get("post_seen", "")[:64],
        by=desk.user,
        at=timezone.now(),
    )
