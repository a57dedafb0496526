"""One case as a person has it before them: what was said, what has been done, and what they may do next."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from alerts import (
    cases,
    changes,
    facts,
    gate,
    gatekeeping,
    priority,
    replies,
    savedreplies,
    thanks,
    waiting,
    weighing,
)
from alerts.gatekeeping import Ground
from alerts.models import (
    ApprovedFact,
    Case,
    CaseEvent,
    Change,
    ChangeLink,
    NativeReply,
    Question,
    Queue,
    Reply,
    SavedReply,
    Thanks,
)
from alerts.models.case import AT_WORK
from alerts.priority import Factor
from alerts.thanks import Suggestion
from alerts.ways import Way, way_for
from dashboard import cards
from dashboard.cards import Card
from dashboard.cases import approving, story, ticking
from dashboard.cases.approving import Approving
from dashboard.cases.author import AuthorView, author_of
from dashboard.cases.beside import Eyes
from dashboard.cases.craft import Craft
from dashboard.cases.desk import Desk
from dashboard.cases.operating import Operating
from dashboard.cases.privately import NOTHING_SEEN, Privately, Seen
from dashboard.cases.rows import card_of
from dashboard.cases.ticking import Ticking
from dashboard.cases.urgent import Urgent
from dashboard.cases.verdicts import Shown
from dashboard.mention_views import is_hidden, outward, pieces_of, title_of
from dashboard.reveals import NO_REVEAL, Reveal
from hospital.access import Permission
from listening.models import Mention

LONGEST = 8_000
"""Characters of a post that are shown here; the mention's own page shows more."""

CHANGES_OFFERED = 50


@dataclass(frozen=True)
class Opened:
    case: Case
    desk: Desk
    refused: str = ""
    beside: tuple[int, ...] = ()  # colleagues who write, where that was why it was refused
    typed: str | None = None  # what could not be saved, so that it is not lost
    reveal: Reveal = NO_REVEAL
    seen: Seen = NOTHING_SEEN

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
    def events(self) -> list[CaseEvent]:
        """The newest first."""
        return list(self.case.events.select_related("actor").order_by("-id"))

    @cached_property
    def story(self) -> list[story.Line]:
        lines = [story.line(event) for event in self.events]
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

    @cached_property
    def clock(self) -> Ticking:
        return ticking.of(self.case, self.desk.calendars, self.now)

    @cached_property
    def approving(self) -> Approving | None:
        return approving.of(self)

    @property
    def policy(self) -> str:
        """The version of the reply rules that applied, or that would now."""
        reply = self.reply or next(iter(reversed(self.published)), None)
        stored = reply.gate.get("policy") if reply and isinstance(reply.gate, dict) else None
        return str(stored or gate.POLICY)

    @property
    def wait_days(self) -> tuple[int, ...]:
        return waiting.DAYS

    @cached_property
    def urgent(self) -> Urgent:
        """The cards of somebody in danger, or still in the building."""
        return Urgent(self.case, self.desk)

    @cached_property
    def author(self) -> AuthorView | None:
        return author_of(self.case, self.desk)

    @cached_property
    def questions(self) -> list[Question]:
        return list(self.case.questions.select_related("asked_by", "answered_by"))

    @cached_property
    def privately(self) -> Privately:
        return Privately.of(self.case, self.now)

    @cached_property
    def changes(self) -> list[ChangeLink]:
        return list(self.case.change_links.select_related("change__owner", "told_by"))

    @property
    def to_tell(self) -> list[ChangeLink]:
        made = [link for link in self.changes if link.change.status == Change.Status.MADE]
        return [link for link in made if link.told_at is None]

    @property
    def other_changes(self) -> list[Change]:
        """What it can be linked to, the newest first."""
        mine = Change.objects.within(self.desk.reach.facility_ids(Permission.WORK_CASES))
        linked = [link.change_id for link in self.changes]
        return list(mine.exclude(pk__in=linked).order_by("-id")[:CHANGES_OFFERED])

    @property
    def ways_told(self) -> list[tuple[str, str]]:
        return [(how.value, how.label) for how in changes.BY_HAND]

    @property
    def is_praise(self) -> bool:
        return thanks.is_praise(self.case) and not self.mention.is_gone

    @cached_property
    def thanks(self) -> list[Thanks]:
        return list(self.case.thanks.exclude(state=Thanks.State.DECLINED))

    @cached_property
    def suggestion(self) -> Suggestion:
        return thanks.suggest(self.case)

    @property
    def can_confirm_thanks(self) -> bool:
        return self.desk.reach.covers(Permission.CONFIRM_THANKS, self.case.facility_id)

    @property
    def can_read_answers(self) -> bool:
        return self.desk.reach.covers(Permission.READ_PRIVATE_ANSWERS, self.case.facility_id)

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
        return len(self.public)

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

    @cached_property
    def ground(self) -> Ground:
        return Ground.load()

    @cached_property
    def craft(self) -> Craft:
        """How the text that stands here now reads."""
        return Craft(self.case, self.text, self.way, self.desk, self.ground)

    @cached_property
    def saved_replies(self) -> list[SavedReply]:
        return savedreplies.fitting(self.case, self.mention.language)

    @cached_property
    def facts(self) -> list[ApprovedFact]:
        return facts.for_facility(self.case.facility_id, self.now)

    @cached_property
    def operating(self) -> Operating:
        """How the hospital is running, beside it."""
        return Operating(self.case, self.desk)

    @property
    def text_pieces(self) -> list[cards.Piece]:
        """For an approver: what no eye can see in it is shown too."""
        return cards.pieces(self.text, [])

    @cached_property
    def verdict(self) -> Shown:
        """What the gate says of the text that stands here now."""
        return Shown.of(self.mention, self.text, self.ground)

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
        mine = self.can_work and self.is_mine and self.case.state in AT_WORK
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
        at_rest = self.case.state in cases.CLOSABLE
        return self.can_work and at_rest and (self.is_mine or self.case.owner_id is None)

    @property
    def refresh_seconds(self) -> int | None:
        """How often the case shows itself anew: only where there is nothing to type into."""
        if self.case.state in (Case.State.HELD, Case.State.SENDING):
            return 2
        if self.approving is None or self.can_override:
            return None
        return None if self.approving.can_change or self.approving.can_approve else 5

    @property
    def stage(self) -> str:
        """What the page was made for; a page that finds another one says that the case has moved on."""
        return f"{self.case.state}-{self.case.owner_id or 0}"

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(value, label) for value, label in Case.Outcome.choices if value not in cases.OF_STAFF_VOICES]

    @property
    def other_queues(self) -> list[Queue]:
        return [queue for queue in self.desk.ordinary_queues if queue.pk != self.case.queue_id]

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
