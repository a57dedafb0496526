"""The doors that put words into a draft: a saved reply, an approved fact, what operations say, a plain word.

What was typed comes with the press of the button and is kept. None of them sends anything for approval.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from alerts import facts, replies, savedreplies, statelines
from alerts.craft import jargon
from alerts.models import ApprovedFact, Case, SavedReply
from alerts.ways import way_for
from dashboard.cases.craft import Craft
from dashboard.cases.desk import Desk
from dashboard.cases.finding import HIGHEST_ID, find_case
from dashboard.cases.moves import after
from hospital.access import Permission, allow
from hospital.models import Service

WORK = Permission.WORK_CASES


@allow(WORK)
@require_POST
def insert(request: HttpRequest, pk: int) -> HttpResponse:
    """A saved reply, an approved fact or what operations say now, behind what was typed."""
    desk = Desk.of(request)
    case, typed = find_case(desk, pk, WORK), _typed(request)
    chosen = _chosen(request, case)

    def verb() -> None:
        if isinstance(chosen, SavedReply):
            _save(request, desk, case, _joined(typed, savedreplies.ready(chosen), "\n\n"))
        elif isinstance(chosen, Service):
            line = statelines.insert(case, chosen, by=desk.user, at=timezone.now())
            _save(request, desk, case, _joined(typed, line, " "))
        else:
            _save(request, desk, case, _joined(typed, facts.ready(chosen, timezone.now()), " "))

    return after(request, desk, case, verb, typed=typed)


@allow(WORK)
@require_POST
def swap(request: HttpRequest, pk: int) -> HttpResponse:
    """One word of the trade, or all of them, for plain ones."""
    desk = Desk.of(request)
    case, typed, term = find_case(desk, pk, WORK), _typed(request), request.POST.get("term", "")
    craft = Craft(case, typed, way_for(case.mention), desk)
    found = jargon.found(typed, craft.language, names=craft.names)
    wanted = [each for each in found if term in ("", each.term)]
    return after(
        request, desk, case, lambda: _save(request, desk, case, jargon.swapped(typed, wanted)), typed=typed
    )


def _chosen(request: HttpRequest, case: Case) -> SavedReply | ApprovedFact | Service:
    saved, fact, state = (request.POST.get(name, "") for name in ("saved", "fact", "state"))
    here = frozenset() if case.facility_id is None else frozenset({case.facility_id})
    found: SavedReply | ApprovedFact | Service | None = None
    if saved.isdecimal() and len(saved) < 19:
        found = SavedReply.objects.filter(pk=int(saved)).first()
    elif fact.isdecimal() and len(fact) < 19:
        found = ApprovedFact.objects.within(here).filter(pk=min(int(fact), HIGHEST_ID)).first()
    elif state.isdecimal() and len(state) < 19:
        spoken_of = Service.objects.within(here).filter(is_active=True)
        found = spoken_of.filter(pk=min(int(state), HIGHEST_ID)).first()
    if found is None:
        raise Http404("There is nothing to insert.")
    return found


def _joined(typed: str, words: str, gap: str) -> str:
    before = typed.rstrip()
    return f"{before}{gap}{words}" if before else words


def _typed(request: HttpRequest) -> str:
    return request.POST.get("text", "")


def _save(request: HttpRequest, desk: Desk, case: Case, text: str) -> None:
    replies.save_draft(
        case,
        text=text,
        post_seen=request.POST.get("post_seen", "")[:64],
        by=desk.user,
        at=timezone.now(),
    )
