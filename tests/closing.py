"""What ends a case, as the test of access asks for it: who may use its addresses, and one of each noun."""

from alerts import private
from alerts.models import Case, Change, ChangeLink, PrivateAnswer, Thanks
from hospital.models import Facility
from listening import vault
from tests.base import NOW, person

PUBLIC = "anonymous mallory wes carla pete priya cora ada"
SEE_CASES = "carla pete priya cora ada"
WORK = "carla pete priya"
PRIVATE = "pete priya cora"
THANKS = "carla priya"

WHO_MAY = {
    "case-private": WORK,
    "private-revoke": WORK,
    "answer-read": PRIVATE,
    "intake-form": PUBLIC,
    "case-change": WORK,
    "change-list": SEE_CASES,
    "change-create": WORK,
    "change-edit": WORK,
    "change-make": WORK,
    "changelink-told": WORK,
    "helped-list": SEE_CASES,
    "case-thank": WORK,
    "thanks-list": SEE_CASES,
    "thanks-confirm": THANKS,
    "thanks-decline": THANKS,
    "thanks-card": SEE_CASES,
    "thanks-mail": THANKS,
}
TOLD = {"happened": "A long wait.", "reach": "me", "when": ""}


def nouns(case: Case, place: Facility | None) -> dict[str, int]:
    by = person("closer")
    link, _ = private.make(case, base="https://care.example", by=by, at=NOW)
    sealed = vault.seal(TOLD, purpose=private.PURPOSE)
    change = Change.objects.create(what="More chairs", facility=place, by=by, at=NOW)
    card = {"unit": "4 West", "words": "Thank you.", "proposed_by": by, "proposed_at": NOW}
    return {
        "private": link.pk,
        "answer": PrivateAnswer.objects.create(case=case, link=link, sealed=sealed, came_at=NOW).pk,
        "change": change.pk,
        "changelink": ChangeLink.objects.create(change=change, case=case, by=by, at=NOW).pk,
        "thanks": Thanks.objects.create(case=case, facility=place, **card).pk,
    }
