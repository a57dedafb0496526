"""Replies to begin from. None is kept that the gate stops, that leaves the writer nothing to write, or that
answers a danger to life without the emergency line. Each change is in the audit, with its words.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from alerts import contacts, gatekeeping
from alerts.craft import slots
from alerts.gate import crisis
from alerts.models import Queue, SavedReply
from alerts.models.case import Case
from alerts.refusals import Refused
from hospital import audit
from listening import wording

LONGEST = 2_000
NO_SLOT = 'Leave a part for the writer in square brackets, such as "[a sentence of your own]".'
NO_LINE = "Whoever this answers may be in danger: it must name the emergency line, such as 911 or 988."
MOVED = "This saved reply is not there any more."


@dataclass(frozen=True)
class Draft:
    title: str
    text: str
    language: str = "en"
    queue: Queue | None = None
    lane: str = ""


@transaction.atomic
def save(kept: SavedReply | None, draft: Draft, *, by: User | None, at: datetime) -> SavedReply:
    title = " ".join(wording.storable(draft.title).split())[:80]
    text = wording.storable(draft.text).replace("\r\n", "\n").strip()
    _check(title, text, draft)
    if SavedReply.objects.exclude(pk=kept.pk if kept else 0).filter(
        title__iexact=title, language=draft.language
    ):
        raise Refused(f"There is a saved reply called {title} already.")
    values = {
        "title": title,
        "text": text,
        "language": draft.language,
        "queue": draft.queue,
        "lane": draft.lane,
        "changed_by": by,
        "changed_at": at,
    }
    if kept is None:
        kept = SavedReply.objects.create(**values)
        action = "saved_reply.add"
    else:
        if not SavedReply.objects.filter(pk=kept.pk).update(**values):
            raise Refused(MOVED)
        action = "saved_reply.change"
    told = {"title": title, "text": text, "language": draft.language, "lane": draft.lane}
    audit.record(action, subject(kept), by=by, at=at, queue=draft.queue.slug if draft.queue else "", **told)
    return kept


@transaction.atomic
def remove(kept: SavedReply, *, by: User, at: datetime) -> None:
    audit.record("saved_reply.remove", subject(kept), by=by, at=at, title=kept.title, text=kept.text)
    SavedReply.objects.filter(pk=kept.pk).delete()


def fitting(case: Case, language: str) -> list[SavedReply]:
    """Those for this queue and lane, the most particular and those in the language of the post first."""
    for_it = SavedReply.objects.filter(lane__in=["", case.mention.lane]).select_related("queue")
    found = [each for each in for_it if each.queue_id in (None, case.queue_id)]
    return sorted(
        found,
        key=lambda each: (
            each.language != (language or "en"),
            -bool(each.queue_id) - bool(each.lane),
            each.title,
        ),
    )


def ready(kept: SavedReply) -> str:
    """Its words, with what we know of ourselves filled in."""
    return slots.filled(kept.text, slots.first_phone(contacts.listed()))


def _check(title: str, text: str, draft: Draft) -> None:
    if not title or not text:
        raise Refused("Give it a title and a text.")
    if len(text) > LONGEST:
        raise Refused(f"A saved reply has at most {LONGEST} characters.")
    if not slots.has_personal(text):
        raise Refused(NO_SLOT)
    if is_for_danger(draft) and not crisis.names_line(text, draft.lane or _slug(draft)):
        raise Refused(NO_LINE)
    why = gatekeeping.why_never(text)
    if why:
        raise Refused(why)


def is_for_danger(draft: Draft) -> bool:
    return bool({draft.lane, _slug(draft)} & crisis.URGENT)


def _slug(draft: Draft) -> str:
    return draft.queue.slug.replace("-", "_") if draft.queue else ""


def subject(kept: SavedReply) -> str:
    return f"saved reply {kept.pk}"
