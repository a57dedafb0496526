"""Two people and one case, whose moves meet at the same moment: one wins, nothing is doubled.

The suite tries each pair a few times; `make drills` tries them a thousand times in all.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.test import TransactionTestCase

from alerts import byhand, cases, defaults, outbox, readback, replies, unknowns
from alerts.collisions import NOTHING_SEEN, Seen
from alerts.models import Case, NativeReply, Reply
from alerts.models.queue import REPLY_HOLD
from alerts.refusals import Refused
from hospital.models import Membership, Role
from listening.sources.contract import SendUnknown, Thread, Written
from tests.alerts.desk import ANSWER, approved, drafted, open_case, submitted
from tests.alerts.test_races import at_once
from tests.base import NOW, ReadingSource, carla, pete, priya, registered

LEAVES_AT = NOW + REPLY_HOLD
LATE = LEAVES_AT + timedelta(minutes=20)
DRILL = bool(os.environ.get("MURMUR_DRILL_POINTS"))
TRIES = 77 if DRILL else 4

Move = Callable[[], object]


@dataclass
class Field:
    """One case, its people and its network; what both moves left."""

    pete: User
    carla: User
    priya: User
    second: User
    network: ReadingSource
    case: Case

    @property
    def reply(self) -> Reply:
        return Reply.objects.get(case=self.case)

    @property
    def answers(self) -> int:
        """Public answers with our words, whoever put them there."""
        return len(self.network.shown) + len(self.network.natives)

    def clear(self) -> None:
        """Another case, and a network that has shown nothing."""
        self.case = open_case()
        self.network.shown, self.network.natives, self.network.sent = [], [], []
        self.network.replies, self.network.loses = [], False

    def unknown(self, *, is_public: bool = True) -> Reply:
        self.network.replies, self.network.loses = [SendUnknown("No answer.")], not is_public
        reply = approved(self.case, self.pete, self.priya)
        outbox.publish(reply.pk, LEAVES_AT)
        return self.reply


def claim_and_close(field: Field) -> tuple[Move, Move]:
    close = partial(cases.close, field.case, outcome="phone", note="", at=NOW)
    return partial(cases.claim, field.case, by=field.pete, at=NOW), partial(close, by=field.carla)


def submit_twice(field: Field) -> tuple[Move, Move]:
    reply = drafted(field.case, field.pete)
    move = partial(replies.submit, reply, by=field.pete, at=NOW)
    return move, move


def approve_twice(field: Field) -> tuple[Move, Move]:
    reply = submitted(field.case, field.pete)
    move = partial(replies.approve, reply, text_seen=ANSWER, at=NOW)
    return partial(move, by=field.priya), partial(move, by=field.second)


def approve_and_take_back(field: Field) -> tuple[Move, Move]:
    """Taken back before it was approved, or after: in both cases nothing leaves."""
    reply = submitted(field.case, field.pete)
    back = partial(replies.cancel, reply, by=field.pete, at=NOW)
    return partial(replies.approve, reply, by=field.priya, text_seen=ANSWER, at=NOW), back


def approve_and_send_back(field: Field) -> tuple[Move, Move]:
    reply = submitted(field.case, field.pete)
    back = partial(replies.send_back, reply, by=field.second, reason="Say less.", at=NOW)
    return partial(replies.approve, reply, by=field.priya, text_seen=ANSWER, at=NOW), back


def approve_and_edit(field: Field) -> tuple[Move, Move]:
    """The edit is refused while it waits for approval and after."""
    reply = submitted(field.case, field.pete)
    save = partial(replies.save_draft, field.case, text="Other words.", post_seen="0" * 64)
    approve = partial(replies.approve, reply, by=field.priya, text_seen=ANSWER, at=NOW)
    return approve, partial(save, by=field.pete, at=NOW)


def publish_and_take_back(field: Field) -> tuple[Move, Move]:
    reply = approved(field.case, field.pete, field.priya)
    return partial(outbox.publish, reply.pk, LEAVES_AT), partial(replies.cancel, reply, by=field.pete, at=NOW)


def publish_twice(field: Field) -> tuple[Move, Move]:
    reply = approved(field.case, field.pete, field.priya)
    move = partial(outbox.publish, reply.pk, LEAVES_AT)
    return move, move


def post_by_hand_twice(field: Field) -> tuple[Move, Move]:
    field.network.reply_way = "link_out"
    try:
        reply = approved(field.case, field.pete, field.priya)
    finally:
        field.network.reply_way = "api"
    field.network.shown.append(Written("by hand", ANSWER))
    move = partial(byhand.posted, reply, seen=NOTHING_SEEN, at=NOW)
    return partial(move, by=field.pete), partial(move, by=field.carla)


def say_public_and_absent(field: Field) -> tuple[Move, Move]:
    reply = field.unknown()
    public = partial(outbox.say_it_is_public, reply, by=field.pete, at=NOW)
    return public, partial(outbox.say_it_is_not_there, reply, by=field.carla, at=NOW)


def read_back_and_say_absent(field: Field) -> tuple[Move, Move]:
    reply = field.unknown()
    absent = partial(outbox.say_it_is_not_there, reply, by=field.carla, at=NOW)
    return partial(unknowns.settle, reply.pk, LATE), absent


def read_back_twice_with_nothing_there(field: Field) -> tuple[Move, Move]:
    reply = field.unknown(is_public=False)
    field.network.loses = False
    move = partial(unknowns.settle, reply.pk, LATE)
    return move, move


def native_and_publish(field: Field) -> tuple[Move, Move]:
    """Somebody answers on the network, and a poll or a reader notes it, while ours is about to leave."""
    reply = approved(field.case, field.pete, field.priya)
    native = Written("native", "We saw this.")

    def answer_there() -> None:
        field.network.natives.append(native)
        readback.note(field.case.pk, Thread([native], is_whole=True), at=NOW)

    return answer_there, partial(outbox.publish, reply.pk, LEAVES_AT)


ONE_WINS = [claim_and_close, submit_twice, approve_twice, approve_and_send_back, post_by_hand_twice]
ONE_WINS += [approve_and_edit, say_public_and_absent]
BOTH_MAY = [approve_and_take_back, publish_and_take_back, publish_twice, read_back_and_say_absent]
BOTH_MAY += [read_back_twice_with_nothing_there, native_and_publish]


@pytest.mark.walk
@pytest.mark.slow
@pytest.mark.timeout(1800 if DRILL else 120)
class PublicRaceTests(TransactionTestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.second = User.objects.create_user("second")
        second = priya()
        self.people = (pete(), carla(), second)

    @contextmanager
    def field(self) -> Iterator[Field]:
        Membership.objects.create(user=self.second, role=Role.APPROVER)
        with registered(ReadingSource()) as network:
            assert isinstance(network, ReadingSource)
            yield Field(*self.people, self.second, network, open_case())

    def test_one_of_two_wins_and_the_other_is_told(self) -> None:
        with self.field() as field:
            for pair in ONE_WINS:
                for _ in range(TRIES):
                    field.clear()
                    answers = at_once(*pair(field))
                    refused = [answer for answer in answers if isinstance(answer, Refused)]
                    self.assertEqual(len(refused), 1, pair.__name__)
                    self.settles(field, pair.__name__)

    def test_whatever_order_they_come_in_nothing_is_public_twice(self) -> None:
        with self.field() as field:
            for pair in BOTH_MAY:
                for _ in range(TRIES):
                    field.clear()
                    for answer in at_once(*pair(field)):
                        self.assertIsInstance(answer, Refused | None, pair.__name__)
                    self.settles(field, pair.__name__)

    def settles(self, field: Field, name: str) -> None:
        """Let everything that is still owed happen, late; then count what is public in our name."""
        for reply_id in outbox.sweep(LATE):
            outbox.publish(reply_id, LATE)
        ours = [text for text in (written.text for written in field.network.shown) if text == ANSWER]
        self.assertLessEqual(len(ours), 1, name)
        sent = Reply.objects.filter(case=field.case, state=Reply.State.SENT).count()
        self.assertEqual(sent, len(ours), name)
        natives = NativeReply.objects.filter(case=field.case).count()
        self.assertEqual(natives, len(field.network.natives), name)
        if natives and ours:
            # Ours had left before the other was known; whoever writes next must have seen both.
            with self.assertRaises(Refused):
                self.writes_again(field)

    def writes_again(self, field: Field) -> None:
        cases.close(field.case, outcome="online", note="", by=field.pete, at=LATE)
        cases.reopen(field.case, by=field.pete, at=LATE)
        reply = drafted(field.case, field.pete, "One more thing.")
        replies.submit(reply, by=field.pete, at=LATE, seen=Seen(public=1))
