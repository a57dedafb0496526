"""The doors to private links and to what came by them, and what the desk shows of both."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from alerts import private
from alerts.models import Case, PrivateAnswer, PrivateLink
from alerts.refusals import Refused
from dashboard.cases.desk import Desk
from dashboard.cases.finding import HIGHEST_ID, find_case
from dashboard.cases.moves import after
from dashboard.cases.opened import Opened
from dashboard.cases.pages import triage
from dashboard.cases.privately import Seen
from hospital.access import Permission, allow

WORK, READ = Permission.WORK_CASES, Permission.READ_PRIVATE_ANSWERS


def base_of(request: HttpRequest) -> str:
    """The hospital's own address for authors: as it was set, else wherever the desk is reached."""
    return settings.MURMUR_PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


@allow(WORK)
@require_POST
@never_cache
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """A link into the draft that is being written; elsewhere it is shown this once."""
    desk = Desk.of(request)
    case, text = find_case(desk, pk, WORK), request.POST.get("text")
    if text is None:
        return _shown_once(request, desk, case)
    seen, base = request.POST.get("post_seen", "")[:64], base_of(request)

    def verb() -> object:
        return private.put_in_draft(
            case, text=text, post_seen=seen, base=base, by=desk.user, at=timezone.now()
        )

    return after(request, desk, case, verb, typed=text)


def _shown_once(request: HttpRequest, desk: Desk, case: Case) -> HttpResponse:
    try:
        _, url = private.make(case, base=base_of(request), by=desk.user, at=timezone.now())
    except Refused as refusal:
        return triage(request, desk, Opened(case, desk, refused=str(refusal)), status=409)
    return triage(request, desk, Opened(case, desk, seen=Seen(url=url)))


@allow(WORK)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    desk = Desk.of(request)
    link = PrivateLink.objects.filter(pk=min(pk, HIGHEST_ID)).first()
    if link is None:
        raise Http404("There is no such link.")
    case = find_case(desk, link.case_id, WORK)
    return after(request, desk, case, lambda: private.revoke(link, by=desk.user, at=timezone.now()))


@allow(READ)
@require_POST
@never_cache
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """What was told, this once: it is in no address, in no session, and gone with the next page."""
    desk = Desk.of(request)
    answer = PrivateAnswer.objects.filter(pk=min(pk, HIGHEST_ID)).first()
    if answer is None:
        raise Http404("There is no such answer.")
    case = find_case(desk, answer.case_id, READ)
    try:
        told = private.read(answer, by=desk.user, at=timezone.now())
    except Refused as refusal:
        return triage(request, desk, Opened(case, desk, refused=str(refusal)), status=409)
    return triage(request, desk, Opened(case, desk, seen=Seen(answer_id=answer.pk, told=told)))
