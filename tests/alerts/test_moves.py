"""Every verb on a case in every state: which are moves, and that all others say why not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.test import TestCase

from alerts import byhand, cases, defaults, outbox, redlines, replies, waiting, weighing
from alerts.collisions import Seen
from alerts.models import Case, Queue, Reply
from alerts.refusals import Refused
from listening.sources.contract import Sent
from tests.alerts.desk import ANSWER, approved, drafted, open_case, sending, submitted
from tests.base import NOW, FakeSource, carla, pete, priya, registered

State = Case.State
LATER = NOW + timedelta(minutes=5)
ALL = frozenset(State)
OPEN = ALL - {State.CLOSED}
AT_WORK = frozenset({State.CLAIMED, State.DRAFTING, State.REOPENED})

ALLOWED: dict[str, frozenset[str]] = {
    "claim": frozenset({State.NEW}),
    "release": AT_WORK,
    "take over": OPEN - {State.NEW},
    "move": OPEN,
    "set severity": OPEN,
    "save draft": AT_WORK,
    "submit": frozenset({State.DRAFTING}),
    "approve": frozenset({State.AWAITING_APPROVAL}),
    "change": frozenset({State.AWAITING_APPROVAL}),
    "accept": frozenset(),  # nothing was changed
    "send back": frozenset({State.AWAITING_APPROVAL}),
    "cancel": frozenset({State.AWAITING_APPROVAL, State.HELD, State.TO_POST}),
    "post by hand": frozenset({State.TO_POST}),
    "look": frozenset({State.CHECK}),
    "wait": frozenset({State.SENT}),
    "resume": frozenset({State.WAITING}),
    "close": AT_WORK | {State.NEW, State.SENT, State.WAITING},
    "reopen": frozenset({State.CLOSED}),
}
"""The states in which each verb is a move. Everywhere else it is refused."""


class MovesTests(TestCase):
    pete: User
    carla: User
    priya: User
    ids: dict[str, int]

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.carla, cls.priya = pete(), carla(), priya()
        with registered(FakeSource()):
            cls.ids = {state: cls.made(state).pk for state in State}

    def setUp(self) -> None:
        fake = registered(FakeSource())
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)

    @classmethod
    def made(cls, state: str) -> Case:
        """A case that came there by the verbs; Pete has it."""
        case = open_case()
        steps: dict[str, Callable[[], object]] = {
            State.NEW: lambda: None,
            State.CLAIMED: lambda: cases.claim(case, by=cls.pete, at=NOW),
            State.DRAFTING: lambda: drafted(case, cls.pete),
            State.AWAITING_APPROVAL: lambda: submitted(case, cls.pete),
            State.HELD: lambda: approved(case, cls.pete, cls.priya),
            State.TO_POST: lambda: cls.to_post(case),
            State.SENDING: lambda: sending(case, cls.pete, cls.priya),
            State.SENT: lambda: cls.answered(case),
            State.CHECK: lambda: outbox.settle_unknown(sending(case, cls.pete, cls.priya), "No answer.", NOW),
            State.WAITING: lambda: cls.waited(case),
            State.CLOSED: lambda: cls.closed(case),
            State.REOPENED: lambda: (cls.closed(case), cases.reopen(case, by=cls.pete, at=NOW)),
        }
        steps[state]()
        case.refresh_from_db()
        assert case.state == state
        return case

    @classmethod
    def to_post(cls, case: Case) -> None:
        fake = FakeSource()
        fake.reply_way = "link_out"
        with registered(fake):
            approved(case, cls.pete, cls.priya)

    @classmethod
    def answered(cls, case: Case) -> None:
        outbox.settle_sent(sending(case, cls.pete, cls.priya), Sent(external_id=f"ours-{case.pk}"), NOW)

    @classmethod
    def waited(cls, case: Case) -> None:
        cls.answered(case)
        waiting.wait(case, days=3, by=cls.pete, at=NOW)

    @classmethod
    def closed(cls, case: Case) -> None:
        cases.claim(case, by=cls.pete, at=NOW)
        cases.close(case, outcome="none", note="Says nothing of us.", by=cls.pete, at=NOW)

    def verbs(self, case: Case) -> dict[str, Callable[[], object]]:
        """As Pete does them, or whoever else has to."""
        own: dict[str, Any] = {"by": self.pete, "at": LATER}
        second: dict[str, Any] = {"by": self.priya, "at": LATER}
        reply = case.replies.first() or Reply(case=case, pk=0)
        other = Queue.objects.get(slug="praise")
        return {
            "claim": lambda: cases.claim(case, **own),
            "release": lambda: cases.release(case, **own),
            "take over": lambda: cases.take_over(case, seen_owner_id=self.pete.pk, by=self.carla, at=LATER),
            "move": lambda: cases.move(case, queue=other, **own),
            "set severity": lambda: weighing.set_severity(case, key=2, **own),
            "save draft": lambda: replies.save_draft(
                case, text=ANSWER, post_seen=case.mention.content_hash, **own
            ),
            "submit": lambda: replies.submit(reply, **own),
            "approve": lambda: replies.approve(reply, text_seen=ANSWER, **second),
            "change": lambda: redlines.change(reply, text_seen=ANSWER, text="We listen.", **second),
            "accept": lambda: redlines.accept(reply, text_seen=ANSWER, **own),
            "send back": lambda: replies.send_back(reply, reason="Shorter.", **second),
            "cancel": lambda: replies.cancel(reply, **own),
            "post by hand": lambda: byhand.posted(reply, seen=Seen(), **own),
            "look": lambda: outbox.say_it_is_not_there(reply, **own),
            "wait": lambda: waiting.wait(case, days=3, **own),
            "resume": lambda: waiting.resume(case, **own),
            "close": lambda: cases.close(case, outcome="phone", note="Called.", **own),
            "reopen": lambda: cases.reopen(case, **own),
        }

    def test_each_verb_is_a_move_just_where_the_table_says(self) -> None:
        for state in State:
            for verb in ALLOWED:
                with self.subTest(state=state.value, verb=verb):
                    self.check(state, verb)

    def check(self, state: State, verb: str) -> None:
        case = Case.objects.select_related("queue", "mention", "owner").get(pk=self.ids[state])
        of_reply = verb in (
            "submit",
            "approve",
            "change",
            "accept",
            "send back",
            "cancel",
            "look",
            "post by hand",
        )
        if of_reply and not case.replies.exists():
            return  # There is nothing to do it to.
        events = case.events.count()
        with transaction.atomic():
            try:
                self.verbs(case)[verb]()
                said = ""
            except Refused as refusal:
                said = str(refusal)
            self.assertEqual(bool(said), state not in ALLOWED[verb], said)
            if said:
                self.assertEqual(case.events.count(), events)
            transaction.set_rollback(True)
        if said:
            self.assertRegex(said, r"^[A-Z].*[.?]$")

    def test_every_state_has_a_word_of_its_own(self) -> None:
        self.assertEqual(len(set(State.labels)), len(State))
        wanted = {"New", "Claimed", "Drafting", "Awaiting approval", "Held", "Sent", "Waiting on author"}
        self.assertLessEqual(wanted | {"Closed", "Reopened"}, set(State.labels))
