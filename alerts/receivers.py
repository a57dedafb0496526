"""News from below: mentions were stored or changed."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from alerts import tasks
from listening.signals import mentions_stored


@receiver(mentions_stored, dispatch_uid="alerts.route_new_mentions")
def route_new_mentions(ids: Sequence[int], urgent_ids: Sequence[int] = (), **_: Any) -> None:
    tasks.ring_each(tasks.route, urgent_ids)
    tasks.ring(tasks.route_due)
    tasks.ring(tasks.note_edits, list(ids))
