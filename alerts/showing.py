"""A card on the open walls changes when its case does.

1. A case took a step: the bell rings after its commit, and a worker comes here.
2. What a wall says of the case is put beside what it said last; most steps change nothing there.
3. Where it differs the mention takes a new number of the wall, so that every wall is told, and one that was
   away catches up.

What a lost bell forgot the sweep finds, among the cases that took a step lately.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from alerts import standing
from alerts.models import Case, CaseEvent
from alerts.signals import walls_changed
from listening import bulk, wall_sequence

LATELY = timedelta(minutes=5)
MOST_SWEPT = 300
"""Events of cases that the sweep looks at, newest first."""

MOST = 200
"""Cards that a wall keeps in a column: of more than that, the newest alone can stand on one."""

AT_ONCE = 50
"""Taken under the lock of the wall's order, for which whoever stores a page waits."""

SAID = """
UPDATE alerts_case held SET shown = told.mark FROM (VALUES %s) AS told (id, mark) WHERE held.id = told.id
"""
NUMBERED = """
UPDATE listening_mention mention SET wall_seq = told.number FROM (VALUES %s) AS told (id, number)
WHERE mention.id = told.id
"""


def renew(case_ids: Iterable[int]) -> int:
    """Show anew what has changed of these; how many cards that were."""
    changed = _changed(list(case_ids))
    shown = sum(_show(changed[at : at + AT_ONCE]) for at in range(0, len(changed), AT_ONCE))
    if shown:
        walls_changed.send_robust(sender=Case)
    return shown


def sweep(now: datetime) -> int:
    lately = CaseEvent.objects.order_by("-id").values_list("case_id", "at")[:MOST_SWEPT]
    return renew({case_id for case_id, at in lately if at > now - LATELY})


def _changed(case_ids: list[int]) -> list[int]:
    """In the order of their mentions, so that two of these cannot wait for each other."""
    newest = standing.read(Case.objects.filter(pk__in=case_ids)).order_by("-mention__published_at")[:MOST]
    return [case.pk for case in sorted(newest, key=lambda one: one.mention_id) if _differs(case)]


def _differs(case: Case) -> bool:
    return case.shown != standing.of(case).mark


@transaction.atomic
def _show(case_ids: list[int]) -> int:
    """The number first, then the rows. A case that somebody holds is changing now, and rings again."""
    numbers = iter(wall_sequence.take(len(case_ids)))
    held = Case.objects.filter(pk__in=case_ids).select_for_update(of=("self",), skip_locked=True)
    free = list(held.order_by("mention_id").values_list("pk", flat=True))
    cases = standing.read(Case.objects.filter(pk__in=free)).order_by("mention_id")
    fresh = [case for case in cases if _differs(case)]
    if fresh:
        bulk.write(SAID, [(case.pk, standing.of(case).mark) for case in fresh])
        bulk.write(NUMBERED, [(case.mention_id, next(numbers)) for case in fresh])
    return len(fresh)
