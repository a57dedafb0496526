"""News from below: mentions were stored or changed."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from alerts import tasks
from listening.signals import mentions_stored


@receiver(mentions_stored, dispatch_uid="alerts.route_new_mentions")
def route_new_mentions(ids: Sequence[int], urgent_ids: Sequence[int] = (), **_: Any) -> None:
    for mention_id in urgent_ids:
        tasks.ring(tasks.route, mention_id, queue=tasks.URGENT)
    tasks.ring(tasks.route_due, queue=tasks.BULK)
    tasks.ring(tasks.note_edits, list(ids), queue=tasks.BULK)
