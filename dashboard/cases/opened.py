"""One case as a person has it before them: what was said, what has been done, and what they may do next."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.http import Http404

from alerts import cases, collisions, gatekeeping, priority, replies, weighing
from alerts.models import Case, CaseEvent, NativeReply, Queue, Reply
from alerts.models.case import CaseQuerySet
from alerts.models.queue import STAFF_VOICE
from alerts.priority import Factor
from alerts.ways import Way, way_for
from dashboard import cards
from dashboard.cards import Card
from dashboard.cases import story
from dashboard.cases.beside import Eyes
from dashboard.cases.desk import Desk
from dashboard.cases.rows import card_of, is_pressing, time_left
from dashboard.cases.verdicts import Shown
from dashboard.mention_views import is_hidden, outward, pieces_of, title_of
from dashboard.reveals import NO_REVEAL, Reveal
from hospital.access import Permission
from listening.models import Mention

LONGEST = 8_000
"""Characters of a post that are shown here; the mention's own page shows more."""

HIGHEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Opened:
    case: Case
    desk: Desk
    refused: str = ""
    beside: tuple[int, ...] = ()  # colleagues who write, where that was why it was refused
    typed: str | None = None  # what could not be saved, so that it is not lost
    reveal: Reveal = NO_REVEAL

    @property
    def mention(self) -> Mention:
        return self.case.mention

    @cached_property
    def card(self) -> Card:
        return card_of(self.case)

    @property
    def read(self) -> Card:
        """As the post was read, whatever a person made of it."""
        return Card(self.mention)

    @cached_property
    def pieces(self) -> list[cards.Piece]:
        return pieces_of(self.card, self.mention.text, LONGEST, self.reveal)

    @cached_property
    def title_pieces(self) -> list[cards.Piece]:
        return title_of(self.card, self.reveal)

    @property
    def is_cut(self) -> bool:
        return len(self.mention.text) > LONGEST

    @property
    def link(self) -> tuple[str, str] | None:
        """Of a voice of staff only to have a patient's details taken down: it leads to its author."""
        if self.case.is_staff_voice and self.case.staff_answer != Case.Answer.PRIVACY:
            return None
        return outward(self.mention.url)

    @cached_property
    def story(self) -> list[story.Line]:
        events = self.case.events.select_related("actor").order_by("-id")
        lines = [story.line(event) for event in events]
        return _since_answered(lines) if self.case.passed_on else lines

    @property
    def now(self) -> datetime:
        return self.desk.now

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """Why it stands where it stands, as of the moment that the list shows."""
        return weighing.factors(self.case, self.desk.weights, self.desk.since)

    @property
    def score(self) -> int:
        return priority.score(self.factors)

    @property
    def severities(self) -> list[tuple[int, int, str]]:
        """What a person can set it to: key, severity, word."""
        return [(key, *said) for key, said in priority.SEVERITIES.items()]

    @property
    def left(self) -> str:
        return time_left(self.case, self.now)

    @property
    def is_pressing(self) -> bool:
        return is_pressing(self.case, self.now)

    # What is written and on its way

    @cached_property
    def _replies(self) -> list[Reply]:
        return list(self.case.replies.select_related("author", "approved_by", "override_by", "case"))

    @property
    def published(self) -> list[Reply]:
        return [reply for reply in self._replies if reply.state == Reply.State.SENT]

    @cached_property
    def eyes(self) -> Eyes:
        return Eyes(self.desk, self.case)

    @cached_property
    def public(self) -> list[Reply | NativeReply]:
        """Every answer of ours that stands there, oldest first."""
        found: list[Reply | NativeReply] = [*self.published, *self.case.native_replies.all()]
        return sorted(found, key=_public_at)

    @property
    def public_count(self) -> int:
        return collisions.public_count(self.case.pk)

    @property
    def reply(self) -> Reply | None:
        """The one on its way, or the last that could not be sent."""
        unsent = [reply for reply in self._replies if reply.state != Reply.State.SENT]
        return unsent[-1] if unsent else None

    @property
    def text(self) -> str:
        if self.typed is not None:
            return self.typed
        return self.reply.text if self.reply else ""

    @property
    def is_unsaved(self) -> bool:
        return self.typed is not None and (self.reply is None or self.reply.text != self.typed.strip())

    @property
    def is_too_long(self) -> bool:
        return len(self.text) > self.way.max_characters

    @property
    def text_pieces(self) -> list[cards.Piece]:
        """For an approver: what no eye can see in it is shown too."""
        return cards.pieces(self.text, [])

    @cached_property
    def verdict(self) -> Shown:
        """What the gate says of the text that stands here now."""
        return Shown.of(self.mention, self.text)

    @property
    def is_let_through(self) -> bool:
        """A second person let this exact text through although the gate stops it."""
        return bool(self.reply) and gatekeeping.is_overridden(self.reply, replies.text_hash(self.reply.text))  # type: ignore[arg-type,union-attr]

    @property
    def may_leave(self) -> bool:
        return not self.verdict.is_down and (not self.verdict.is_blocked or self.is_let_through)

    @cached_property
    def way(self) -> Way:
        return way_for(self.mention)

    @property
    def post_changed(self) -> bool:
        return bool(self.reply) and self.reply.mention_hash != self.mention.content_hash  # type: ignore[union-attr]

    @property
    def waits_again(self) -> bool:
        """Queued after the network said not now, or could not be read."""
        is_queued = self.reply is not None and self.reply.state == Reply.State.QUEUED
        return is_queued and bool(self.reply.attempts or self.reply.error)  # type: ignore[union-attr]

    # What this person may do now

    @property
    def is_mine(self) -> bool:
        return self.case.owner_id == self.desk.user.pk

    @property
    def can_reveal(self) -> bool:
        """There is something to show, or something shown to hide again."""
        if self.reveal.is_open:
            return True
        return self.reveal.may and (is_hidden(self.pieces) or is_hidden(self.title_pieces))

    @property
    def can_work(self) -> bool:
        if self.case.is_restricted:
            return False
        return self.desk.reach.covers(Permission.WORK_CASES, self.case.facility_id)

    @property
    def can_write(self) -> bool:
        mine = self.can_work and self.is_mine and self.case.state in replies.AT_WORK
        return mine and not self.case.is_staff_voice

    @property
    def can_approve(self) -> bool:
        if not self.desk.reach.covers(Permission.APPROVE_REPLIES, self.case.facility_id):
            return False
        return self.reply is not None and not replies.has_written(self.reply, self.desk.user)

    @property
    def can_override(self) -> bool:
        """Only where the gate stops what waits, and by somebody who wrote none of it."""
        if not self.desk.reach.covers(Permission.OVERRIDE_CHECK, self.case.facility_id):
            return False
        if self.reply is None or self.is_let_through or not self.verdict.is_blocked:
            return False
        return not replies.has_written(self.reply, self.desk.user)

    @property
    def can_close(self) -> bool:
        at_rest = self.case.state in (Case.State.NEW, Case.State.SENT, *replies.AT_WORK)
        return self.can_work and at_rest and (self.is_mine or self.case.owner_id is None)

    @property
    def refresh_seconds(self) -> int | None:
        """How often the case shows itself anew: only where there is nothing to type into."""
        if self.case.state == Case.State.SENDING:
            return 2
        waits = self.case.state == Case.State.AWAITING_APPROVAL
        return 5 if waits and not (self.can_approve or self.can_override) else None

    @property
    def stage(self) -> str:
        """What the page was made for; a page that finds another one says that the case has moved on."""
        return f"{self.case.state}-{self.case.owner_id or 0}"

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(value, label) for value, label in Case.Outcome.choices if value not in cases.OF_STAFF_VOICES]

    @property
    def other_queues(self) -> list[Queue]:
        return list(Queue.objects.exclude(pk=self.case.queue_id).exclude(slug=STAFF_VOICE))

    @property
    def by_author(self) -> int:
        """How often this author wrote; a number and nothing more."""
        if self.mention.author_id is None:
            return 1
        facility_ids = self.desk.reach.facility_ids(Permission.SEE_WALL)
        return Mention.objects.within(facility_ids).filter(author=self.mention.author_id)[:100].count()


