"""Praise that reaches the people it is meant for, on a card without anything of who wrote it.

Anybody who works on cases proposes a card; a manager confirms it, and only then it counts and can be mailed.
Mail leaves at most once: `sending` is committed before anything leaves.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Count
from django.utils.timezone import localtime

from alerts import praise, replies
from alerts.mailing import NOT_SENT
from alerts.models import Case, CaseEvent, Thanks
from alerts.praise import Author
from alerts.refusals import Refused
from alerts.story import tell
from hospital import audit
from hospital.models import FacilityName
from listening import threads, wording

logger = logging.getLogger(__name__)

PRAISE = "praise"
FEWEST = 5
"""A unit with fewer cards in a month is not shown with a number: few could be one, and one could be known."""

LEASE = timedelta(minutes=10)
State = Thanks.State
Mail = Thanks.Mail
NOT_PRAISE = "Only praise is passed on. What complains of somebody goes to those who look into it."
GONE = "The post has been removed at its source, and its words are erased here."
NO_UNIT = "Say which unit is thanked."
NO_WORDS = "Say what they are thanked for."
UNIT_NAMES = "A unit is named here, not a person: leave out names and numbers."
NOT_A_NAME = "Only a first name that the author wrote can stand on the card."
LEADS_TO_AUTHOR = "These words name whoever wrote the post. Leave the name out."
ONCE = "There is a card for them from this post already."
DECIDED = "This card has been decided on already."
NO_REASON = "Say why it is not passed on."
NO_ADDRESS = "That is no e-mail address."
ON_ITS_WAY = "It is on its way, or has been mailed already."


@dataclass(frozen=True)
class Suggestion:
    units: list[str]
    first_names: list[str]
    words: str


def is_praise(case: Case) -> bool:
    return PRAISE in (case.mention.lane, case.queue.slug) and not case.is_restricted


def suggest(case: Case) -> Suggestion:
    """What the post says, for a person to confirm. Of a voice of staff only the note that was passed on."""
    text, author = said_in(case), author_of(case)
    services = FacilityName.objects.filter(facility=case.facility_id, kind=FacilityName.Kind.SERVICE)
    names = praise.first_names(text, author)
    words = praise.card(text, author, names[0] if len(names) == 1 else "")
    return Suggestion(praise.units(text, list(services.values_list("name", flat=True))), names, words)


@transaction.atomic
def propose(case: Case, *, unit: str, first_name: str, words: str, by: User, at: datetime) -> Thanks:
    current = _praised(case)
    fields = _checked(current, unit=unit, first_name=first_name, words=words)
    there = Thanks.objects.filter(case=current, unit=fields["unit"], first_name=fields["first_name"])
    if there.exclude(state=State.DECLINED).exists():
        raise Refused(ONCE)
    return Thanks.objects.create(
        case=current, facility_id=current.facility_id, proposed_by=by, proposed_at=at, **fields
    )


@transaction.atomic
def pass_on(case: Case, *, unit: str, first_name: str, words: str, by: User, at: datetime) -> Thanks:
    """Propose and confirm in one: for somebody who may do both."""
    card = propose(case, unit=unit, first_name=first_name, words=words, by=by, at=at)
    confirm(card, unit=card.unit, first_name=card.first_name, words=card.words, by=by, at=at)
    return card


@transaction.atomic
def confirm(card: Thanks, *, unit: str, first_name: str, words: str, by: User, at: datetime) -> None:
    """It goes to them, in the words that were seen and perhaps changed."""
    current = _praised(card.case)
    fields = _checked(current, unit=unit, first_name=first_name, words=words)
    same = Thanks.objects.filter(case=current, unit=fields["unit"], first_name=fields["first_name"])
    if same.exclude(state=State.DECLINED).exclude(pk=card.pk).exists():
        raise Refused(ONCE)
    _decide(card, State.PASSED_ON, by, at, **fields)
    tell(current.pk, CaseEvent.Kind.THANKED, by=by, at=at, card=card.pk, unit=fields["unit"])
    audit.record("thanks.pass_on", f"thanks {card.pk}", by=by, at=at, unit=fields["unit"])


@transaction.atomic
def decline(card: Thanks, *, why: str, by: User, at: datetime) -> None:
    why = " ".join(wording.storable(why).split())[:300]
    if not why:
        raise Refused(NO_REASON)
    replies.lock_case(card.case_id)
    _decide(card, State.DECLINED, by, at, why_declined=why)
    audit.record("thanks.decline", f"thanks {card.pk}", by=by, at=at)


@transaction.atomic
def mail(card: Thanks, *, to: str, by: User, at: datetime) -> None:
    """Let it leave by mail; the address is forgotten once it has."""
    try:
        validate_email(to)
    except ValidationError:
        raise Refused(NO_ADDRESS) from None
    ready = Thanks.objects.filter(pk=card.pk, state=State.PASSED_ON, mail__in=[Mail.NONE, Mail.FAILED])
    if not ready.update(mail=Mail.QUEUED, mail_to=to, mail_at=at):
        raise Refused(ON_ITS_WAY)
    audit.record("thanks.mail", f"thanks {card.pk}", by=by, at=at)


def sweep(now: datetime) -> int:
    """Mail what is queued. What was leaving when its worker died may have left, and is not sent again."""
    lapsed = Thanks.objects.filter(mail=Mail.SENDING, mail_at__lte=now - LEASE)
    lapsed.update(mail=Mail.FAILED, mail_to="")
    queued = Thanks.objects.filter(mail=Mail.QUEUED).order_by("mail_at").values_list("pk", flat=True)
    return sum(_send(card_id, now) for card_id in list(queued[:50]))


def passed_on_since(facility_ids: frozenset[int] | None, since: datetime) -> int:
    return Thanks.objects.within(facility_ids).passed_on().filter(decided_at__gte=since).count()


def passed_on_today(facility_ids: frozenset[int] | None, now: datetime) -> int:
    """For the wall: thanks that were passed on since midnight in the hospital's zone."""
    return passed_on_since(facility_ids, midnight(now))


