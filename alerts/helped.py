"""Who was helped in a time, from what is stored. `outcomes` says what counts."""

from datetime import datetime

from alerts.models import Case
from alerts.outcomes import Closing, helped


def within(facility_ids: frozenset[int] | None, *, since: datetime, until: datetime) -> list[Closing]:
    """One closed case for each person who was helped, the last first. What staff say is never among them."""
    closed = Case.objects.within(facility_ids).filter(closed_at__gte=since, closed_at__lt=until)
    told = closed.order_by("-closed_at", "-pk").values_list(
        "pk", "outcome", "mention__lane", "mention__author_id"
    )
    return helped(Closing(*each) for each in told)
