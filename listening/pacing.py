"""Which watchlists wait first where a source must save."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from hospital import audit
from listening.models import Watchlist


@transaction.atomic
def save(paces: Mapping[int, str], *, by: AbstractBaseUser, at: datetime) -> int:
    """By watchlist; how many are another now. What is no pace is passed over."""
    changed = 0
    for watchlist_id, pace in sorted(paces.items()):
        others = Watchlist.objects.filter(pk=watchlist_id).exclude(pace=pace)
        if pace in Watchlist.Pace.values and others.update(pace=pace):
            audit.record("watchlist.pace", f"watchlist {watchlist_id}", by=by, at=at, pace=pace)
            changed += 1
    return changed
