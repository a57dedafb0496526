"""What comes before a screen's playlist: an emergency, or a service that is newly in trouble.

Each breaks in once on each screen, for a while. A service that swings around its limit does so once in a
quarter of an hour. On a public screen nothing does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from alerts.models import Case
from dashboard import band, cards
from dashboard.models import BreakIn, Screen
from dashboard.screen_class import ScreenClass
from dashboard.screens.playlist import Break
from hospital import operations
from hospital.operations import Tile
from listening.models import Mention
from listening.models.mention import MentionQuerySet

STANDS_FOR = timedelta(seconds=60)
NEW_WITHIN = timedelta(minutes=5)
"""What is older as a screen comes up, or back, is no news there: the band and the tile show it."""
POSTED_WITHIN = timedelta(hours=2)
"""An older post that is found only now pages people and stands in the band; it is no news to a room."""
QUIET_FOR = timedelta(minutes=15)
KEPT_FOR = timedelta(days=2)
"""Longer than an emergency stays in the band, so that none breaks in twice."""


@dataclass(frozen=True)
class Event:
    key: str  # what it is, once and for all
    subject: str  # what it is of


def of_mention(pk: int) -> Event:
    return Event(f"mention:{pk}", f"mention:{pk}")


def of_tile(tile: Tile) -> Event:
    subject = f"service:{tile.service.pk}"
    since = tile.trouble_since
    return Event(f"{subject}:{since.timestamp():.0f}" if since else subject, subject)


def due(events: Sequence[Event], known: Sequence[Break], now: datetime) -> list[Event]:
    """Those of them that break in now. Pure."""
    keys = {each.key for each in known}
    loud = {_subject(each.key) for each in known if each.at > now - QUIET_FOR}
    return [event for event in events if event.key not in keys and event.subject not in loud]


def _subject(key: str) -> str:
    return ":".join(key.split(":")[:2])


def emergencies(facility_ids: frozenset[int] | None, now: datetime) -> MentionQuerySet:
    """What the band shows, oldest first."""
    standing = Mention.objects.within(facility_ids).filter(level=Mention.Level.P0, is_gone=False)
    remembered = standing.filter(published_at__gte=now - band.REMEMBERED)
    return remembered.exclude(case__state=Case.State.CLOSED).order_by("published_at", "pk")


def events(screen: Screen, facility_ids: frozenset[int] | None, now: datetime) -> list[Event]:
    if screen.screen_class == ScreenClass.PUBLIC:
        return []
    came = Q(collected_at__gte=now - NEW_WITHIN) | Q(case__opened_at__gte=now - NEW_WITHIN)
    recent = emergencies(facility_ids, now).filter(published_at__gte=now - POSTED_WITHIN)
    urgent = recent.filter(came).values_list("pk", flat=True)
    troubled = [tile for tile in operations.tiles(facility_ids, now) if is_new(tile, now)]
    return [*map(of_mention, urgent), *map(of_tile, troubled)]


def is_new(tile: Tile, now: datetime) -> bool:
    since = tile.trouble_since
    return since is not None and since > now - NEW_WITHIN


def known(screen: Screen) -> list[Break]:
    return [each.as_break() for each in screen.breaks.all()]


def note(screen: Screen, facility_ids: frozenset[int] | None, now: datetime) -> list[Break]:
    """All that broke in on a screen, with what does so now."""
    before = known(screen)
    fresh = due(events(screen, facility_ids, now), before, now)
    return _keep(screen, fresh, now) if fresh else before


@transaction.atomic
def _keep(screen: Screen, fresh: Sequence[Event], now: datetime) -> list[Break]:
    locked = Screen.objects.select_for_update().get(pk=screen.pk)
    rows = [BreakIn(screen=screen, key=each.key, at=now, until_at=now + STANDS_FOR) for each in fresh]
    # Two browsers with the same address ask in the same moment.
    BreakIn.objects.bulk_create(rows, ignore_conflicts=True)
    # What lies before the moment that the playlist is counted from moves nothing any more.
    earlier = min(locked.counted_from, now - KEPT_FOR)
    locked.breaks.filter(until_at__lt=earlier).delete()
    return known(locked)


def told(key: str, facility_ids: frozenset[int] | None, now: datetime) -> tuple[Mention | None, Tile | None]:
    """The mention or the service that a key names, if it is still there and still so."""
    kind, _, rest = key.partition(":")
    number = int(rest.split(":")[0])
    if kind == "mention":
        return cards.for_cards(emergencies(facility_ids, now).filter(pk=number)).first(), None
    tiles = operations.tiles(facility_ids, now)
    return None, next((tile for tile in tiles if tile.service.pk == number), None)
