"""Taking it private: a link that one author can write to us by, once, and what they wrote.

1. `make` draws a link for a case; `put_in_draft` writes it into the reply that is being written.
2. `take_in` receives what the author tells. It is sealed, and the case says only that something came.
3. `read` opens it for one person, who is then named in the case's story and in the audit.
4. `sweep` erases it some days after the case was closed.

What was told stands nowhere else: not in a search, a list, an alert, a log, an event or an export.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from alerts import cases, clocks, replies, tokens
from alerts.models import Case, CaseEvent, PrivateAnswer, PrivateLink, Reply
from alerts.refusals import Refused
from alerts.story import tell
from hospital import audit
from listening import vault, wording

PURPOSE = b"murmur: private answers, 1"
MOST_LINKS = 20
"""Of one case: whoever needs more should telephone."""

SAID = {
    "en": "If you like, write to us in private: {url}",
    "es": "Si quiere, puede escribirnos en privado: {url}",
}
Kind = CaseEvent.Kind
NOT_HERE = "What a member of staff says is not taken further by a link."
CLOSED = "This case is closed. Reopen it first."
TOO_MANY = f"This case has had {MOST_LINKS} links. Telephone, or ask patient relations to."
OVER = "This link has been used, or taken back already."
ERASED = "It was erased, as agreed, some time after the case was closed."
CANNOT_OPEN = "It was sealed with another SECRET_KEY. Whoever runs Murmur can put the old key back."


class Door(StrEnum):
    """How a form answers whoever comes with a token. Ended and unknown are one, on purpose."""

    OPEN = "open"
    USED = "used"
    NONE = "none"


@dataclass(frozen=True)
class Told:
    """What an author wrote. It does not show when a log line or a traceback prints what holds it."""

    happened: str
    reach: str
    when: str = ""

    def __repr__(self) -> str:
        return "<told in private>"


@transaction.atomic
def make(case: Case, *, base: str, by: User, at: datetime) -> tuple[PrivateLink, str]:
    """A new link and its address, which is known now and never again."""
    current = _locked(case.pk)
    if current.is_staff_voice:
        raise Refused(NOT_HERE)
    if current.state == Case.State.CLOSED:
        raise Refused(CLOSED)
    if current.private_links.count() >= MOST_LINKS:
        raise Refused(TOO_MANY)
    token = tokens.new()
    link = PrivateLink.objects.create(
        case=current,
        token_hash=tokens.hashed(token),
        base=base.lower(),
        language="es" if current.mention.language == "es" else "en",
        made_by=by,
        made_at=at,
        expires_at=at + timedelta(days=settings.MURMUR_LINK_DAYS),
    )
    tell(current.pk, Kind.LINK_MADE, by=by, at=at, link=link.pk, until=link.expires_at.isoformat())
    return link, f"{link.base}{tokens.PATH}{token}/"


@transaction.atomic
def put_in_draft(case: Case, *, text: str, post_seen: str, base: str, by: User, at: datetime) -> Reply:
    """Keep what was typed, with a new link after it."""
    link, url = make(case, base=base, by=by, at=at)
    said = SAID[link.language].format(url=url)
    whole = f"{text.rstrip()}\n\n{said}" if text.strip() else said
    return replies.save_draft(case, text=whole, post_seen=post_seen, by=by, at=at)


@transaction.atomic
def revoke(link: PrivateLink, *, by: User, at: datetime) -> None:
    replies.lock_case(link.case_id)
    waiting = PrivateLink.objects.filter(pk=link.pk, used_at__isnull=True, revoked_at__isnull=True)
    if not waiting.update(revoked_at=at, revoked_by=by):
        raise Refused(OVER)
    tell(link.case_id, Kind.LINK_ENDED, by=by, at=at, link=link.pk)


def look(token: str, now: datetime) -> tuple[Door, PrivateLink | None]:
    """Whether a token opens the form; the link only where it does."""
    link = (
        PrivateLink.objects.select_related("case__facility").filter(token_hash=tokens.hashed(token)).first()
    )
    if link is not None and link.is_live(now):
        return Door.OPEN, link
    return (Door.USED if link is not None and link.used_at else Door.NONE), None


@transaction.atomic
def take_in(link: PrivateLink, told: Told, *, at: datetime) -> bool:
    """Receive it, once; False where the link has ended meanwhile. A case that was closed is open again."""
    current = _locked(link.case_id)
    live = PrivateLink.objects.filter(
        pk=link.pk, used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at
    )
    if not live.update(used_at=at):
        return False
    said = {key: wording.storable(value) for key, value in asdict(told).items()}
    answer = PrivateAnswer.objects.create(
        case=current, link=link, sealed=vault.seal(said, purpose=PURPOSE), came_at=at
    )
    reopened = _reopen(current, at)
    tell(current.pk, Kind.ANSWER_IN, by=None, at=at, answer=answer.pk, reopened=reopened)
    return True


@transaction.atomic
def read(answer: PrivateAnswer, *, by: User, at: datetime) -> Told:
    """Open it for one person. Each reading is an event; the first takes the mark away."""
    replies.lock_case(answer.case_id)
    now = PrivateAnswer.objects.get(pk=answer.pk)
    if now.erased_at is not None:
        raise Refused(ERASED)
    try:
        told = Told(**vault.unseal(now.sealed, purpose=PURPOSE))
    except vault.CannotOpen:
        raise Refused(CANNOT_OPEN) from None
    PrivateAnswer.objects.filter(pk=now.pk, first_read_at__isnull=True).update(
        first_read_at=at, first_read_by=by
    )
    tell(now.case_id, Kind.READ, by=by, at=at, answer=now.pk)
    audit.record("private_answer.read", f"answer {now.pk}", by=by, at=at, case=now.case_id)
    return told


def sweep(now: datetime, *, limit: int = 200) -> int:
    """Erase what was told to cases that were closed long enough ago."""
    closed_before = now - timedelta(days=settings.MURMUR_ANSWER_DAYS)
    due = PrivateAnswer.objects.filter(erased_at__isnull=True, case__closed_at__lte=closed_before)
    return sum(_erase(answer, now, closed_before) for answer in due.order_by("pk")[:limit])


@transaction.atomic
def _erase(answer: PrivateAnswer, now: datetime, closed_before: datetime) -> bool:
    replies.lock_case(answer.case_id)
    # Asked again under the lock: the case may have been opened meanwhile.
    still = PrivateAnswer.objects.filter(
        pk=answer.pk, erased_at__isnull=True, case__closed_at__lte=closed_before
    )
    if not still.update(sealed=b"", erased_at=now):
        return False
    tell(answer.case_id, Kind.ERASED, by=None, at=now, answer=answer.pk)
    return True


def _reopen(case: Case, at: datetime) -> bool:
    """To whoever closed it, while they are there; else to anybody."""
    if case.state != Case.State.CLOSED:
        return False
    owner = case.owner if case.owner and case.owner.is_active else None
    state, claimed_at = (Case.State.REOPENED, at) if owner else (Case.State.NEW, None)
    Case.objects.filter(pk=case.pk).update(
        state=state, owner=owner, claimed_at=claimed_at, **cases.not_closed(at)
    )
    clocks.reset(case.pk)
    return True


def _locked(case_id: int) -> Case:
    found = Case.objects.select_for_update(of=("self",)).select_related("mention", "queue", "owner")
    return found.get(pk=case_id)
