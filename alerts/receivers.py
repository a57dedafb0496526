"""News from below: mentions were stored or changed, services reported. And our own: a case took a step."""

from collections.abc import Sequence
from typing import Any

from celery import current_task
from django.dispatch import receiver
from django.utils import timezone

from alerts import readback, showing, tasks, triage
from alerts.signals import cases_changed
from hospital.signals import service_changed
from listening.signals import answers_seen, mentions_stored
from listening.sources.contract import Written

A_PERSONS_STEP = 20
"""So many mentions or cases may come at once. Where more do, a backlog is stored or routed; none is urgent.

A worker that stores a backlog decides on it before it goes on: the line is full of polls by then, and the
walls would hear of every post twice, first without its case.
"""


@receiver(mentions_stored, dispatch_uid="alerts.route_new_mentions")
def route_new_mentions(ids: Sequence[int], urgent_ids: Sequence[int] = (), **_: Any) -> None:
    if urgent_ids:
        tasks.ring(tasks.route_urgent, queue=tasks.URGENT)
    if _works_off_a_backlog(ids):
        triage.route_all(set(ids).difference(urgent_ids), timezone.now())
    else:
        tasks.ring(tasks.route_due, queue=tasks.BULK)
    tasks.ring(tasks.note_edits, list(ids), queue=tasks.BULK)


@receiver(answers_seen, dispatch_uid="alerts.note_native_replies")
def note_native_replies(source_id: int, answers: Sequence[Written], **_: Any) -> None:
    readback.note_met(source_id, answers, at=timezone.now())


@receiver(service_changed, dispatch_uid="alerts.join_operations")
def join_operations(**_: Any) -> None:
    tasks.ring(tasks.join_operations, queue=tasks.URGENT)


@receiver(cases_changed, dispatch_uid="alerts.show_cases")
def show_cases(ids: Sequence[int], is_on_card: bool = True, **_: Any) -> None:
    if not is_on_card:
        return
    if _works_off_a_backlog(ids):
        showing.renew(ids)
        return
    # Not here: whoever claims would wait for the lock of the wall's order, and with it for whoever stores.
    queue = tasks.URGENT if len(ids) <= A_PERSONS_STEP else tasks.BULK
    tasks.ring(tasks.show_cases, list(ids), queue=queue)


def _works_off_a_backlog(ids: Sequence[int]) -> bool:
    return bool(current_task) and len(ids) > A_PERSONS_STEP
