"""One place that writes a step of a case, so that no step is without its event and its bell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Step:
    """One of many steps that are written together; its case may be unsaved until then."""

    case: Case
    kind: str
    by_id: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def tell_all(steps: Sequence[Step], *, at: datetime, is_on_card: bool = True) -> None:
    """Many at once, in their order, with one bell.

    `is_on_card`: whether they may change what the wall says of the cases.
    """
    CaseEvent.objects.bulk_create(
        CaseEvent(case=step.case, kind=step.kind, actor_id=step.by_id, at=at, detail=step.detail)
        for step in steps
    )
    ring(dict.fromkeys(step.case.pk for step in steps), is_on_card=is_on_card)


def ring(case_ids: Iterable[int], *, is_on_card: bool = True) -> None:
    news = {"ids": list(case_ids), "is_on_card": is_on_card}
    # A screen that cannot be told must not undo what was done: it asks again by itself.
    transaction.on_commit(lambda: cases_changed.send_robust(sender=Case, **news), robust=True)
