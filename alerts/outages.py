"""The early sensor: several people say that a service is down, and operations do not.

1. Posts that say so are signs (`signs`); only people in words of their own count (`voices`).
2. Enough of them within ten minutes, beside a tile that is green, stale or silent, raise an alarm once.
3. It pages the service desk, stands on every wall, and is answered by a person.
4. It ends by itself when the tile turns red or nobody says it any more; then it is quiet for an hour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Left

from alerts import outagepages, tilelinks, voices
from alerts.models import OperationsLink, OutageAlarm, OutageSensor
from alerts.refusals import Refused
from alerts.voices import Voice
from hospital import audit
from hospital.models import Service
from hospital.operations import State, Tile
from listening import threads
from listening.models import Mention
from listening.models.mention import MentionQuerySet

WITHIN = timedelta(minutes=10)
LOOKED_BACK = timedelta(minutes=30)
"""Posts reach us late: ten minutes that lie a little back raise it too."""
STOPPED_AFTER = timedelta(minutes=20)
QUIET_FOR = timedelta(hours=1)
RECOVERING = timedelta(minutes=30)
"""After a tile was red people go on to speak of it."""
MOST = 300
LOOKED_AT = 600

Ending = OutageAlarm.Ending
FEW, MANY = 3, 50
ANSWERED = "Somebody has answered this alarm already."
OVER = "This alarm is over. Nothing is to be answered."


@dataclass(frozen=True)
class Past:
    """What is known of earlier trouble of one service."""

    alarm_ended_at: datetime | None = None
    link_ended_at: datetime | None = None
    is_linked: bool = False

    def is_quiet(self, now: datetime) -> bool:
        """Whether a new alarm would only repeat what is known."""
        lately = (
            self.alarm_ended_at is not None and now - self.alarm_ended_at < QUIET_FOR,
            self.link_ended_at is not None and now - self.link_ended_at < RECOVERING,
        )
        return self.is_linked or any(lately)


def raising(tile: Tile, heard: Sequence[Voice], needed: int, past: Past) -> list[Voice]:
    """The voices that raise the alarm of a tile; none where they do not. Pure."""
    if tile.state is State.TROUBLE or past.is_quiet(tile.now):
        return []
    loudest = voices.loudest(heard, WITHIN)
    return loudest if len(loudest) >= needed else []


def ending(tile: Tile, last_at: datetime) -> str:
    """Why a standing alarm is over; nothing where it is not. Pure."""
    if tile.state is State.TROUBLE:
        return Ending.RED
    return Ending.STOPPED if tile.now - last_at > STOPPED_AFTER else ""


def sweep(tiles: Sequence[Tile], now: datetime) -> int:
    """Raise, renew and end alarms as posts and tiles are now; how many changed."""
    standing = {alarm.service_id: alarm for alarm in OutageAlarm.objects.standing()}
    needed, pasts = _needed(), _pasts(now)
    changed = 0
    for tile in tiles:
        pk = tile.service.pk
        if pk in standing:
            changed += _renew(standing.pop(pk), tile)
        elif needed.get(pk, OutageSensor.USUAL) and not pasts.get(pk, Past()).is_quiet(now):
            wanted = needed.get(pk, OutageSensor.USUAL)
            loud = raising(tile, heard(tile.service, now - LOOKED_BACK), wanted, pasts.get(pk, Past()))
            changed += bool(loud) and _raise(tile, loud)
    changed += sum(_end(alarm, Ending.AWAY, now) for alarm in standing.values())
    if changed:
        tilelinks.ring()
    return changed


def heard(service: Service, since: datetime) -> list[Voice]:
    """Whoever says that it is down, the newest of very many."""
    said = saying(service, since).annotate(excerpt=Left("text", LOOKED_AT)).order_by("-published_at", "-pk")
    rows = said.values_list("published_at", "author_id", "title", "excerpt")[:MOST]
    return [Voice(at, author, voices.plain(threads.words(title, text))) for at, author, title, text in rows]


def saying(service: Service, since: datetime, facility_ids: frozenset[int] | None = None) -> MentionQuerySet:
    """Mentions that say so, among them what nobody need answer: a post of thanks may say that it is down."""
    there = Mention.objects.within(facility_ids).there().exclude(lane="noise").published_since(since)
    return there.filter(tilelinks.of_service(service), operations_signs__is_out=True)


@transaction.atomic
def _raise(tile: Tile, loud: Sequence[Voice]) -> bool:
    alarm, is_new = OutageAlarm.objects.get_or_create(
        service=tile.service,
        ended_at=None,
        defaults={
            "raised_at": tile.now,
            "since": loud[0].at,
            "last_at": loud[-1].at,
            "voices": len(loud),
            "state": tile.state.value,
            "said": tile.said[:80] if tile.state is State.FINE else "",
        },
    )
    if is_new:
        outagepages.page(alarm, at=tile.now)
    return is_new


@transaction.atomic
def _renew(alarm: OutageAlarm, tile: Tile) -> bool:
    """Count anew, or end it; whether a screen must show it anew."""
    counted = voices.distinct(heard(tile.service, alarm.since))
    last_at = max([alarm.last_at, *(each.at for each in counted)])
    why = ending(tile, last_at)
    if why:
        return _end(alarm, why, tile.now)
    count = max(alarm.voices, len(counted))
    OutageAlarm.objects.standing().filter(pk=alarm.pk).update(voices=count, last_at=last_at)
    return count != alarm.voices


def _end(alarm: OutageAlarm, why: str, now: datetime) -> bool:
    return bool(OutageAlarm.objects.standing().filter(pk=alarm.pk).update(ended_at=now, ended_as=why))


@transaction.atomic
def acknowledge(alarm: OutageAlarm, *, by: User, at: datetime) -> None:
    """Say "I have it": no further person is paged. The alarm stands until it is over."""
    same = OutageAlarm.objects.standing().filter(pk=alarm.pk, acknowledged_at__isnull=True)
    if not same.update(acknowledged_at=at, acknowledged_by=by):
        is_over = not OutageAlarm.objects.standing().filter(pk=alarm.pk).exists()
        raise Refused(OVER if is_over else ANSWERED)
    alarm.notifications.standing().update(acknowledged_at=at, acknowledged_by=by)
    audit.record("outage.acknowledge", f"outage alarm {alarm.pk}", by=by, at=at, service=alarm.service.slug)
    tilelinks.ring()


@transaction.atomic
def set_sensor(service: Service, *, voices: int, is_on: bool, by: User, at: datetime) -> None:
    if not FEW <= voices <= MANY:
        raise Refused(f"Choose {FEW} to {MANY} people: fewer are chance, more come too late.")
    OutageSensor.objects.update_or_create(service=service, defaults={"voices": voices, "is_on": is_on})
    audit.record("outage.sensor", f"service {service.slug}", by=by, at=at, voices=voices, is_on=is_on)


def _needed() -> Mapping[int, int]:
    """By service, where it is not the usual number; nothing where its sensor is off."""
    return {each.service_id: each.voices if each.is_on else 0 for each in OutageSensor.objects.all()}


def _pasts(now: datetime) -> Mapping[int, Past]:
    alarms = OutageAlarm.objects.filter(ended_at__gt=now - QUIET_FOR).order_by("ended_at")
    ended = dict(alarms.values_list("service_id", "ended_at"))
    links = OperationsLink.objects.filter(ended_at__gt=now - RECOVERING).order_by("ended_at")
    settled = dict(links.values_list("service_id", "ended_at"))
    linked = set(OperationsLink.objects.standing().values_list("service_id", flat=True))
    return {
        pk: Past(ended.get(pk), settled.get(pk), is_linked=pk in linked) for pk in {*ended, *settled, *linked}
    }
