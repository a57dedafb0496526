"""Doors for the workers. Each does what is owed in the database, whoever rang and however often."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from alerts import outbox, presence, staffvoice, triage, unknowns

logger = logging.getLogger(__name__)

URGENT, BULK = "urgent", "bulk"

FORGET_AFTER_SECONDS = 60
"""A bell that nobody answered in this time is worth nothing: the sweep has rung again since."""


@shared_task(ignore_result=True)
def route(mention_id: int) -> None:
    triage.route(mention_id, timezone.now())


@shared_task(ignore_result=True)
def route_due() -> None:
    triage.route_due(timezone.now())


@shared_task(ignore_result=True)
def note_edits(mention_ids: list[int]) -> None:
    triage.note_edits(mention_ids, timezone.now())


@shared_task(ignore_result=True)
def publish(reply_id: int) -> None:
    outbox.publish(reply_id, timezone.now())


@shared_task(ignore_result=True)
def sweep_replies() -> None:
    for reply_id in outbox.sweep(timezone.now()):
        ring(publish, reply_id, queue=URGENT)


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
def sweep_staff_voices() -> None:
    staffvoice.sweep(timezone.now())


def ring(task: Any, *args: Any, queue: str) -> None:
    """Send a task. With the broker away the rows stay, and the sweep rings again."""
    try:
        task.apply_async(args=args, queue=queue, expires=FORGET_AFTER_SECONDS, retry=False)
    except OperationalError:
        logger.warning("the broker is away: %s waits for the sweep", task.name)
