from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import TestCase

from alerts import cases, collisions, defaults, outbox, presence, replies
from alerts.collisions import Beside, Seen
from alerts.models import Case, NativeReply, Reply
from alerts.models.queue import REPLY_HOLD
from alerts.refusals import Refused
from hospital.models import AuditEntry, Role
from listening.models import Author, Story
from tests.alerts.desk import ANSWER, approved, drafted, fresh, open_case, submitted
from tests.base import NOW, FakeSource, carla, facility, person, pete, priya, registered

LATER = NOW + timedelta(minutes=5)


class Colliding(TestCase):
    pete: User
    carla: User
    priya: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.carla, cls.priya = pete(), carla(), priya()

    def setUp(self) -> None:
        self.case = open_case()
        fake = registered(FakeSource())
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)

    def submit(self, reply: Reply, at: datetime = NOW, **seen: object) -> None:
        replies.submit(reply, by=self.pete, at=at, seen=Seen(**seen))  # type: ignore[arg-type]


class BesideTests(Colliding):
    def asked(self, reply: Reply) -> Beside:
        with self.assertRaises(Beside) as caught:
            self.submit(reply)
        self.assertEqual(fresh(reply).state, "draft")
        return caught.exception

    def test_a_colleague_who_writes_is_asked_about(self) -> None:
        reply = drafted(self.case, self.pete)
        presence.write(self.case, by=self.carla, at=NOW)
        question = self.asked(reply)
        self.assertIn("carla is replying.", str(question))
        self.assertEqual(question.people, [self.carla.pk])

    def test_going_on_is_on_record(self) -> None:
        reply = drafted(self.case, self.pete)
        presence.write(self.case, by=self.carla, at=NOW)
        self.submit(reply, past=frozenset({self.carla.pk}))
        self.assertEqual(fresh(reply).state, "awaiting")
        self.assertEqual(self.case.events.get(kind="insisted").actor, self.pete)
        entry = AuditEntry.objects.get(action="reply.beside_a_colleague")
        self.assertEqual(entry.detail, {"people": ["carla"]})

    def test_another_colleague_is_another_question(self) -> None:
        reply = drafted(self.case, self.pete)
        for colleague in (self.carla, self.priya):
            presence.write(self.case, by=colleague, at=NOW)
        with self.assertRaises(Beside):
            self.submit(reply, past=frozenset({self.carla.pk}))

    def test_looking_is_not_writing(self) -> None:
        reply = drafted(self.case, self.pete)
        presence.look(self.case, by=self.carla, at=NOW)
        presence.write(self.case, by=self.pete, at=NOW)
        self.submit(reply)
        self.assertEqual(presence.writing_at([self.case.pk], NOW), [])

    def test_an_approver_is_asked_too(self) -> None:
        reply = submitted(self.case, self.pete)
        presence.write(self.case, by=self.carla, at=NOW)
        with self.assertRaises(Beside):
            replies.approve(reply, by=self.priya, text_seen=ANSWER, at=NOW)
        past = Seen(past=frozenset({self.carla.pk}))
        replies.approve(reply, by=self.priya, text_seen=ANSWER, at=NOW, seen=past)
        self.assertEqual(fresh(reply).state, "queued")

    def test_after_two_minutes_nobody_is_asked(self) -> None:
        reply = drafted(self.case, self.pete)
        presence.write(self.case, by=self.carla, at=NOW)
        self.submit(reply, at=NOW + presence.IDLE_AFTER)
        self.assertEqual(fresh(reply).state, "awaiting")

    def test_posts_that_belong_together(self) -> None:
        author = Author.objects.create(network="fake", external_id="a1")
        story = Story.objects.create(first_seen_at=NOW, last_seen_at=NOW, count=2)
        ties: list[dict[str, Any]] = [{"author": author}, {"story": story}]
        for tie in ties:
            with self.subTest(tie):
                here, there, stranger = open_case(**tie), open_case(**tie), open_case()
                self.assertEqual(list(collisions.beside(here)), [there])
                presence.write(stranger, by=self.carla, at=NOW)
                reply = drafted(here, self.pete)
                presence.write(there, by=self.carla, at=NOW)
                self.assertIn("belongs together", str(self.asked(reply)))
        root = open_case()
        answer = open_case(parent_external_id=root.mention.external_id)
        sibling = open_case(parent_external_id=root.mention.external_id)
        self.assertEqual(set(collisions.beside(root)), {answer, sibling})
        self.assertEqual(set(collisions.beside(answer)), {root, sibling})

    def test_nothing_is_told_of_what_a_person_may_not_see(self) -> None:
        author = Author.objects.create(network="fake", external_id="a1")
        here = open_case(author=author, facility=facility())
        there = open_case(author=author, facility=facility("Northfield North", "north"))
        Case.objects.update(owner=None)
        local = person("sam", Role.RESPONDER, facility())
        presence.write(there, by=self.carla, at=NOW)
        reply = drafted(Case.objects.get(pk=here.pk), local)
        replies.submit(reply, by=local, at=NOW)
        self.assertEqual(fresh(reply).state, "awaiting")


class AppearedTests(Colliding):
    def test_an_answer_of_ours_stops_the_next_until_it_was_seen(self) -> None:
        first = approved(self.case, self.pete, self.priya)
        outbox.publish(first.pk, NOW + REPLY_HOLD)
        cases.close(self.case, outcome="online", note="", by=self.pete, at=LATER)
        cases.reopen(self.case, by=self.pete, at=LATER)
        second = drafted(self.case, self.pete, "We have another thing to say about this.")
        with self.assertRaisesMessage(Refused, collisions.APPEARED):
            self.submit(second)
        self.submit(second, public=1)
        self.assertEqual((fresh(second).state, fresh(second).public_seen), ("awaiting", 1))

    def test_an_approver_must_have_seen_it_as_well(self) -> None:
        reply = submitted(self.case, self.pete)
        NativeReply.objects.create(case=self.case, external_id="n1", text="Hello", found_at=NOW)
        with self.assertRaisesMessage(Refused, collisions.APPEARED):
            replies.approve(reply, by=self.priya, text_seen=ANSWER, at=NOW)
        replies.approve(reply, by=self.priya, text_seen=ANSWER, at=NOW, seen=Seen(public=1))
        self.assertEqual(fresh(reply).public_seen, 1)

    def test_what_appears_in_the_hold_brings_it_back(self) -> None:
        reply = approved(self.case, self.pete, self.priya)
        NativeReply.objects.create(case=self.case, external_id="n1", text="Hello", found_at=NOW)
        outbox.publish(reply.pk, LATER)
        self.assertEqual((fresh(reply).state, fresh(reply).return_reason), ("returned", collisions.APPEARED))
