"""A storm of the sandbox through its feed, the real workers and broker: what people say meets operations."""

import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from alerts import statelines, tilelinks
from alerts.models import Case, OperationsLink, OutageAlarm
from alerts.refusals import Refused
from config import demo
from hospital.models import Feed, Service, ServiceStatus
from listening.models import Mention, Source
from tests.drills.rig import Rig, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.drill, pytest.mark.timeout(900)]

LINKED_WITHIN = 60.0
STORM_MINUTES = 4
"""Its wait is over the limit, and its portal says "Down", some minutes after the first posts."""


def start(rig: Rig, kind: str) -> None:
    """The demo's services and feeds, one source, and a storm."""
    demo.ensure(sandbox_url=rig.sandbox_url, password="a long one for a drill", now=timezone.now())
    Source.objects.exclude(slug="x").update(is_active=False)
    Source.objects.filter(slug="x").update(poll_every=timedelta(seconds=2))
    Feed.objects.update(every=timedelta(seconds=5))
    for begin in (rig.start_worker, rig.start_urgent, rig.start_beat):
        begin()
    wait_until(lambda: ServiceStatus.objects.count() > 10, within=120)
    rig.ask_sandbox("storm", {"kind": kind, "minutes": STORM_MINUTES, "per_minute": 30})


def first_trouble(slug: str, *, above: float | None = None) -> ServiceStatus | None:
    reports = ServiceStatus.objects.filter(service__slug=slug).order_by("received_at")
    wanted = reports.filter(value__gt=above) if above else reports.filter(is_trouble=True)
    return wanted.first()


def test_a_tile_over_its_limit_is_tied_to_its_story_and_told_only_while_fresh(rig: Rig) -> None:
    start(rig, "ed")
    wait_until(lambda: OperationsLink.objects.filter(mentions__gt=3).exists(), within=400)
    link = OperationsLink.objects.get(service__slug="north-ed-wait")
    crossed = first_trouble("north-ed-wait", above=120)
    assert crossed is not None
    took = (link.made_at - crossed.received_at).total_seconds()
    assert took <= LINKED_WITHIN
    assert Mention.objects.filter(published_at__lt=crossed.at, pk__in=_explained(link)).exists()
    print(f"\n{link.said}: tied to {link.mentions} mentions, {took:.1f} s after the report of the crossing")
    check_the_line(link)


def _explained(link: OperationsLink) -> list[int]:
    return list(tilelinks.mentions_of(link, None).values_list("pk", flat=True))


def check_the_line(link: OperationsLink) -> None:
    """It goes into a reply while operations speak, and not once they fell silent."""
    wait_until(lambda: Case.objects.filter(mention__in=_explained(link)).exists(), within=60)
    case, pete = Case.objects.filter(mention__in=_explained(link))[0], User.objects.get(username="pete")
    assert "as of" in statelines.insert(case, link.service, by=pete, at=timezone.now())
    Feed.objects.update(is_active=False)
    Service.objects.update(stale_after=timedelta(seconds=20))
    time.sleep(40)
    service = Service.objects.get(pk=link.service_id)
    with pytest.raises(Refused, match="too old to be told"):
        statelines.insert(case, service, by=pete, at=timezone.now())


def test_the_alarm_of_people_comes_before_the_tile_turns_red(rig: Rig) -> None:
    start(rig, "portal")
    wait_until(lambda: OutageAlarm.objects.exists(), within=400)
    alarm = OutageAlarm.objects.get()
    assert (alarm.service.slug, alarm.state, alarm.said) == ("portal", "fine", "Up")
    assert first_trouble("portal") is None
    wait_until(lambda: OutageAlarm.objects.filter(ended_as="red").exists(), within=400)
    red = first_trouble("portal")
    assert red is not None
    ahead = (red.received_at - alarm.raised_at).total_seconds()
    assert ahead > 0
    wait_until(lambda: OperationsLink.objects.filter(mentions__gt=3).exists(), within=LINKED_WITHIN)
    print(f"\n{alarm.voices} people raised it {ahead:.0f} s before operations said so")