def midnight(now: datetime) -> datetime:
    return localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def digest(facility_ids: frozenset[int] | None, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """Units with their cards in a time. Those with few are left out, and so is the sum."""
    cards = (
        Thanks.objects.within(facility_ids).passed_on().filter(decided_at__gte=since, decided_at__lt=until)
    )
    counted = cards.order_by().values("unit").annotate(number=Count("pk")).filter(number__gte=FEWEST)
    return list(counted.order_by("-number", "unit").values_list("unit", "number"))


def said_in(case: Case) -> str:
    return case.passed_on or threads.words(case.mention.title, case.mention.text)


def author_of(case: Case) -> Author:
    author = case.mention.author
    return Author(author.handle, author.name) if author else Author()


def _praised(case: Case) -> Case:
    found = Case.objects.select_for_update(of=("self",)).select_related("queue", "mention__author")
    current = found.get(pk=case.pk)
    if not is_praise(current):
        raise Refused(NOT_PRAISE)
    if current.mention.is_gone and not current.passed_on:
        raise Refused(GONE)
    return current


def _checked(case: Case, *, unit: str, first_name: str, words: str) -> dict[str, str]:
    """What stands on the card; masked again here, whatever a form says."""
    author = author_of(case)
    unit, first_name = (" ".join(wording.storable(said).split()) for said in (unit[:80], first_name[:40]))
    if not unit:
        raise Refused(NO_UNIT)
    if praise.leads_to(unit, author) or praise.names_somebody(unit):
        raise Refused(UNIT_NAMES)
    if first_name and first_name not in praise.first_names(said_in(case), author):
        raise Refused(NOT_A_NAME)
    if praise.leads_to(words, author):
        raise Refused(LEADS_TO_AUTHOR)
    said = praise.card(wording.storable(words), author, first_name)
    if not said:
        raise Refused(NO_WORDS)
    return {"unit": unit, "first_name": first_name, "words": said}


def _decide(card: Thanks, state: str, by: User, at: datetime, **changes: Any) -> None:
    proposed = Thanks.objects.filter(pk=card.pk, state=State.PROPOSED)
    if not proposed.update(state=state, decided_by=by, decided_at=at, **changes):
        raise Refused(DECIDED)


def _send(card_id: int, now: datetime) -> bool:
    with transaction.atomic(durable=True):
        queued = Thanks.objects.filter(pk=card_id, mail=Mail.QUEUED)
        if not queued.update(mail=Mail.SENDING, mail_at=now):
            return False
    card = Thanks.objects.select_related("facility", "decided_by").get(pk=card_id)
    try:
        message_of(card).send()
    except NOT_SENT as error:
        logger.warning("thanks %s could not be mailed (%s)", card_id, type(error).__name__)
        state = Mail.FAILED
    else:
        state = Mail.SENT
    Thanks.objects.filter(pk=card_id, mail=Mail.SENDING).update(mail=state, mail_to="", mail_at=now)
    return state == Mail.SENT


def message_of(card: Thanks) -> EmailMessage:
    place = card.facility.name if card.facility else ""
    whom = f"{card.first_name}, {card.unit}" if card.first_name else card.unit
    lines = [
        f"Somebody thanked {whom} in public{f' at {place}' if place else ''}:",
        f"“{card.words}”",
        "Who wrote it stays out of this on purpose. Please do not look for them.",
    ]
    return EmailMessage(f"Thanks for {card.unit}", "\n\n".join(lines), to=[card.mail_to])
