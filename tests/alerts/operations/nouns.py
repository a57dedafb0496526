"""Services, their reports, and people who write about them, at moments before NOW."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import User

from alerts.models import Duty
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
