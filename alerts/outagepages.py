"""Reaching the service desk when people say that something is down; the duty desk where it has nobody.

As with the pages of cases, somebody says "I have it", or within five minutes the next on the list is paged.
`paging.sweep` sends what is written here.
"""

from collections import Counter
from datetime import datetime

from django.db import transaction

from alerts import paging
from alerts.models import Duty, Notification, OutageAlarm

State = Notification.State


@transaction.atomic
def page(alarm: OutageAlarm, *, at: datetime) -> Notification:
    role, duty = _chosen(alarm, at)
    return paging.to_send(Notification(alarm=alarm, role=role, created_at=at), duty)


def pass_on_late(now: datetime) -> int:
    """The next on the list, for each alarm whose page was not answered in time."""
    late = Notification.objects.standing().filter(created_at__lte=now - paging.ANSWERED_WITHIN)
    alarms = OutageAlarm.objects.standing().filter(pk__in=late.filter(alarm__isnull=False).values("alarm"))
    return sum(_pass_on(alarm.pk, now) for alarm in alarms.order_by("pk")[:50])


@transaction.atomic
def _pass_on(alarm_id: int, now: datetime) -> bool:
    alarm = OutageAlarm.objects.select_for_update(of=("self",)).select_related("service").get(pk=alarm_id)
    late = alarm.notifications.standing().filter(created_at__lte=now - paging.ANSWERED_WITHIN).first()
    if late is None or alarm.ended_at is not None or alarm.acknowledged_at is not None:
        return False
    if late.state == State.NOBODY and _chosen(alarm, now)[1] is None:
        return False
    Notification.objects.filter(pk=late.pk).update(passed_on_at=now)
    page(alarm, at=now)
    return True


def _chosen(alarm: OutageAlarm, at: datetime) -> tuple[str, Duty | None]:
    role, on = paging.having(Duty.Role.SERVICE, alarm.service.facility_id, at)
    paged = alarm.notifications.pages().filter(duty_id__isnull=False).order_by("id")
    ids = list(paged.values_list("duty_id", flat=True))
    return role, paging.next_on(on, Counter(ids), ids[-1] if ids else None)
