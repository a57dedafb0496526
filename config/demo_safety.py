"""The demo's safety texts with their approvals, who is on duty, and a directory. All of it is invented."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from alerts import contacts, duties, knowers, safetylines, safetytexts
from alerts.models import Duty, Knower, ListedContact, SafetyLines, SafetyTextVersion

TRANSFER_LINE = "555-0188"
ON_DUTY = (
    (Duty.Role.DESK, "pete", "", ""),
    (Duty.Role.DESK, "carla", "", ""),
    (Duty.Role.RESPONDER, "carla", "", "555-0171"),
    (Duty.Role.NURSE, "", "Nursing supervisor", "555-0172"),
    (Duty.Role.SECURITY, "", "Security office", "555-0173"),
    (Duty.Role.SERVICE, "", "Service desk", "555-0176"),
)
KNOWN = (
    ("billing appeals", "carla", ""),
    ("parking", "", "Facilities desk"),
    ("records", "", "Records office"),
)


@transaction.atomic
def ensure(*, now: datetime) -> None:
    """Each once: what somebody takes away stays away."""
    if (
        not ListedContact.objects.filter(value=TRANSFER_LINE).exists()
        and not SafetyTextVersion.objects.exists()
    ):
        contacts.add(TRANSFER_LINE, "Transfer line", by=_person("ada"), at=now)
    if not SafetyTextVersion.objects.exists():
        safetytexts.ensure_starters(at=now)
        for version in SafetyTextVersion.objects.all():
            seen = version.body_hash
            safetytexts.approve(version, hash_seen=seen, ticked=(), by=_person("priya"), at=now)
    if not SafetyLines.objects.exists():
        lines = {"emergency": "911", "crisis": "988", "police": "555-0174", "support": "555-0175"}
        safetylines.save(facility=None, **lines, by=_person("ada"), at=now)
    if not Duty.objects.exists():
        _put_on_duty(now)
    if not Knower.objects.exists():
        _fill_directory(now)


def _put_on_duty(now: datetime) -> None:
    for position, (role, username, name, phone) in enumerate(ON_DUTY):
        duties.add(
            role=role,
            facility=None,
            person=_person(username) if username else None,
            name=name,
            phone=phone,
            email=f"{username or role}@northfield.example",
            starts_at=now,
            ends_at=now + duties.LONGEST,
            days=1,
            position=position,
            by=_person("ada"),
            at=now,
        )


def _fill_directory(now: datetime) -> None:
    for topic, username, desk in KNOWN:
        knowers.save(
            None,
            topic=topic,
            facility=None,
            person=_person(username) if username else None,
            desk=desk,
            email="" if username else f"{topic}@northfield.example",
            owner=_person("pete"),
            review_by=timezone.localdate(now) + timedelta(days=90),
            by=_person("pete"),
            at=now,
        )


def _person(username: str) -> User:
    return User.objects.get(username=username)
