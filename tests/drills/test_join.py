"""A storm through the real sandbox, workers and broker: what people say meets how the hospital is running."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from alerts import defaults, statelines, tilelinks
from alerts.models import Case, OperationsLink, OutageAlarm
from alerts.refusals import Refused
from alerts.statelines import Draft
from hospital import reporting
from hospital.models import Facility, FacilityName, Service
from listening.models import Mention, Source
from tests.base import facility, pete, priya
from tests.drills.rig import Rig, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.drill, pytest.mark.timeout(600)]

LINKED_WITHIN = 60.0
LINE = "Waits at our North emergency department are longer than usual; the latest is {value}."


def north() -> Facility:
    place = facility("Northfield North Hospital", "north", short_name="North")
    for name in ("Northfield North Hospital", "Northfield North", "North ED", "NorthfieldER"):
        FacilityName.objects.create(facility=place, name=name)
    return place


def report(service: Service, words: str = "", **said: object) -> float:
    """As a feed would, now; when it was."""
    now = timezone.now()
    entry = {"service": service.slug, "at": now.isoformat(), "words": words, **said}
    outcome = reporting.receive("drill", [entry], now)
    assert not outcome.wrong, outcome.wrong
    return time.monotonic()


def start(rig: Rig) -> None:
    defaults.ensure()
    for begin in (rig.start_worker, rig.start_urgent, rig.start_beat):
        begin()


def test_a_tile_over_its_limit_is_tied_to_its_story_within_a_minute(rig: Rig, x: Source) -> None:
    place = north()
    wait = Service.objects.create(
        facility=place, kind="ed_wait", slug="north-wait", name="North ED wait", unit="minutes", limit=120
    )
    start(rig)
    report(wait, value=45)
    rig.ask_sandbox("storm", {"kind": "ed", "minutes": 1, "per_minute": 60})
    wait_until(lambda: Mention.objects.filter(facility=place).count() >= 10, within=120)
    assert not OperationsLink.objects.exists()
    report(wait, value=250)
    took = wait_until(lambda: OperationsLink.objects.filter(mentions__gt=3).exists(), within=LINKED_WITHIN)
    link = OperationsLink.objects.get()
    assert (link.said, link.service) == ("4 h 10", wait)
    counted = tilelinks.mentions_of(link, None).count()
    print(f"\ntied to {counted} mentions {took:.1f} s after its tile crossed the limit")


def test_the_alarm_of_people_comes_before_the_tile_turns_red(rig: Rig, x: Source) -> None:
    portal = Service.objects.create(kind="portal", slug="portal", name="Portal")
    start(rig)
    report(portal, "Up")
    rig.ask_sandbox("storm", {"kind": "portal", "minutes": 2, "per_minute": 30})
    took = wait_until(lambda: OutageAlarm.objects.standing().exists(), within=180)
    alarm = OutageAlarm.objects.get()
    assert (alarm.state, alarm.said) == ("fine", "Up")
    report(portal, "Down", trouble=True)
    wait_until(lambda: OutageAlarm.objects.filter(ended_as="red").exists(), within=LINKED_WITHIN)
    assert portal.statuses.filter(is_trouble=True, at__gt=alarm.raised_at).exists()
    wait_until(lambda: OperationsLink.objects.filter(mentions__gt=3).exists(), within=LINKED_WITHIN)
    print(f"\n{alarm.voices} people raised it {took:.1f} s after the first could write")


def test_a_stale_tile_cannot_be_told_as_a_fact(rig: Rig, x: Source) -> None:
    place = north()
    wait = Service.objects.create(
        **{"facility": place, "kind": "ed_wait", "slug": "north-wait", "name": "North ED wait"},
        **{"unit": "minutes", "limit": 120, "stale_after": timedelta(seconds=20)},
    )
    draft = Draft("ed_wait", "trouble", LINE)
    start(rig)
    rig.ask_sandbox("storm", {"kind": "ed", "minutes": 1, "per_minute": 40})
    wait_until(lambda: Case.objects.filter(facility=place).exists(), within=120)
    statelines.save(None, draft, by=priya(), at=timezone.now())
    report(wait, value=250)
    case = Case.objects.filter(facility=place)[0]
    assert "4 h 10" in statelines.insert(case, wait, by=pete(), at=timezone.now())
    time.sleep(21)
    with pytest.raises(Refused, match="too old to be told"):
        statelines.insert(case, wait, by=pete(), at=timezone.now())
