"""What becomes of what came: stored, traced, and how its feed is doing."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from django.test import SimpleTestCase, TestCase, override_settings

from hospital import operations
from hospital.feeds import asking, drop, posting, rounds, setting_up, signing, taking
from hospital.feeds.asking import NoAnswer
from hospital.feeds.posting import NotSigned, Posted
from hospital.feeds.schema import Unreadable
from hospital.models import AuditEntry, Delivery, Feed, Service, ServiceStatus
from hospital.operations import State
from tests.base import NOW, ada, facility
from tests.hospital.feeds.nouns import SECRET, feed, service
from tests.recorded import answering, serving

AT = "2026-03-02T11:58:00Z"
ONE = [("reports[0]", {"service": "wait", "at": AT, "value": 95})]
BODY = b'{"reports": [{"service": "wait", "at": "2026-03-02T11:58:00Z", "value": 95}]}'
SHEET = "service,at,value\nwait,2026-03-02T11:58:00Z,95\n"


class TakeTests(TestCase):
    def setUp(self) -> None:
        service()
        self.feed = feed()

    def test_it_leaves_a_trace_and_the_feed_is_heard(self) -> None:
        Feed.objects.update(last_error="Away.", failures=3)
        taking.take(self.feed, [*ONE, ("reports[1]", {})], NOW)
        delivery = Delivery.objects.get()
        self.assertEqual((delivery.stored, delivery.refused), (1, 1))
        self.assertEqual(delivery.errors[0][0], "reports[1], value")
        self.feed.refresh_from_db()
        self.assertEqual((self.feed.last_success_at, self.feed.last_error, self.feed.failures), (NOW, "", 0))

    def test_what_says_nothing_new_leaves_no_trace(self) -> None:
        for _ in range(3):
            taking.take(self.feed, [*ONE, ("reports[1]", {})], NOW)
        self.assertEqual(Delivery.objects.count(), 1)

    def test_a_failure_is_told_and_puts_the_next_try_off(self) -> None:
        waits = []
        for _ in range(6):
            taking.fail(self.feed, "It could not be reached.", NOW)
            self.feed.refresh_from_db()
            assert self.feed.next_due_at is not None
            waits.append((self.feed.next_due_at - NOW) / timedelta(minutes=1))
        self.assertEqual(waits, [2, 4, 8, 15, 15, 15])
        self.assertIs(self.feed.state(NOW), Feed.State.FAILING)

    def test_a_feed_that_is_silent_is_seen(self) -> None:
        self.assertIs(self.feed.state(NOW), Feed.State.NEW)
        taking.take(self.feed, ONE, NOW)
        self.feed.refresh_from_db()
        self.assertIs(self.feed.state(NOW + timedelta(minutes=15)), Feed.State.HEARD)
        self.assertIs(self.feed.state(NOW + timedelta(minutes=16)), Feed.State.SILENT)

    def test_what_is_old_is_dropped_but_for_the_last_word(self) -> None:
        wait = Service.objects.get()
        for days in (50, 45, 41):
            ServiceStatus.objects.create(
                service=wait, at=NOW - timedelta(days=days), received_at=NOW, value=days, feed="board"
            )
        Delivery.objects.create(feed=self.feed, at=NOW - timedelta(days=41), stored=1)
        self.assertEqual(taking.forget(NOW), 2)
        self.assertEqual(ServiceStatus.objects.get().value, 41)
        self.assertFalse(Delivery.objects.exists())


class PostingTests(TestCase):
    def setUp(self) -> None:
        service()
        self.feed = feed()

    def signed(self, body: bytes = BODY, *, at: datetime = NOW, **changes: str) -> Posted:
        stamp = str(int(at.timestamp()))
        values = {"feed": "board", "timestamp": stamp, "signature": signing.signature(SECRET, stamp, body)}
        return Posted(**{**values, **changes}, body=body)

    def test_who_signs_is_known(self) -> None:
        self.assertEqual(posting.signed_by(self.signed(), NOW), self.feed)

    def test_nobody_else_is(self) -> None:
        feed("board-2", sealed_secret=b"")
        feed("asked", kind="polled", address="https://n.example/")
        for posted in (
            self.signed(signature="0" * 64),
            self.signed(signature=""),
            self.signed(feed="nobody"),
            self.signed(feed="asked"),
            self.signed(feed="board-2", signature=signing.signature("", str(int(NOW.timestamp())), BODY)),
            self.signed(at=NOW - timedelta(minutes=6)),
            self.signed(at=NOW + timedelta(minutes=6)),
        ):
            with self.subTest(posted), self.assertRaises(NotSigned):
                posting.signed_by(posted, NOW)

    def test_a_paused_feed_is_told_so(self) -> None:
        Feed.objects.update(is_active=False)
        with self.assertRaisesMessage(NotSigned, "paused"):
            posting.signed_by(self.signed(), NOW)

    def test_what_is_sent_again_changes_nothing(self) -> None:
        first, again = (posting.receive(self.feed, BODY, NOW) for _ in range(2))
        self.assertEqual((first.stored, again.stored, again.known), (1, 0, 1))
        self.assertEqual(ServiceStatus.objects.count(), 1)

    def test_a_body_that_is_none_is_kept_as_trouble(self) -> None:
        with self.assertRaises(Unreadable):
            posting.receive(self.feed, b"<html>", NOW)
        self.assertEqual(Delivery.objects.get().refused, 1)


@override_settings(SANDBOX_URL="")
class AskingTests(SimpleTestCase):
    def ask(self, answer: Any) -> bytes:
        with serving([]) as server, override_settings(SANDBOX_URL=server.url):
            server.fault = answer
            return asking.fetch(f"{server.url}/operations.json", token="t")

    def test_it_reads_what_is_answered(self) -> None:
        self.assertEqual(self.ask(answering(200, b"{}")), b"{}")

    def test_it_says_what_went_wrong(self) -> None:
        for status, words in {
            301: "another address",
            302: "another address",
            401: "Check the token",
            404: "nothing at this address",
            429: "less often",
            418: "418",
            503: "a fault of its own",
        }.items():
            with self.subTest(status), self.assertRaisesMessage(NoAnswer, words):
                self.ask(answering(status, b"secret words", location="http://127.0.0.1:1/"))

    def test_too_much_is_not_read(self) -> None:
        with self.assertRaisesMessage(NoAnswer, "more than 1 MB"):
            self.ask(answering(200, b"x" * 1_000_001))

    def test_an_encoding_that_was_not_asked_for_is_refused(self) -> None:
        with self.assertRaisesMessage(NoAnswer, "encoding"):
            self.ask(answering(200, b"x", content_encoding="gzip"))

    def test_a_private_address_is_not_asked(self) -> None:
        for address in (
            "http://127.0.0.1/",
            "http://localhost/",
            "http://[::1]/",
            "http://169.254.169.254/latest",
            "http://10.1.2.3/",
            "http://2130706433/",
            "http://[::ffff:127.0.0.1]/",
            "file:///etc/passwd",
            "http://a@n.example/",
        ):
            with self.subTest(address), self.assertRaises(NoAnswer):
                asking.fetch(address)

    def test_one_that_a_setting_names_is(self) -> None:
        with serving([]) as server:
            server.fault = answering(200, b"{}")
            host = server.url.removeprefix("http://")
            with self.assertRaises(NoAnswer):
                asking.fetch(server.url)
            with override_settings(MURMUR_OPERATIONS_HOSTS=[host]):
                self.assertEqual(asking.fetch(server.url), b"{}")
            with override_settings(MURMUR_OPERATIONS_HOSTS=["127.0.0.1"]), self.assertRaises(NoAnswer):
                asking.fetch(server.url)

    def test_nobody_there_is_said(self) -> None:
        named = override_settings(MURMUR_OPERATIONS_HOSTS=["127.0.0.1:9"])
        with named, self.assertRaisesMessage(NoAnswer, "could not be reached"):
            asking.fetch("http://127.0.0.1:9/")


class RoundsTests(TestCase):
    def setUp(self) -> None:
        service()
        self.feed = feed("asked", kind="polled", address="https://n.example/", next_due_at=NOW)

    def ask(self, answer: bytes | Exception, asked: Feed | None = None) -> None:
        with mock.patch.object(asking, "fetch", side_effect=[answer]):
            rounds.ask((asked or self.feed).pk, lambda: NOW)

    def test_of_two_at_once_one_gets_it(self) -> None:
        feed("later", kind="polled", address="https://n.example/", next_due_at=NOW + timedelta(seconds=1))
        feed("off", kind="polled", address="https://n.example/", next_due_at=NOW, is_active=False)
        feed("posts", next_due_at=NOW)
        self.assertEqual((rounds.open_due(NOW), rounds.open_due(NOW)), ([self.feed.pk], []))
        self.feed.refresh_from_db()
        self.assertEqual(self.feed.next_due_at, NOW + timedelta(minutes=1))

    def test_what_is_answered_is_stored(self) -> None:
        self.ask(BODY)
        self.assertEqual(ServiceStatus.objects.get().feed, "asked")

    def test_what_is_no_answer_is_told(self) -> None:
        for answer, words in ((NoAnswer("It is away."), "away"), (b"<html>", "not JSON")):
            self.ask(answer)
            self.feed.refresh_from_db()
            self.assertIn(words, self.feed.last_error)

    def test_what_was_planned_holds_while_the_calendar_is_away(self) -> None:
        ehr = service("ehr", kind="downtime", unit="words", limit=None)
        planned = feed("plan", kind="calendar", address="https://n.example/", service=ehr)
        text = (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:t\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Upgrade\r\n"
            "DTSTART:20260302T110000Z\r\nDTEND:20260302T130000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        Feed.objects.filter(pk=planned.pk).update(document=text)
        self.ask(NoAnswer("It is away."), planned)
        tile = operations.tile_of(ehr, NOW)
        self.assertEqual((tile.state, tile.said), (State.TROUBLE, "Upgrade"))
        planned.refresh_from_db()
        self.assertEqual(planned.last_error, "It is away.")
        self.ask(text.replace("Upgrade", "Update").encode(), planned)
        planned.refresh_from_db()
        self.assertIn("Update", planned.document)


class DropTests(TestCase):
    def setUp(self) -> None:
        service()
        feed("files", kind="dropped")
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.sweep()
        self.folder = self.root / "files"

    def sweep(self, seconds: int = 0) -> int:
        return len(drop.sweep(self.root, NOW + timedelta(seconds=seconds)))

    def names(self, where: str) -> list[str]:
        return sorted(path.name.partition("-")[2] for path in (self.folder / where).iterdir())

    def test_a_file_is_taken_once_it_is_whole(self) -> None:
        (self.folder / "a.csv").write_text(SHEET)
        self.assertEqual(self.sweep(), 0)
        (self.folder / "a.csv").write_text(SHEET + "wait,2026-03-02T11:59:00Z,96\n")
        self.assertEqual((self.sweep(), self.sweep(), self.sweep()), (0, 1, 0))
        self.assertEqual(ServiceStatus.objects.count(), 2)
        self.assertEqual((self.names("done"), self.names("refused")), (["a.csv"], []))

    def test_a_bad_line_puts_the_file_by_with_the_reasons(self) -> None:
        (self.folder / "b.csv").write_text(SHEET + "nowhere,2026-03-02T11:58:00Z,95\n")
        self.sweep()
        self.sweep()
        self.assertEqual(ServiceStatus.objects.count(), 1)
        self.assertEqual(self.names("refused"), ["b.csv", "b.csv.reasons.txt"])
        reasons = next((self.folder / "refused").glob("*.txt")).read_text()
        self.assertIn("line 3, service", reasons)

    def test_nothing_but_plain_csv_files_is_taken(self) -> None:
        (self.folder / "c.part").write_text(SHEET)
        (self.folder / "d.csv").mkdir()
        (self.root / "elsewhere").write_text(SHEET)
        (self.folder / "e.csv").symlink_to(self.root / "elsewhere")
        self.assertEqual((self.sweep(), self.sweep()), (0, 0))

    def test_one_that_was_left_in_the_middle_is_read_again(self) -> None:
        left = self.folder / "taken" / "x-f.csv"
        left.write_text(SHEET)
        os.utime(left, (NOW.timestamp(), NOW.timestamp()))
        self.assertEqual((self.sweep(), self.sweep(121)), (0, 1))
        self.assertEqual(self.names("done"), ["f.csv"])

    def test_a_folder_that_cannot_be_used_is_said(self) -> None:
        feed("blocked", kind="dropped")
        (self.root / "blocked").write_text("a file")
        self.sweep()
        self.assertIn("cannot be used", Feed.objects.get(slug="blocked").last_error)


class SettingUpTests(TestCase):
    def test_every_change_is_in_the_audit_and_no_secret_is(self) -> None:
        by, place = ada(), facility()
        values = {"facility": place, "kind": "portal", "slug": "portal", "name": "Portal", "unit": "words"}
        made = setting_up.save_service(None, values=values, by=by, at=NOW)
        setting_up.save_service(made, values={"name": "Patient portal"}, by=by, at=NOW)
        board = setting_up.save_feed(
            None, values={"kind": "posted", "slug": "b", "name": "B"}, token="hidden", by=by, at=NOW
        )
        secret = setting_up.renew(board, by=by, at=NOW)
        self.assertTrue(setting_up.pause(board, by=by, at=NOW))
        self.assertFalse(setting_up.pause(board, by=by, at=NOW))
        self.assertTrue(setting_up.resume(board, by=by, at=NOW))
        actions = [entry.action for entry in AuditEntry.objects.order_by("pk")]
        self.assertEqual(actions[:2], ["service.create", "service.edit"])
        self.assertEqual(actions[2:], ["feed.create", "feed.renew", "feed.pause", "feed.resume"])
        kept = str(list(AuditEntry.objects.values_list("detail", flat=True)))
        self.assertNotIn("hidden", kept)
        self.assertNotIn(secret, kept)
        self.assertEqual(taking.secret_of(Feed.objects.get(pk=board.pk)), secret)
