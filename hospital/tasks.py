"""Doors for the workers. Each may run twice, and looks at the database before it acts."""

import logging
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from hospital.feeds import drop, rounds, taking

logger = logging.getLogger(__name__)

FORGET_AFTER_SECONDS = 30


@shared_task
def ask_feed(feed_id: int) -> None:
    rounds.ask(feed_id, timezone.now)


@shared_task
def ask_due_feeds() -> None:
    for feed_id in rounds.open_due(timezone.now()):
        try:
            ask_feed.apply_async(args=(feed_id,), queue="bulk", expires=FORGET_AFTER_SECONDS, retry=False)
        except OperationalError:
            logger.warning("the broker is away: feed %s waits for its next turn", feed_id)


@shared_task
def sweep_drop() -> None:
    if settings.MURMUR_OPERATIONS_DROP:
        drop.sweep(Path(settings.MURMUR_OPERATIONS_DROP), timezone.now())


@shared_task
def forget_statuses() -> None:
    if forgotten := taking.forget(timezone.now()):
        logger.info("%s old reports of services were dropped", forgotten)
