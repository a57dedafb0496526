"""One place that writes a step of a case, so that no step is without its event and its bell."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from alerts.models import Case, CaseEvent
from alerts.signals import cases_changed


def tell(case_id: int, kind: str, *, by: AbstractBaseUser | None, at: datetime, **detail: Any) -> CaseEvent:
    """Write the event in the transaction of the step, and ring once that has committed."""
    event = CaseEvent.objects.create(
        case_id=case_id, kind=kind, actor_id=by.pk if by else None, at=at, detail=detail
    )
    ring([case_id])
    return event


def ring(case_ids: Iterable[int]) -> None:
    ids = list(case_ids)
    # A screen that cannot be told must not undo what was done: it asks again by itself.
    transaction.on_commit(lambda: cases_changed.send_robust(sender=Case, ids=ids), robust=True)
