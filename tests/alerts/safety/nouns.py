"""One of each noun that has an address of its own, for the test of who may reach what."""

from datetime import timedelta

from django.contrib.auth.models import User

from alerts.models import Case, Duty, Knower, Question, SafetyText
from hospital.models import Facility
from tests.base import NOW


def nouns(case: Case, writer: User, place: Facility | None) -> dict[str, int]:
    desk = {"facility": place}
    hours = {"starts_at": NOW, "ends_at": NOW + timedelta(days=1)}
    asked = {"asked_by": writer, "asked_at": NOW}
    return {
        "question": Question.objects.create(case=case, name="The desk", text="Who?", **asked).pk,
        "knower": Knower.objects.create(
            topic="parking", desk="The desk", owner=writer, review_by=NOW.date(), **desk
        ).pk,
        "safety": SafetyText.objects.create(kind="emergency", language="en", **desk).pk,
        "duty": Duty.objects.create(role="desk", name="The desk", phone="555-0170", **hours, **desk).pk,
    }
