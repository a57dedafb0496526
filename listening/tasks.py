"""Doors for the workers. Each carries ids only, may run twice, and looks at the database before it acts."""

from celery import shared_task
from django.utils import timezone

from listening import ingest, joining, sampling, sweep
from listening.doorbell import ring


@shared_task(acks_late=True)
def poll(poll_id: int) -> None:
    ingest.poll(poll_id)


@shared_task
def poll_due() -> None:
    for poll_id in sweep.open_due(timezone.now()):
        ring(poll, poll_id)


@shared_task
def sweep_polls() -> None:
    for poll_id in sweep.forgotten(timezone.now()):
        ring(poll, poll_id)


@shared_task
def forget_likenesses() -> None:
    joining.forget(timezone.now())


@shared_task
def draw_sample() -> None:
    sampling.draw_due(timezone.now())
