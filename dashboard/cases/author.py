"""What an author said here lately and what we answered, for whoever answers next. No score, and no list.

It joins nothing: one account on one network, within the facilities and the days that may be looked back.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from alerts.models import AuthorNote, Case, Reply
from dashboard.cases.desk import Desk
from hospital.access import Permission
from listening.models import Mention
from listening.reading.lanes import KINDS

SHOWN, COUNTED = 5, 50
PRESS_LANE = "media"


@dataclass(frozen=True)
class Said:
    """One of their posts, without its words: the list is to be glanced at, not studied."""

    mention: Mention
    case_id: int | None

    @property
    def lane(self) -> str:
        kind = KINDS.get(self.mention.lane)
        return kind.label if kind else "Comment"


@dataclass(frozen=True)
class AuthorView:
    posts: list[Said]
    count: int
    replies: list[Reply]
    notes: list[AuthorNote]
    says_press: bool
    repeated: list[str]  # topics that came up before

    @property
    def is_cut(self) -> bool:
        return self.count == COUNTED

    @property
    def days(self) -> int:
        return int(settings.MURMUR_AUTHOR_KEPT.days)


def author_of(case: Case, desk: Desk) -> AuthorView | None:
    """None where nobody may look: a voice of staff, an author whom the network does not name, no reach."""
    author_id = case.mention.author_id
    may_look = desk.reach.covers(Permission.WORK_CASES, case.facility_id)
    if case.is_staff_voice or author_id is None or not may_look:
        return None
    facility_ids = desk.reach.facility_ids(Permission.WORK_CASES)
    since = desk.now - settings.MURMUR_AUTHOR_KEPT
    theirs = Mention.objects.within(facility_ids).filter(author_id=author_id, published_at__gte=since)
    mentions = list(theirs.filter(is_gone=False).select_related("case").newest_first()[:COUNTED])
    others = [mention for mention in mentions if mention.pk != case.mention_id]
    notes = AuthorNote.objects.within(facility_ids).filter(author_id=author_id, at__gte=since)
    kept = list(notes.select_related("by")[:SHOWN])
    return AuthorView(
        posts=[Said(mention, _case_id(mention)) for mention in others[:SHOWN]],
        count=len(mentions),
        replies=_ours(author_id, facility_ids, since),
        notes=kept,
        says_press=any(note.says_press for note in kept) or any(m.lane == PRESS_LANE for m in mentions),
        repeated=_repeated(case.mention, others),
    )


def _ours(author_id: int, facility_ids: frozenset[int] | None, since: datetime) -> list[Reply]:
    theirs = Q(case__mention__author_id=author_id, state=Reply.State.SENT, sent_at__gte=since)
    reached = Case.objects.within(facility_ids)
    return list(Reply.objects.filter(theirs, case__in=reached).order_by("-sent_at")[:SHOWN])


def _case_id(mention: Mention) -> int | None:
    case = getattr(mention, "case", None)
    return case.pk if case else None


def _repeated(mention: Mention, others: list[Mention]) -> list[str]:
    before = {topic for other in others for topic in other.topics}
    return [topic.replace("_", " ") for topic in mention.topics if topic in before]
