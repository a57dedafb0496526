"""Lines of operations in a draft that have grown old since, or are no more so: an approver is told."""

import re
from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from alerts.gate.reasons import WARN, Reason
from alerts.models import StateLineUse
from hospital import operations
from hospital.operations import State
from listening.models import Mention

RULE = "operations-age"
LOOKED_AT = 10
OLD = "Operations said this at {time}, {minutes} minutes ago, and it may be no longer so."
CHANGED = "Since then operations say otherwise of {name}: {said}."
INSTEAD = "Take it out and insert it anew, or leave it if you know that it still holds."


def doubts(mention: Mention, text: str, at: datetime) -> Iterator[Reason]:
    uses = StateLineUse.objects.filter(case__mention=mention).select_related("service")
    told: set[str] = set()
    for use in uses[:LOOKED_AT]:
        hit = re.search(r"\s+".join(map(re.escape, use.text.split())), text)
        if hit is None or use.text in told:
            continue
        told.add(use.text)
        why = _why(use, at)
        if why:
            yield Reason(RULE, WARN, *hit.span(), hit[0], why, INSTEAD)


def _why(use: StateLineUse, at: datetime) -> str:
    tile = operations.tile_of(use.service, at)
    if tile.state in (State.FINE, State.TROUBLE) and tile.state != use.state:
        return CHANGED.format(name=use.service.name, said=tile.said)
    if at <= use.holds_until:
        return ""
    minutes = int((at - use.said_at).total_seconds()) // 60
    return OLD.format(time=timezone.localtime(use.said_at).strftime("%H:%M"), minutes=minutes)
