"""Waiting on an author: no clock runs until they write again, a day comes, or a person takes the case up."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from alerts import cases, clocks, sla
from alerts.models import Case, CaseEvent, Reply
from alerts.models.case import CaseQuerySet
from alerts.refusals import Refused
from alerts.story import tell
from listening import kin
from listening.models import Mention
from listening.models.mention import RESTRICTED_LANES

State = Case.State
Kind = CaseEvent.Kind

DAYS = (1, 3, 7, 14)
"""For how long one may wait, before the case shows itself again."""

ANSWERED = [State.SENT, State.CLAIMED, State.REOPENED]
NOT_ANSWERED = "Nobody has answered the author yet. Reply first, then wait for what they say."


@transaction.atomic
def wait(case: Case, *, days: int, by: User, at: datetime) -> None:
    if days not in DAYS:
        raise Refused("Choose for how many days to wait.")
    mine = Case.objects.filter(pk=case.pk, owner=by, state__in=ANSWERED, first_replied_at__isnull=False)
    until = at + timedelta(days=days)
    if not mine.update(state=State.WAITING, waiting_since=at, waiting_until=until, asked_again_at=None):
        raise Refused(_why_not(case, by))
    tell(case.pk, Kind.WAITING, by=by, at=at, until=until.isoformat())


@transaction.atomic
def resume(case: Case, *, by: User, at: datetime) -> None:
    """A person takes it up again, and may write."""
    if _mine_waiting(case, by) is None:
        raise Refused(cases.why_not_mine(case, by, otherwise="It does not wait for its author."))
    _end(case.pk, State.CLAIMED, at)
    tell(case.pk, Kind.RESUMED, by=by, at=at)


def sweep(now: datetime) -> int:
    """Show again what has waited its days; how many."""
    due = Case.objects.filter(state=State.WAITING, waiting_until__lte=now).values_list("pk", flat=True)
    return sum(_lapse(pk, now) for pk in list(due[:500]))


def hear(mention_ids: Iterable[int], now: datetime) -> int:
    """Authors who wrote again after our reply, to whom a next reply is owed; how many cases."""
    said = Mention.objects.filter(pk__in=list(mention_ids), is_gone=False).exclude(lane__in=RESTRICTED_LANES)
    mentions = list(said.only("pk", "author_id", "source_id", "published_at", "edited_at"))
    by_author: defaultdict[int | None, list[Mention]] = defaultdict(list)
    for mention in mentions:
        by_author[mention.author_id].append(mention)
    by_id = {mention.pk: mention for mention in mentions}
    heard, cases = 0, list(_answered(by_id, {author_id for author_id in by_author if author_id}))
    near = kin.families({case.mention.source_id for case in cases})
    for case in cases:
        same, about = by_id.get(case.mention_id), case.mention
        others = (each for each in by_author[about.author_id] if each.pk != about.pk)
        wrote = [each for each in others if each.source_id in near[about.source_id]]
        if about.author_id is None:
            wrote = []
        if same is not None and same.edited_at:
            wrote.append(same)
        heard += any(_heard(case.pk, mention, now) for mention in wrote)
    return heard


def _answered(mention_ids: Iterable[int], author_ids: Iterable[int]) -> CaseQuerySet:
    """Of the same authors, or of the very posts: one question, however many were stored."""
    answered = Case.objects.filter(state__in=[State.SENT, State.WAITING]).select_related("mention")
    found = answered.filter(Q(mention__author__in=list(author_ids)) | Q(mention__in=list(mention_ids)))
    return found.only("mention__author_id", "mention__source_id", "mention_id", "state")


@transaction.atomic
def _heard(case_id: int, mention: Mention, now: datetime) -> bool:
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
    told = case.events.filter(kind=Kind.RESUMED, detail__mention=mention.pk, detail__wrote=_wrote(mention))
    if case.state not in (State.SENT, State.WAITING) or case.is_staff_voice or told.exists():
        return False
    ours = case.replies.filter(state=Reply.State.SENT, sent_at__gte=mention.edited_at or mention.published_at)
    if ours.exists():
        return False
    _end(case_id, State.CLAIMED, now, asked_again_at=now)
    tell(case_id, Kind.RESUMED, by=None, at=now, mention=mention.pk, wrote=_wrote(mention))
    return True


def _wrote(mention: Mention) -> str:
    return (mention.edited_at or mention.published_at).isoformat()


@transaction.atomic
def _lapse(case_id: int, now: datetime) -> bool:
    waits = Case.objects.select_for_update(of=("self",))
    if not waits.filter(pk=case_id, state=State.WAITING, waiting_until__lte=now).exists():
        return False
    _end(case_id, State.SENT, now)
    tell(case_id, Kind.RESUMED, by=None, at=now, lapsed=True)
    return True


def _mine_waiting(case: Case, by: User) -> Case | None:
    return (
        Case.objects.select_for_update(of=("self",)).filter(pk=case.pk, owner=by, state=State.WAITING).first()
    )


def _end(case_id: int, state: str, at: datetime, **changes: Any) -> None:
    """The clock goes on where it stood: what was waited does not count."""
    case = Case.objects.select_related("queue__policy").get(pk=case_id)
    waited = timedelta(0)
    if case.waiting_since:
        calendar = clocks.Calendars.load().of(case.queue.policy, case.facility_id)
        waited = sla.elapsed(case.waiting_since, at, calendar)
    over = {"waiting_since": None, "waiting_until": None, "paused_for": case.paused_for + waited}
    Case.objects.filter(pk=case_id).update(state=state, **over, **changes)
    clocks.reset(case_id)


def _why_not(case: Case, by: User) -> str:
    now = Case.objects.get(pk=case.pk)
    if now.owner_id == by.pk and now.state == State.WAITING:
        return "It waits for its author already."
    if now.owner_id == by.pk and now.state in ANSWERED:
        return NOT_ANSWERED
    return cases.why_not_mine(case, by, otherwise=NOT_ANSWERED)
