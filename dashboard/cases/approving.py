"""A reply that waits for its approval, as each person has it before them: whose turn it is, what changed."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from alerts import approvals, redlines, replies
from alerts.models import Approval, Redline, Reply
from dashboard.cards import Piece, pieces
from dashboard.cases import ticking
from dashboard.cases.verdicts import Shown, Told
from hospital.access import Permission

if TYPE_CHECKING:
    from dashboard.cases.opened import Opened


@dataclass(frozen=True)
class Part:
    kind: str  # same, del, ins
    pieces: list[Piece]


@dataclass(frozen=True)
class Approving:
    opened: "Opened"
    reply: Reply

    @cached_property
    def shown(self) -> Shown:
        """What the gate says of the text that waits, whatever somebody is typing."""
        return Shown.of(self.opened.mention, self.reply.text, self.opened.ground)

    @property
    def may_leave(self) -> bool:
        return not self.shown.is_down and (not self.shown.is_blocked or self.opened.is_let_through)

    @cached_property
    def _is_turn(self) -> bool:
        return approvals.may_approve(self.opened.desk.user, self.reply)

    @property
    def can_approve(self) -> bool:
        return self.opened.can_approve and self._is_turn and not self.has_approved

    @property
    def can_change(self) -> bool:
        user = self.opened.desk.user
        if not self.opened.desk.reach.covers(Permission.APPROVE_REPLIES, self.opened.case.facility_id):
            return False
        return self._is_turn and self.reply.author_id != user.pk

    @property
    def can_accept(self) -> bool:
        line = self.redline
        return line is not None and not line.is_accepted and self.reply.author_id == self.opened.desk.user.pk

    @property
    def can_send_at_once(self) -> bool:
        return self.can_approve and replies.may_send_at_once(self.reply, self.opened.desk.user)

    @cached_property
    def has_approved(self) -> bool:
        return any(each.by_id == self.opened.desk.user.pk for each in self._given)

    @cached_property
    def _given(self) -> list[Approval]:
        current = replies.text_hash(self.reply.text)
        return list(self.reply.approvals.filter(text_hash=current).select_related("by"))

    @property
    def given_by(self) -> str:
        return ", ".join(each.by.get_full_name() or each.by.username for each in self._given)

    @property
    def needed(self) -> int:
        return self.opened.case.queue.approvals_needed

    @cached_property
    def waits_for(self) -> str:
        """Who is named to approve here; nothing where everyone who approves may."""
        return approvals.whose_turn(self.reply)

    @property
    def passes_on(self) -> str:
        """When others are asked; nothing where the queue does not do so, or has."""
        if self.reply.escalated_at or self.opened.case.queue.escalate_after is None:
            return ""
        self.reply.case = self.opened.case
        return ticking.moment(approvals.escalates_at(self.reply, self.opened.desk.calendars))

    @cached_property
    def redline(self) -> Redline | None:
        return redlines.latest(self.reply)

    @property
    def parts(self) -> list[Part]:
        line = self.redline
        cut = redlines.difference(line.before, line.after) if line else ()
        return [Part(kind, pieces(text, [])) for kind, text in cut]

    @property
    def typed(self) -> str:
        return self.reply.text if self.opened.typed is None else self.opened.typed

    @property
    def to_tick(self) -> list[Told]:
        """Doubts about what the approver typed, once it was tried."""
        if self.opened.typed is None:
            return []
        return Shown.of(self.opened.mention, self.opened.typed, self.opened.ground).to_tick


def of(opened: "Opened") -> Approving | None:
    reply = opened.reply
    if reply is None or reply.state != Reply.State.AWAITING:
        return None
    reply.case = opened.case
    return Approving(opened, reply)
