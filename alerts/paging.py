"""Reaching the person on duty when a post cannot wait.

1. `page_for` writes a page and its event for a case of a paged queue that was just opened; `sweep` finds
   those that it missed.
2. `deliver` sends it; `sent` and `failed` are written after, so that a lost worker loses no page.
3. Somebody says "I have it", or within five minutes the next on the duty list is paged.
4. Where nobody is on duty, or all were paged twice, the page stands with nobody, and every desk shows it.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from alerts import building, cases, pages, replies
from alerts.mailing import NOT_SENT
from alerts.models import Case, CaseEvent, Duty, Notification, Queue
from alerts.refusals import Refused
from alerts.story import Step, tell, tell_all
from hospital.access import Permission, Reach

logger = logging.getLogger(__name__)

ANSWERED_WITHIN = timedelta(minutes=5)
STILL_PAGED = timedelta(hours=12)
"""An older case that was never paged for is not news: it came with an older Murmur."""

MOST_OWED = 50
ROUNDS = 2
TRIES = 3
LEASE = timedelta(seconds=60)
AGAIN_AFTER = timedelta(seconds=20)

ROLES: dict[str, str] = {
    "emergency": Duty.Role.DESK,
    "self-harm": Duty.Role.RESPONDER,
    "safety": Duty.Role.SECURITY,
    "in-the-building": Duty.Role.NURSE,
}
"""Who is paged for the cases of a queue, the gravest first; the duty desk where nobody has that duty."""

Kind = CaseEvent.Kind
State = Notification.State
ANSWERED = "Somebody has answered this page already."
NO_PAGE = "Nobody was paged for this case, or it is closed."


def next_on(candidates: Sequence[Duty], paged: Mapping[int | None, int], last: int | None) -> Duty | None:
    """Whom to page now: whoever was paged least, in their order, and not the same person twice running."""
    others = [duty for duty in candidates if duty.pk != last] or list(candidates)
    waiting = [duty for duty in others if paged.get(duty.pk, 0) < ROUNDS]
    return min(waiting, key=lambda duty: paged.get(duty.pk, 0), default=None)


def sweep(now: datetime) -> list[int]:
    """Page for what is new, pass on what was not answered; the ids of what is to be sent."""
    for case_id in _owed(now):
        page(case_id, at=now)
    for case_id in _unanswered(now):
        pass_on(case_id, now)
    Notification.objects.filter(state=State.SENDING, lease_until__lte=now).update(state=State.WAITING)
    waiting = Notification.objects.filter(
        Q(lease_until__lte=now) | Q(lease_until__isnull=True), state=State.WAITING
    )
    return list(waiting.order_by("id").values_list("pk", flat=True)[:100])


def page_for(opened: Iterable[Case], *, at: datetime) -> list[int]:
    """Page at once for what was just opened, as far as it needs it; the ids of what is to be sent."""
    pages = [page(case.pk, at=at) for case in opened if case.queue.slug in ROLES]
    return [made.pk for made in pages if made and made.state == State.WAITING]


@transaction.atomic
def page(case_id: int, *, at: datetime, by: User | None = None) -> Notification | None:
    """Page for a case; None where a page stands, was answered, or is not needed any more."""
    case = _locked(case_id)
    if case.state == Case.State.CLOSED or case.queue.slug not in ROLES:
        return None
    if case.notifications.pages().filter(passed_on_at__isnull=True).exists():
        return None
    return _write(case, at, by)


@transaction.atomic
def pass_on(case_id: int, now: datetime) -> Notification | None:
    """The next on the list, when a page was not answered in time."""
    case = _locked(case_id)
    late = case.notifications.standing().filter(created_at__lte=now - ANSWERED_WITHIN).first()
    if late is None or case.state == Case.State.CLOSED:
        return None
    if late.state == State.NOBODY and _chosen(case, on_duty(case, now)[1]) is None:
        return None
    Notification.objects.filter(pk=late.pk).update(passed_on_at=now)
    return _write(case, now, None)


@transaction.atomic
def acknowledge(case: Case, *, by: User, at: datetime) -> None:
    """Say "I have it": the page is answered and, where they may work on it, an unowned case is theirs."""
    current = _locked(case.pk)
    if not current.notifications.standing().update(acknowledged_at=at, acknowledged_by=by):
        was_answered = current.notifications.pages().filter(acknowledged_at__isnull=False).exists()
        raise Refused(ANSWERED if was_answered else NO_PAGE)
    tell(current.pk, Kind.ACKED, by=by, at=at)
    is_free = current.state == Case.State.NEW and current.owner_id is None
    if is_free and Reach(by).covers(Permission.WORK_CASES, current.facility_id):
        cases.claim(current, by=by, at=at)


def deliver(notification_id: int, now: datetime) -> None:
    """Send one. Safe to call twice: a second page costs less than one that never came."""
    taken = Notification.objects.filter(pk=notification_id, state=State.WAITING)
    if not taken.update(state=State.SENDING, lease_until=now + LEASE, attempts=F("attempts") + 1):
        return
    notification = _with_its_case(notification_id)
    subject, body = pages.message(notification)
    try:
        send_mail(subject, body, None, [notification.email])
    except NOT_SENT as error:
        _not_sent(notification, type(error).__name__, now)
    else:
        _settle(notification, state=State.SENT, sent_at=now, error="")


def _not_sent(notification: Notification, why: str, now: datetime) -> None:
    logger.warning("notification %d could not be sent: %s", notification.pk, why)
    if notification.attempts < TRIES:
        _settle(notification, state=State.WAITING, lease_until=now + AGAIN_AFTER, error=why)
    else:
        _settle(notification, state=State.FAILED, error=why)


def _settle(notification: Notification, **changes: Any) -> None:
    same = Notification.objects.filter(pk=notification.pk, state=State.SENDING)
    same.update(**{"lease_until": None, **changes})


def _owed(now: datetime) -> list[int]:
    """Fifty at a time, and of the gravest queue first."""
    paged = Notification.objects.pages().filter(case=OuterRef("pk"))
    fresh = Case.objects.open().filter(~Exists(paged), opened_at__gt=now - STILL_PAGED)
    owed = list[int]()
    queues = {queue.slug: queue for queue in Queue.objects.filter(slug__in=ROLES)}
    for queue in filter(None, map(queues.get, ROLES)):
        # In no order: the first fifty by number would be sought through every case of the other queues.
        found = fresh.filter(queue=queue).values_list("pk", flat=True)[: MOST_OWED - len(owed)]
        owed += sorted(found)
    return owed


def _unanswered(now: datetime) -> list[int]:
    late = Notification.objects.standing().filter(created_at__lte=now - ANSWERED_WITHIN)
    still_open = late.filter(case__isnull=False).exclude(case__state=Case.State.CLOSED)
    return list(still_open.order_by("id").values_list("case_id", flat=True)[:50])


def on_duty(case: Case, at: datetime) -> tuple[str, list[Duty]]:
    """The role that this case needs, and who has it; the duty desk where nobody does."""
    return having(ROLES.get(case.queue.slug, Duty.Role.DESK), case.facility_id, at)


def having(role: str, facility_id: int | None, at: datetime) -> tuple[str, list[Duty]]:
    """Who has a role now; the duty desk where nobody does."""
    on = list(Duty.objects.on(role, facility_id, at).select_related("person"))
    if on or role == Duty.Role.DESK:
        return role, on
    desk = Duty.objects.on(Duty.Role.DESK, facility_id, at).select_related("person")
    return (Duty.Role.DESK, list(desk)) if desk else (role, [])


def _chosen(case: Case, duties: Sequence[Duty]) -> Duty | None:
    earlier = case.notifications.pages().filter(duty_id__isnull=False).order_by("id")
    ids = list(earlier.values_list("duty_id", flat=True))
    return next_on(duties, Counter(ids), ids[-1] if ids else None)


def _write(case: Case, at: datetime, by: User | None) -> Notification:
    role, duties = on_duty(case, at)
    row = to_send(Notification(case=case, role=role, created_at=at), _chosen(case, duties))
    word = Duty.Role(role).label
    said = {"role": word, "whom": row.name, "by_phone": row.state == State.BY_PHONE}
    paged = Step(case, Kind.PAGED, by_id=by.pk if by else None, detail=said)
    # The card says of pages only where somebody waits in the building.
    tell_all([paged], at=at, is_on_card=building.is_here(case))
    return row


def to_send(row: Notification, duty: Duty | None) -> Notification:
    """A page, put to whoever has the duty; to nobody, where nobody has."""
    row.kind = Notification.Kind.PAGE
    if duty is None:
        row.state = State.NOBODY
    else:
        row.duty_id, row.person, row.name, row.phone = duty.pk, duty.person, duty.called, duty.phone
        row.email = duty.email or (duty.person.email if duty.person else "")
        row.state = State.WAITING if row.email else State.BY_PHONE
    row.save()
    return row


def _with_its_case(notification_id: int) -> Notification:
    # All else it may be about is rarer and asked for by itself: thirteen joins cost more to plan than to run.
    return Notification.objects.select_related("case__queue", "case__facility", "case__mention").get(
        pk=notification_id
    )


def _locked(case_id: int) -> Case:
    replies.lock_case(case_id)
    return Case.objects.select_related("queue", "mention").get(pk=case_id)
