"""The account that sent a reply is asked about it, whatever becomes of its source meanwhile."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

from django.test import TestCase

from alerts import defaults, outbox, unknowns, ways
from alerts.models import Case, Reply
from alerts.models.queue import REPLY_HOLD
from listening import connections, kin, vault
from listening.models import Mention, Source
from listening.sources.contract import (
    Connection,
    RateLimited,
    SendUnknown,
    Sent,
    SourceError,
    Target,
    Thread,
    Written,
)
from tests import base
from tests.alerts.desk import ANSWER, approved, fresh, open_case

SOON = base.NOW + REPLY_HOLD
LATE = SOON + timedelta(minutes=20)
SHEET = replace(base.FakeSource.sheet, ids="fake")


class Accounts(base.FakeSource):
    """A network on which each account sees only what it wrote itself."""

    kind, sheet, reply_way = "fake_accounts", SHEET, "api"

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[str, list[Written]] = defaultdict(list)
        self.asked: list[str] = []
        self.is_lost = False

    def reply(self, connection: Connection, target: Target, text: str) -> Sent:
        account = connection.options["account"]
        if not self.is_lost:
            self.written[account].append(Written(f"by-{account}", text))
        return super().reply(connection, target, text)

    def replies_to(self, connection: Connection, target: Target) -> Thread:
        self.asked.append(connection.options["account"])
        return Thread(list(self.written[connection.options["account"]]), is_whole=True)


class Listening(base.FakeSource):
    kind, sheet, reply_way = "fake_listening", SHEET, "link_out"


class VoiceCase(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.pete, self.priya = base.pete(), base.priya()
        self.network = Accounts()
        for fake in (self.network, Listening()):
            self.enterContext(base.registered(fake))
        self.feed = base.source("feed", "fake_listening")
        self.first = self.account("first")
        self.case = open_case(source=self.feed, external_id="7")

    def account(self, name: str) -> Source:
        return base.source(name, "fake_accounts", options={"account": name})

    def change(self, source: Source, **fields: object) -> None:
        Source.objects.filter(pk=source.pk).update(**fields)

    def answered(self, *answers: Sent | SourceError) -> Reply:
        self.network.replies = list(answers)
        reply = approved(self.case, self.pete, self.priya)
        outbox.publish(reply.pk, SOON)
        return fresh(reply)

    def lost(self, *, is_public: bool) -> Reply:
        self.network.is_lost = not is_public
        return self.answered(SendUnknown("No answer."))

    def settle(self, reply: Reply) -> Reply:
        self.network.asked.clear()
        Reply.objects.filter(pk=reply.pk).update(read_again_at=LATE)
        unknowns.settle(reply.pk, LATE)
        return fresh(reply)

    def heard(self) -> Mention:
        return Case.objects.select_related("mention__source").get(pk=self.case.pk).mention


class KeptTests(VoiceCase):
    def test_who_sent_it_is_written_down_with_it(self) -> None:
        reply = self.answered()
        self.assertEqual((reply.state, reply.voice), ("sent", self.first))
        self.assertEqual(reply.voice_mark, connections.mark(self.first))

    def test_one_that_becomes_able_later_is_not_asked_in_its_place(self) -> None:
        self.change(self.first, paused_reason="Paused by Ada.")
        self.account("second")
        reply = self.lost(is_public=True)
        self.change(self.first, paused_reason="")
        reply = self.settle(reply)
        self.assertEqual((reply.state, reply.external_id), ("sent", "by-second"))
        self.assertEqual(self.network.asked, ["second"])

    def test_one_that_was_switched_off_is_still_asked(self) -> None:
        reply = self.lost(is_public=True)
        self.account("second")
        self.change(self.first, is_active=False)
        self.assertEqual((self.settle(reply).state, self.network.asked), ("sent", ["first"]))

    def test_of_an_old_one_whoever_would_answer_now_is_asked(self) -> None:
        reply = self.lost(is_public=True)
        Reply.objects.update(voice=None, voice_mark="")
        self.assertEqual((self.settle(reply).state, self.network.asked), ("sent", ["first"]))

    def test_not_found_by_it_leaves_once_more(self) -> None:
        self.assertEqual(self.settle(self.lost(is_public=False)).state, "queued")

    def test_not_found_by_another_account_is_for_a_person(self) -> None:
        reply = self.lost(is_public=True)
        for fields in (
            {"options": {"account": "other"}},
            {"sealed_secrets": vault.seal({"token": "another"})},
        ):
            with self.subTest(fields):
                self.change(self.first, options={"account": "first"})
                self.network.written.clear()
                self.change(self.first, **fields)
                self.assertEqual(self.settle(reply).state, "unknown")
        self.assertEqual(len(self.network.sent), 1)


class AgainTests(VoiceCase):
    def test_it_leaves_again_by_the_same(self) -> None:
        self.change(self.first, paused_reason="Paused by Ada.")
        second = self.account("second")
        reply = self.answered(RateLimited("Wait.", retry_at=SOON))
        self.change(self.first, paused_reason="")
        outbox.publish(reply.pk, LATE)
        self.assertEqual((fresh(reply).state, fresh(reply).voice), ("sent", second))

    def test_both_look_before_another_speaks(self) -> None:
        reply = self.answered(RateLimited("Wait.", retry_at=SOON))
        self.network.written.clear()
        self.change(self.first, is_active=False)
        second = self.account("second")
        self.network.asked.clear()
        outbox.publish(reply.pk, LATE)
        self.assertEqual((fresh(reply).state, fresh(reply).voice), ("sent", second))
        self.assertEqual(self.network.asked, ["first", "second"])

    def test_what_the_first_shows_late_is_not_said_twice(self) -> None:
        reply = self.lost(is_public=False)
        outbox.say_it_is_not_there(reply, by=self.pete, at=SOON)
        self.change(self.first, is_active=False)
        self.account("second")
        self.network.written["first"] = [Written("late", ANSWER)]
        outbox.publish(reply.pk, LATE)
        self.assertEqual((fresh(reply).state, fresh(reply).external_id), ("sent", "late"))
        self.assertEqual(len(self.network.sent), 1)

    def test_a_source_that_did_not_look_does_not_speak(self) -> None:
        reply = approved(self.case, self.pete, self.priya)
        self.assertIsNone(outbox.take(reply.pk, SOON, readers={self.feed.pk}))
        self.assertEqual(fresh(reply).state, "queued")


class SwitchedOffTests(VoiceCase):
    def test_it_is_not_chosen_to_speak(self) -> None:
        for fields in ({"is_active": False}, {"paused_reason": "Paused by Ada."}):
            with self.subTest(fields):
                self.change(self.first, is_active=True, paused_reason="")
                self.assertEqual(ways.voice_of(self.heard()), self.first)
                self.change(self.first, **fields)
                self.assertEqual(ways.voice_of(self.heard()), self.feed)
                self.assertFalse(ways.way_for(self.heard()).can_send)

    def test_one_that_its_network_turned_away_still_is(self) -> None:
        self.change(self.first, paused_reason="The key is wrong.", last_error_kind="auth_failed")
        self.assertEqual(ways.voice_of(self.heard()), self.first)

    def test_what_it_stored_is_still_known(self) -> None:
        self.change(self.feed, is_active=False)
        self.assertEqual(list(kin.known(self.first, ["7"])), ["7"])

    def test_a_reply_to_what_it_heard_itself_waits_for_a_person(self) -> None:
        self.case = open_case(source=self.first, external_id="8")
        reply = approved(self.case, self.pete, self.priya)
        self.change(self.first, is_active=False)
        outbox.publish(reply.pk, SOON)
        self.assertEqual((fresh(reply).state, self.network.sent), ("returned", []))
        self.assertIn("is switched off", fresh(reply).return_reason)
