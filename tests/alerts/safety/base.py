"""Somebody in danger, the people on duty and the approved texts. All of it is invented."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User

from alerts import safetytexts, triage
from alerts.models import Case, Duty, SafetyText, SafetyTextVersion
from tests.base import NOW, mention

SECRET = "zebrafish"
BODY = "If you or someone near you may be in danger, call 911 now. Please do not wait for an answer here."
CRISIS = "You matter. Call or text 988 now, at any hour. If there is danger right now, call 911."


def urgent(lane: str = "emergency", text: str = "", **fields: Any) -> Case:
    said = text or f"my dad can't breathe, nobody picks up, {SECRET}"
    level = "P1" if lane == "in_building" else "P0"
    case = triage.route(mention(said, lane=lane, level=level, severity=95, **fields).pk, NOW)
    assert case is not None
    return case


def duty(person: User | None = None, role: str = Duty.Role.DESK, **fields: Any) -> Duty:
    values: dict[str, Any] = {
        "email": f"{person.username}@northfield.example" if person else "desk@northfield.example",
        "name": "" if person else "The desk",
        "starts_at": NOW - timedelta(hours=1),
        "ends_at": NOW + timedelta(hours=8),
        **fields,
    }
    return Duty.objects.create(role=role, person=person, **values)


def approved_text(
    approver: User, *, kind: str = "emergency", body: str = BODY, language: str = "en", **fields: Any
) -> SafetyTextVersion:
    text = SafetyText.objects.create(kind=kind, language=language, **fields)
    version = safetytexts.save(text, body=body, based_on=0, by=None, at=NOW)
    safetytexts.approve(version, hash_seen=version.body_hash, ticked=(), by=approver, at=NOW)
    version.refresh_from_db()
    return version
