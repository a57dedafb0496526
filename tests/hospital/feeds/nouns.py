"""Services and feeds as the tests of feeds and of access make them."""

from typing import Any

from hospital.feeds import taking
from hospital.models import Facility, Feed, Service

SECRET = "a-secret-of-a-feed"


def service(slug: str = "wait", **fields: Any) -> Service:
    values = {"kind": "ed_wait", "name": slug.capitalize(), "unit": "minutes", "limit": 120, **fields}
    return Service.objects.create(slug=slug, **values)


def feed(slug: str = "board", kind: str = "posted", **fields: Any) -> Feed:
    values = {"name": slug.capitalize(), "sealed_secret": taking.sealed(SECRET), **fields}
    return Feed.objects.create(slug=slug, kind=kind, **values)


def nouns(place: Facility | None) -> dict[str, int]:
    name = place.slug if place else "none"
    made = service(f"service-{name}", facility=place)
    # What serves the whole system is seen by everybody, and set up by whoever reaches all of it.
    tile = made.pk if place else 0
    return {"service": made.pk, "tile": tile, "feed": feed(f"feed-{name}", facility=place).pk}
