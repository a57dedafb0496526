"""The case or reply that an address names, for whoever may do this with it; any other does not exist."""

from django.http import Http404

from alerts.models import Case, Reply
from alerts.models.case import CaseQuerySet
from dashboard.cases.desk import Desk
from hospital.access import Permission

HIGHEST_ID = 2**63 - 1
STAFF_VOICE_DOORS = (Permission.SEE_CASES, Permission.HANDLE_STAFF_VOICE)


def find_case(desk: Desk, pk: int, permission: Permission) -> Case:
    """A case the person may see, and may do this with; any other does not exist for them."""
    case = _one(desk.reachable, pk)
    if case is not None and desk.reach.covers(permission, case.facility_id):
        return case
    # One restricted is seen and answered by those who handle it, and nothing else can be done with it.
    case = _one(desk.restricted, pk) if case is None else None
    if case is None or not (permission in STAFF_VOICE_DOORS or case.state == Case.State.CHECK):
        raise Http404("There is no such case.")
    return case


def _one(cases: CaseQuerySet, pk: int) -> Case | None:
    related = cases.select_related(
        "mention__source",
        "mention__author",
        "mention__facility",
        "facility",
        "owner",
        "team",
        "queue__policy",
        "severity_set_by",
    )
    return related.prefetch_related("mention__matches").filter(pk=min(pk, HIGHEST_ID)).first()


def find_reply(desk: Desk, pk: int, permission: Permission) -> Reply:
    reply = Reply.objects.filter(pk=min(pk, HIGHEST_ID)).first()
    if reply is None:
        raise Http404("There is no such reply.")
    reply.case = find_case(desk, reply.case_id, permission)
    return reply
