"""Who has a case open, and who is writing: shown to colleagues, and asked before anything is sent.

A page beats every 15 s while it is open; 45 s without a beat and nobody is there. A beat only keeps what is
there alive: a page in the background, which its browser lets beat once a minute, does not come and go.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from alerts.models import Case, Presence
from alerts.signals import presence_changed

BEAT = timedelta(seconds=15)
GONE_AFTER = timedelta(seconds=45)
IDLE_AFTER = timedelta(seconds=120)
SWEPT_EVERY = timedelta(seconds=3)
FORGOTTEN_AFTER = timedelta(minutes=10)
TYPING_IS_NOTED_EVERY = timedelta(seconds=5)


class State(StrEnum):
    COMPOSING = "composing"
    VIEWING = "viewing"
    IDLE = "idle"


@dataclass(frozen=True)
class Here:
    """One person at one case, as others see them."""

    person: User
    state: State
    composing_since: datetime | None = None


def state_of(presence: Presence, now: datetime) -> State | None:
    """None: nobody is there any more."""
    if presence.seen_at <= now - GONE_AFTER:
        return None
    if presence.typed_at and presence.typed_at > now - IDLE_AFTER:
        return State.COMPOSING
    return State.VIEWING if presence.active_at > now - IDLE_AFTER else State.IDLE


@transaction.atomic
def look(case: Case, *, by: User, at: datetime) -> None:
    """Its page was opened, or a key or pointer moved there: they are at this case."""
    before = Presence.objects.select_for_update().filter(case=case, person=by).first()
    was = state_of(before, at) if before else None
    _keep(case, by, seen_at=at, active_at=at)
    if was is None:
        _leave_others(case, by, at)
    if was in (None, State.IDLE):
        _ring()


def beat(case: Case, *, by: User, at: datetime) -> None:
    """Its page is still open."""
    Presence.objects.filter(case=case, person=by, seen_at__gt=at - GONE_AFTER).update(seen_at=at)


@transaction.atomic
def write(case: Case, *, by: User, at: datetime) -> None:
    """They typed words of a reply."""
    known = Presence.objects.select_for_update().filter(case=case, person=by).first()
    is_composing = known is not None and state_of(known, at) == State.COMPOSING
    if known and known.typed_at and is_composing and known.typed_at > at - TYPING_IS_NOTED_EVERY:
        return
    since = known.composing_since if known and is_composing else at
    _keep(case, by, seen_at=at, active_at=at, typed_at=at, composing_since=since)
    if not is_composing:
        _ring()


def stop_writing(case: Case, *, by: User) -> None:
    """What they wrote has gone its way, or was taken out again."""
    writing = Presence.objects.filter(case=case, person=by, typed_at__isnull=False)
    if writing.update(typed_at=None, composing_since=None):
        _ring()


def at_cases(case_ids: Iterable[int], now: datetime) -> dict[int, list[Here]]:
    """Who is at each of these cases, those who write first; an empty list where somebody was."""
    known = Presence.objects.filter(case_id__in=list(case_ids)).select_related("person")
    found: dict[int, list[Here]] = {}
    for presence in known.order_by("id"):
        people, state = found.setdefault(presence.case_id, []), state_of(presence, now)
        if state is not None:
            people.append(Here(presence.person, state, presence.composing_since))
    order = list(State)
    return {pk: sorted(people, key=lambda one: order.index(one.state)) for pk, people in found.items()}


def writing_at(cases: Iterable[int], now: datetime) -> list[Presence]:
    """Rows of those who are composing at any of these cases."""
    known = Presence.objects.filter(case_id__in=list(cases), typed_at__gt=now - IDLE_AFTER)
    return list(known.filter(seen_at__gt=now - GONE_AFTER).select_related("person").order_by("id"))


def sweep(now: datetime) -> bool:
    """Ring when somebody has just gone, fallen idle or stopped writing: nobody else says so."""
    Presence.objects.filter(seen_at__lte=now - FORGOTTEN_AFTER).delete()
    slack = 2 * SWEPT_EVERY  # the next sweep may come late
    just = Q(seen_at__range=(now - GONE_AFTER - slack, now - GONE_AFTER))
    for moment in ("active_at", "typed_at"):
        just |= Q(**{f"{moment}__range": (now - IDLE_AFTER - slack, now - IDLE_AFTER)})
    if changed := Presence.objects.filter(just).exists():
        _ring()
    return changed


def _keep(case: Case, by: User, **moments: datetime | None) -> None:
    Presence.objects.bulk_create(
        [Presence(case=case, person=by, **moments)],
        update_conflicts=True,
        unique_fields=["case", "person"],
        update_fields=list(moments),
    )


def _leave_others(case: Case, by: User, at: datetime) -> None:
    """One person looks at one case; where they write they stay until the page is silent."""
    others = Presence.objects.filter(person=by, seen_at__gt=at - GONE_AFTER).exclude(case=case)
    others.exclude(typed_at__gt=at - IDLE_AFTER).update(seen_at=at - GONE_AFTER)


def _ring() -> None:
    transaction.on_commit(lambda: presence_changed.send_robust(sender=Presence), robust=True)
