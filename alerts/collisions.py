"""Two public answers that could clash: a colleague who is writing one now, and one that is public already.

The first is asked about once, and whoever goes on all the same is on record. The second stops a reply until
its people have had the answer before them, whether it left from here or was written on the network itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Q

from alerts import presence
from alerts.models import Case, CaseEvent, NativeReply, Presence, Reply
from alerts.models.case import CaseQuerySet
from alerts.refusals import Refused
from alerts.story import tell
from hospital import audit
from hospital.access import Permission, Reach
from listening import kin

APPEARED = "An answer of ours became public meanwhile. It stands in the thread: read it before yours leaves."
MOST_BESIDE = 200
"""Open cases of one story that are looked at for colleagues who write."""


@dataclass(frozen=True)
class Seen:
    """What a person had before them when they pressed."""

    public: int = 0  # answers of ours to this post
    past: frozenset[int] = frozenset()  # ids of colleagues whose writing they were told of


NOTHING_SEEN = Seen()


class Beside(Refused):
    """A colleague is writing. Whoever names them goes on."""

    def __init__(self, sentence: str, people: Sequence[int]) -> None:
        super().__init__(sentence)
        self.people = list(people)


def public_count(case_id: int) -> int:
    """How many answers of ours to this post are public, as far as is known here."""
    sent = Reply.objects.filter(case_id=case_id, state=Reply.State.SENT).count()
    return sent + NativeReply.objects.filter(case_id=case_id).count()


def check(case: Case, *, by: User, seen: Seen, at: datetime) -> None:
    """Refuses, or lets pass and notes who was passed; in the transaction of the move, its case locked."""
    if public_count(case.pk) > seen.public:
        raise Refused(APPEARED)
    writing = _colleagues(case, by, at)
    unasked = [one for one in writing if one.person_id not in seen.past]
    if unasked:
        raise Beside(_question(unasked, case), sorted({one.person_id for one in writing}))
    if writing:
        names = [_name(one.person) for one in writing]
        tell(case.pk, CaseEvent.Kind.INSISTED, by=by, at=at, beside=names)
        people = sorted({one.person.username for one in writing})
        audit.record("reply.beside_a_colleague", f"case {case.pk}", by=by, at=at, people=people)


def beside(case: Case) -> CaseQuerySet:
    """Other open cases whose posts belong together with this one's: one story, one author, one thread."""
    post = case.mention
    related = Q(mention__parent_external_id=post.external_id)
    if post.story_id:
        related |= Q(mention__story_id=post.story_id)
    if post.author_id:
        related |= Q(mention__author_id=post.author_id)
    if post.parent_external_id:
        near = [post.parent_external_id]
        related |= Q(mention__parent_external_id__in=near) | Q(mention__external_id__in=near)
    same_source = Q(mention__source_id__in=kin.pks(post.source)) | Q(mention__story_id__isnull=False)
    return Case.objects.open().filter(related, same_source).exclude(pk=case.pk)


def _colleagues(case: Case, by: User, at: datetime) -> list[Presence]:
    """Who writes at this case or beside it, as far as this person may know."""
    candidates = Presence.objects.exclude(person=by).filter(typed_at__gt=at - presence.IDLE_AFTER)
    if not candidates.exists():
        return []
    facility_ids = Reach(by).facility_ids(Permission.SEE_CASES)
    known = beside(case).within(facility_ids).values_list("pk", flat=True)[:MOST_BESIDE]
    writing = presence.writing_at([case.pk, *known], at)
    return [one for one in writing if one.person_id != by.pk]


def _question(writing: Sequence[Presence], case: Case) -> str:
    one = writing[0]
    where = "" if one.case_id == case.pk else " to a post that belongs together with this one"
    others = f" and {len(writing) - 1} more are" if len(writing) > 1 else " is"
    return f"{_name(one.person)}{others} replying{where}. Two public answers could clash. Send anyway?"


def _name(person: User) -> str:
    return person.get_full_name() or person.username
