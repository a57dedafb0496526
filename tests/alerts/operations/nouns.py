"""Services, their reports, and people who write about them, at moments before NOW."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import User

from alerts.models import Duty, OperationsLink, OutageAlarm, StateLine
from hospital import operations
from hospital.models import Facility, Service, ServiceStatus
from hospital.operations import Tile
from listening.models import Author, Mention
from tests.base import NOW, facility, mention

people = count(1)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def north() -> Facility:
    return facility("Northfield North Hospital", "north", short_name="North")


def ed_wait(place: Facility | None = None, **fields: Any) -> Service:
    values = {"name": "North ED wait", "unit": "minutes", "limit": 120, **fields}
    return Service.objects.create(facility=place or north(), kind="ed_wait", slug="north-ed-wait", **values)


def portal(**fields: Any) -> Service:
    return Service.objects.create(kind="portal", slug="portal", name="Portal", **fields)


def say(service: Service, minutes_ago: float, value: float | None = None, **said: Any) -> ServiceStatus:
    at = ago(minutes_ago)
    return ServiceStatus.objects.create(
        service=service, at=at, received_at=at, value=value, feed="test", **said
    )


def tile(service: Service) -> Tile:
    return operations.tile_of(service, NOW)


def author() -> Author:
    number = next(people)
    return Author.objects.create(network="fake", external_id=f"author-{number}", handle=f"writer{number}")


def post(text: str, minutes_ago: float = 5, **fields: Any) -> Mention:
    """By somebody who wrote nothing else, unless an author is named."""
    fields.setdefault("author", author())
    return mention(text, published_at=ago(minutes_ago), **fields)


def outage_posts(number: int, minutes_ago: float = 5) -> list[Mention]:
    return [post(f"portal down for me too, number {each}", minutes_ago) for each in range(number)]


def on_duty(role: str, person: User, position: int = 0) -> Duty:
    hours = {"starts_at": ago(60), "ends_at": ago(-600)}
    email = f"{person.username}@northfield.example"
    return Duty.objects.create(role=role, person=person, email=email, position=position, **hours)


def nouns(writer: User, place: Facility | None) -> dict[str, int]:
    """One of each noun that has an address, for the test of who may reach what.

    What serves every facility is seen by all, so nobody's place is one that none of them has.
    """
    where = place or facility("Northfield Far Clinic", "far")
    service = Service.objects.create(
        facility=where, kind="portal", slug=f"portal-{where.slug}", name="Portal"
    )
    said = {"state": "trouble", "said": "Down", "said_at": NOW, "holds_until": NOW}
    link = OperationsLink.objects.create(service=service, began_at=NOW, made_at=NOW, **said)
    heard = {"raised_at": NOW, "since": NOW, "last_at": NOW, "voices": 6, "state": "fine", "said": "Up"}
    approved = {"approved_by": writer, "approved_at": NOW}
    return {
        "oplink": link.pk,
        "alarm": OutageAlarm.objects.create(service=service, **heard).pk,
        "sensor": service.pk,
        "line": StateLine.objects.create(
            kind="portal", state="trouble", facility=place, text="Down.", **approved
        ).pk,
    }
