"""Doors for the workers. Each does what is owed in the database, whoever rang and however often."""

import logging
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from alerts import (
    approvals,
    clocks,
    forgetting,
    idle,
    joining,
    outbox,
    paging,
    presence,
    private,
    showing,
    sourcealarms,
    staffvoice,
    thanks,
    triage,
    unknowns,
    waiting,
)

logger = logging.getLogger(__name__)

URGENT, BULK = "urgent", "bulk"

FORGET_AFTER_SECONDS = 60
"""A bell that nobody answered in this time is worth nothing: the sweep has rung again since."""


@shared_task(ignore_result=True)
def route_urgent() -> None:
    now = timezone.now()
    for notification_id in paging.page_for(triage.route_urgent(now), at=now):
        ring(deliver, notification_id, queue=URGENT)


@shared_task(ignore_result=True)
def route_due() -> None:
    triage.route_due(timezone.now())


@shared_task(ignore_result=True)
def note_edits(mention_ids: list[int]) -> None:
    triage.note_edits(mention_ids, timezone.now())
    waiting.hear(mention_ids, timezone.now())


@shared_task(ignore_result=True)
def publish(reply_id: int) -> None:
    outbox.publish(reply_id, timezone.now())


@shared_task(ignore_result=True)
def sweep_replies() -> None:
    for reply_id in outbox.sweep(timezone.now()):
        ring(publish, reply_id, queue=URGENT)


@shared_task(ignore_result=True)
def sweep_waits() -> None:
    """Whatever waited its time: authors, and replies that nobody approved."""
    waiting.sweep(timezone.now())
    approvals.sweep(timezone.now())


@shared_task(ignore_result=True)
def set_clocks() -> None:
    """One chunk, then to the end of the line: polls wait behind it."""
    if clocks.work(timezone.now()):
        ring(set_clocks, queue=BULK)


@shared_task(ignore_result=True)
def read_back(reply_id: int) -> None:
    unknowns.settle(reply_id, timezone.now())


@shared_task(ignore_result=True)
def read_back_due() -> None:
    for reply_id in unknowns.due(timezone.now()):
        ring(read_back, reply_id, queue=BULK)


@shared_task(ignore_result=True)
def sweep_presence() -> None:
    presence.sweep(timezone.now())


@shared_task(ignore_result=True)
def show_cases(case_ids: list[int]) -> None:
    showing.renew(case_ids)


@shared_task(ignore_result=True)
def sweep_shown() -> None:
    showing.sweep(timezone.now())


@shared_task(ignore_result=True)
def sweep_staff_voices() -> None:
    staffvoice.sweep(timezone.now())


@shared_task(ignore_result=True)
def sweep_pages() -> None:
    for notification_id in paging.sweep(timezone.now()):
        ring(deliver, notification_id, queue=URGENT)


@shared_task(ignore_result=True)
def deliver(notification_id: int) -> None:
    paging.deliver(notification_id, timezone.now())


@shared_task(ignore_result=True)
def sweep_sources() -> None:
    sourcealarms.sweep(timezone.now())


@shared_task(ignore_result=True)
def sweep_urgent_labels() -> None:
    forgetting.sweep(timezone.now())


@shared_task(ignore_result=True)
def sweep_private_answers() -> None:
    private.sweep(timezone.now())


@shared_task(ignore_result=True)
def mail_thanks() -> None:
    thanks.sweep(timezone.now())


@shared_task(ignore_result=True)
def join_operations() -> None:
    joining.look(timezone.now())


@shared_task(ignore_result=True)
def release_idle() -> None:
    after = settings.MURMUR_RELEASE_AFTER
    if after and (ids := idle.release(timezone.now(), after=after)):
        logger.info("%s cases lay untouched and went back to their queues: %s", len(ids), ids)


def ring(task: Any, *args: Any, queue: str) -> None:
    """Send a task. With the broker away the rows stay, and the sweep rings again."""
    try:
        task.apply_async(args=args, queue=queue, expires=FORGET_AFTER_SECONDS, retry=False)
    except OperationalError:
        logger.warning("the broker is away: %s waits for the sweep", task.name)