def _public_at(answer: Reply | NativeReply) -> datetime:
    if isinstance(answer, NativeReply):
        return answer.published_at or answer.found_at
    return answer.sent_at or answer.updated_at


def _since_answered(lines: list[story.Line]) -> list[story.Line]:
    """Newest first, down to the answer: what was before it tells when the post was written."""
    answered = [at for at, line in enumerate(lines) if line.kind == CaseEvent.Kind.ANSWERED]
    return lines[: answered[0] + 1] if answered else []


def find_case(desk: Desk, pk: int, permission: Permission) -> Case:
    """A case the person may see, and may do this with; any other does not exist for them."""
    case = _one(desk.reachable, pk)
    if case is not None and desk.reach.covers(permission, case.facility_id):
        return case
    # One restricted is seen and answered by those who handle it, and nothing else can be done with it.
    case = _one(desk.restricted, pk) if case is None else None
    if case is None or not (permission in STAFF_VOICE_DOORS or case.state == Case.State.CHECK):
        raise Http404("There is no such case.")
    return case


STAFF_VOICE_DOORS = (Permission.SEE_CASES, Permission.HANDLE_STAFF_VOICE)


def _one(cases: CaseQuerySet, pk: int) -> Case | None:
    related = cases.select_related(
        "mention__source",
        "mention__author",
        "mention__facility",
        "facility",
        "owner",
        "queue",
        "severity_set_by",
    )
    return related.prefetch_related("mention__matches").filter(pk=min(pk, HIGHEST_ID)).first()


def find_reply(desk: Desk, pk: int, permission: Permission) -> Reply:
    reply = Reply.objects.filter(pk=min(pk, HIGHEST_ID)).first()
    if reply is None:
        raise Http404("There is no such reply.")
    reply.case = find_case(desk, reply.case_id, permission)
    return reply
