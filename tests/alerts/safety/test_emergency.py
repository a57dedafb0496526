from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import TestCase

from alerts import cases, defaults, emergency, outbox, replies, triage
from alerts.models import Case, Notification, Reply, SafetyTextVersion
from alerts.refusals import Refused
from hospital.models import AuditEntry, Membership
from listening.models import Mention
from listening.sources.contract import Unavailable
from tests.alerts.desk import drafted
from tests.alerts.safety.base import BODY, approved_text, duty, urgent
from tests.base import NOW, FakeSource, facility, pete, priya, registered

LATER = NOW + timedelta(seconds=70)


class Emergency(TestCase):
    pete: User
    priya: User
    version: SafetyTextVersion

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.priya = pete(), priya()
        cls.version = approved_text(cls.priya)

    def setUp(self) -> None:
        self.network = FakeSource()
        fake = registered(self.network)
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)
        self.case = urgent()

    def send(self, **fields: Any) -> Reply:
        seen = {"version_id": self.version.pk, "hash_seen": self.version.body_hash}
        values: dict[str, Any] = {**seen, "by": self.pete, "at": NOW, **fields}
        return emergency.send(self.case, **values)

    def post_by_hand(self) -> None:
        seen = self.version.body_hash
        emergency.posted_by_hand(
            self.case, version_id=self.version.pk, hash_seen=seen, by=self.pete, at=LATER
        )

    def refused(self, sentence: str, **fields: Any) -> None:
        with self.assertRaisesMessage(Refused, sentence):
            self.send(**fields)
        self.assertFalse(Reply.objects.filter(state__in=["queued", "sending", "sent"]).exists())


class SendTests(Emergency):
    def test_one_press_publishes_the_exact_text_with_no_hold(self) -> None:
        reply = self.send()
        outbox.publish(reply.pk, NOW)
        self.assertEqual([text for _, text in self.network.sent], [BODY])
        reply.refresh_from_db()
        self.assertEqual((reply.state, reply.author, reply.approved_by), ("sent", self.pete, self.priya))
        self.case.refresh_from_db()
        self.assertEqual((self.case.owner, self.case.state), (self.pete, "sent"))

    def test_it_keeps_who_approved_which_version_and_when(self) -> None:
        reply = self.send(at=LATER)
        self.assertEqual((reply.approved_at, reply.approved_hash), (NOW, self.version.body_hash))
        self.assertEqual(reply.gate["safety_text"], self.version.pk)
        told = self.case.events.get(kind="stated")
        self.assertEqual(told.detail["text_sha256"], self.version.body_hash)
        self.assertEqual(AuditEntry.objects.get(action="safetytext.send").actor_id, self.pete.pk)

    def test_it_pages_the_duty_desk_at_the_same_time(self) -> None:
        on = duty(self.priya)
        self.send()
        self.assertEqual(Notification.objects.get(case=self.case).duty_id, on.pk)

    def test_pressing_twice_sends_once(self) -> None:
        self.send()
        with self.assertRaisesMessage(Refused, emergency.ON_ITS_WAY):
            self.send()
        self.assertEqual(Reply.objects.count(), 1)

    def test_a_draft_is_set_aside_and_not_lost(self) -> None:
        draft = drafted(self.case, self.pete, "Half a sentence")
        self.send()
        draft.refresh_from_db()
        self.assertEqual((draft.state, draft.text), ("failed", "Half a sentence"))

    def test_a_network_that_is_away_is_tried_again(self) -> None:
        self.network.replies = [Unavailable("Away.")]
        reply = self.send()
        outbox.publish(reply.pk, NOW)
        outbox.publish(reply.pk, LATER)
        self.assertEqual(len(self.network.sent), 2)
        self.assertEqual(Reply.objects.get().state, "sent")


class RefusedTests(Emergency):
    def test_whoever_approved_the_text_cannot_send_it(self) -> None:
        self.refused(emergency.OWN_APPROVAL, by=self.priya)

    def test_another_text_than_the_one_that_was_read(self) -> None:
        self.refused(emergency.NOT_IN_FORCE, hash_seen="0" * 64)
        self.refused(emergency.NOT_IN_FORCE, version_id=0)

    def test_a_text_that_was_changed_behind_its_approval(self) -> None:
        SafetyTextVersion.objects.update(body="Call 911. Or wait.")
        self.refused(emergency.NOT_IN_FORCE)

    def test_an_approver_who_may_no_longer(self) -> None:
        Membership.objects.filter(user=self.priya).delete()
        self.refused(emergency.NO_LONGER)

    def test_a_case_that_another_has(self) -> None:
        cases.claim(self.case, by=self.priya, at=NOW)
        self.refused("priya has this case. Take it over first.")

    def test_a_post_that_is_gone(self) -> None:
        Mention.objects.update(is_gone=True)
        self.refused(replies.POST_GONE)

    def test_an_ordinary_case(self) -> None:
        Mention.objects.update(lane="complaint")
        Case.objects.update(queue=defaults.queue("complaints"))
        self.refused(emergency.NOT_IN_FORCE)

    def test_a_network_that_takes_no_answer_leaves_a_hand(self) -> None:
        self.network.reply_way = "none"
        self.refused("Copy the text and post it there.")
        self.post_by_hand()
        self.case.refresh_from_db()
        self.assertEqual(self.case.first_replied_at, LATER)
        self.assertTrue(self.case.events.get(kind="stated").detail["by_hand"])

    def test_a_post_that_was_edited_after_it_was_queued_stops_it_at_the_door(self) -> None:
        reply = self.send()
        Mention.objects.update(content_hash="1" * 64)
        outbox.publish(reply.pk, NOW)
        self.assertEqual(self.network.sent, [])


class ClockTests(Emergency):
    def test_it_runs_from_the_first_look_to_the_publication(self) -> None:
        emergency.seen(self.case, by=self.pete, at=NOW)
        emergency.seen(self.case, by=self.priya, at=LATER)
        self.assertEqual(emergency.clock(self.case), (NOW, None))
        outbox.publish(self.send(at=LATER).pk, LATER)
        self.assertEqual(emergency.clock(self.case), (NOW, LATER))
        self.assertEqual(self.case.events.filter(kind="seen").count(), 1)

    def test_by_hand_it_ends_when_a_person_says_so(self) -> None:
        self.post_by_hand()
        self.assertEqual(emergency.clock(self.case)[1], LATER)


class NothingAutomaticTests(Emergency):
    def test_no_sweep_answers_or_closes_an_emergency(self) -> None:
        duty(self.priya)
        urgent("self_harm", facility=facility())
        for hours in range(0, 80, 8):
            later = NOW + timedelta(hours=hours)
            triage.route_due(later)
            outbox.sweep(later)
        self.assertEqual(Reply.objects.count(), 0)
        self.assertEqual(set(Case.objects.values_list("state", flat=True)), {"new"})
