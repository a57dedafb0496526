"""Doors for the workers. Each carries ids only, may run twice, and looks at the database before it acts."""

from celery import shared_task
from django.utils import timezone

from listening import (
    exclusions,
    ingest,
    joining,
    rechecking,
    rereading,
    rereading_leases,
    sampling,
    sweep,
    terms,
    uploads,
)
from listening.doorbell import ring


@shared_task(acks_late=True)
def poll(poll_id: int) -> None:
    if ingest.poll(poll_id):
        # A source that has more is asked again at once, behind whatever waits already.
        poll_due()


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
def recheck(source_id: int) -> None:
    rechecking.recheck(source_id, clock=timezone.now)


@shared_task
def sweep_rechecks() -> None:
    for source_id in rechecking.due(timezone.now()):
        ring(recheck, source_id)


@shared_task
def erase_old() -> None:
    terms.erase_old(timezone.now())


@shared_task
def draw_sample() -> None:
    sampling.draw_due(timezone.now())


@shared_task
def reread(rereading_id: int) -> None:
    if rereading.work(rereading_id, clock=timezone.now):
        ring(reread, rereading_id)


@shared_task
def sweep_rereadings() -> None:
    for rereading_id in rereading_leases.forgotten(timezone.now()):
        ring(reread, rereading_id)


@shared_task
def carry_out_exclusion(exclusion_id: int) -> None:
    if exclusions.carry_out(exclusion_id, timezone.now()):
        ring(carry_out_exclusion, exclusion_id)


@shared_task
def sweep_exclusions() -> None:
    for exclusion_id in exclusions.sweep(timezone.now()):
        ring(carry_out_exclusion, exclusion_id)


@shared_task(acks_late=True)
def store_upload(upload_id: int) -> None:
    if uploads.work(upload_id, clock=timezone.now):
        ring(store_upload, upload_id)


@shared_task
def sweep_uploads() -> None:
    for upload_id in uploads.sweep(timezone.now()):
        ring(store_upload, upload_id)
