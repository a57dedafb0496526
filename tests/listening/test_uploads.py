from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from unittest import mock

from django.test import TestCase

from hospital.models import Role
from listening import sweep, uploads
from listening.filerows import BadFile
from listening.importing import CannotImport
from listening.models import Mention, Poll, Quarantined, Source, Upload, UploadRow
from tests.base import NOW, ada, carla, facility, person, source, watchlist

CSV = b"""Review ID,Review Text,Stars,Review Date
1,Three hours in the hall,1,2026-03-02
2,The nurse was kind,5,2026-03-01
1,Three hours in the hall,1,2026-03-02
3,No stars,nine,2026-03-01
4,,,
"""

ticks = count()


def ticking() -> datetime:
    return NOW + timedelta(milliseconds=next(ticks))


class UploadTestCase(TestCase):
    def send(self, body: bytes, **fields: Any) -> Upload:
        given = {
            "file_name": "reviews.csv",
            "came_from": "Old reviews",
            "facility": None,
            "by": ada(),
            "at": NOW,
        }
        upload = uploads.draft(body, **{**given, **fields})
        uploads.look(upload, NOW)
        return upload

    def store(self, upload: Upload) -> Upload:
        self.assertTrue(uploads.begin(upload, by=upload.by, at=NOW))
        while uploads.work(upload.pk, clock=ticking):
            pass
        upload.refresh_from_db()
        return upload


class LookTests(UploadTestCase):
    def test_it_says_what_becomes_of_each_row_and_stores_nothing(self) -> None:
        upload = self.send(CSV)
        counts = upload.foreseen
        self.assertEqual([counts[name] for name in ("rows", "new", "there", "unreadable")], [5, 2, 1, 2])
        self.assertEqual(counts["past"], 1)
        self.assertIn("Line 5: its stars are not", upload.found["faults"][0])
        self.assertFalse(Mention.objects.exists() or Source.objects.exists() or Poll.objects.exists())

    def test_what_it_foresees_is_what_becomes_of_it(self) -> None:
        self.store(self.send(CSV))
        changed = CSV.replace(b"was kind", b"was very kind") + b"9,New,4,2026-03-02\n"
        upload = self.send(changed)
        counts = upload.foreseen
        stored = self.store(upload)
        told = (stored.inserted, stored.updated, stored.unchanged, stored.quarantined)
        self.assertEqual(told, tuple(counts[name] for name in ("new", "changed", "there", "unreadable")))
        self.assertEqual(told, (1, 1, 2, 2))

    def test_columns_are_corrected_and_looked_at_again(self) -> None:
        upload = self.send(b"one,two\n2026-03-02,Three hours\n")
        self.assertEqual(upload.foreseen, {})
        fields: dict[str, Any] = {"dates": "", "facility": None, "keeps_all": True, "opens_cases": True}
        uploads.reshape(upload, {"text": "two", "published_at": "one", "rating": "three"}, **fields)
        uploads.look(upload, NOW)
        self.assertEqual(upload.foreseen["new"], 1)
        self.assertEqual(upload.columns, {"text": "two", "published_at": "one"})

    def test_what_no_watchlist_finds_can_be_left_out(self) -> None:
        watchlist("hours")
        upload = self.send(CSV)
        fields: dict[str, Any] = {"dates": "", "facility": None, "keeps_all": False, "opens_cases": False}
        uploads.reshape(upload, upload.columns, **fields)
        uploads.look(upload, NOW)
        self.assertEqual((upload.foreseen["new"], upload.foreseen["dropped"]), (1, 1))
        stored = self.store(upload)
        self.assertEqual((stored.inserted, stored.dropped), (1, 1))

    def test_signs_that_no_database_takes_cost_only_their_row(self) -> None:
        body = (
            b'{"text": "Cold food", "facility": "\\u0000\\ud800"}\n{"text": "a\\u0000b", "id": "\\ud800"}\n'
            b'{"text": "Kind", "\\u0000x\\ud800": 1, "title": "\\ud800"}\n[1]\nnull\n'
        )
        upload = self.send(body, file_name="hostile.json")
        self.assertEqual((upload.foreseen["new"], upload.foreseen["unreadable"]), (2, 3))
        stored = self.store(upload)
        self.assertEqual((stored.inserted, stored.quarantined), (2, 3))

    def test_what_cannot_be_read_at_all_is_said_without_its_place(self) -> None:
        for body, said in [
            (b"", "It is empty."),
            (b"\xff\xfea\x00", "Line 1: it is utf-16"),
            (b"[{", "Line 1: not JSON at character"),
            (b"[" * 100_000, "It is JSON that cannot be read"),
        ]:
            with self.assertRaises(BadFile) as caught:
                self.send(body)
            self.assertTrue(str(caught.exception).startswith(said), str(caught.exception))
        self.assertFalse(Upload.objects.exists())


class StoreTests(UploadTestCase):
    def test_every_row_is_accounted_for_and_what_was_bad_is_kept(self) -> None:
        stored = self.store(self.send(CSV))
        self.assertEqual(stored.state, Upload.State.DONE)
        self.assertEqual(stored.done, stored.rows)
        self.assertEqual(bytes(stored.body), b"")
        self.assertEqual(Mention.objects.count(), 2)
        self.assertEqual(Quarantined.objects.count(), 2)

    def test_a_mention_knows_who_brought_it_and_in_which_row(self) -> None:
        self.store(self.send(CSV))
        self.store(self.send(CSV, file_name="again.csv"))
        rows = UploadRow.objects.of(Mention.objects.get(external_id="1"))
        told = [(row.upload.file_name, row.line, row.upload.by.username) for row in rows]
        self.assertEqual(
            told, [(name, line, "ada") for name in ("reviews.csv", "again.csv") for line in (2, 4)]
        )

    def test_the_same_again_adds_nothing(self) -> None:
        self.store(self.send(CSV))
        stored = self.store(self.send(CSV))
        self.assertEqual((stored.inserted, stored.unchanged), (0, 3))

    def test_an_old_row_of_a_file_opens_no_case_and_an_old_letter_may(self) -> None:
        self.store(self.send(CSV))
        letter = b'{"text": "They lost my coat.", "published_at": "2026-01-05"}\n'
        self.store(self.send(letter, file_name="", came_from="Letters"))
        self.assertIsNotNone(Mention.objects.get(external_id="2").processed_at)
        self.assertIsNone(Mention.objects.get(source__slug="letters").processed_at)
        self.assertEqual(Mention.objects.get(source__slug="letters").kind, "letter")

    def test_a_letter_that_names_nobody_belongs_where_it_was_entered(self) -> None:
        main, north = facility(), facility("Northfield North Hospital", "north")
        typed = b'{"text": "At Northfield North Hospital they were kind."}\n'
        self.store(self.send(typed, file_name="", came_from="Cards", facility=main, by=carla(main)))
        self.assertEqual(Mention.objects.get().facility, main)
        self.store(self.send(typed, file_name="", came_from="Letters"))
        self.assertEqual(Mention.objects.get(source__slug="letters").facility, north)

    def test_nobody_writes_for_a_facility_that_is_not_theirs(self) -> None:
        main, _ = facility(), facility("Northfield North Hospital", "north")
        only_main = person("mona", Role.ADMIN, main)
        upload = self.send(b"text,facility\nCold food,north\nKind,main\n", facility=main, by=only_main)
        self.assertEqual((upload.foreseen["new"], upload.foreseen["unreadable"]), (1, 1))
        self.assertIn("no facility called “north”", upload.found["faults"][0])

    def test_it_is_stored_in_parts_and_a_part_that_was_stopped_is_taken_up(self) -> None:
        body = b"id,text\n" + b"".join(b"%d,Cold food %d\n" % (n, n) for n in range(7))
        upload = self.send(body)
        uploads.begin(upload, by=ada(), at=NOW)
        with mock.patch.object(uploads, "SLICE", 3):
            self.assertTrue(uploads.work(upload.pk, clock=ticking))
            with (
                mock.patch.object(uploads, "_count", side_effect=RuntimeError),
                self.assertRaises(RuntimeError),
            ):
                uploads.work(upload.pk, clock=ticking)
            while uploads.work(upload.pk, clock=ticking):
                pass
        upload.refresh_from_db()
        self.assertEqual((upload.done, upload.inserted, upload.unchanged), (7, 4, 3))
        self.assertEqual(Mention.objects.count(), 7)

    def test_rows_that_stop_it_again_and_again_end_it_with_a_word(self) -> None:
        upload = self.send(CSV)
        uploads.begin(upload, by=ada(), at=NOW)
        for _ in range(uploads.MOST_ATTEMPTS):
            with mock.patch("listening.importing.take", side_effect=MemoryError):
                self.assertRaises(MemoryError, uploads.work, upload.pk, clock=ticking)
        self.assertFalse(uploads.work(upload.pk, clock=ticking))
        upload.refresh_from_db()
        self.assertEqual((upload.state, upload.error), (Upload.State.FAILED, uploads.STOPPED))

    def test_rows_that_another_has_counted_are_not_counted_twice(self) -> None:
        upload = self.send(CSV)
        self.store(upload)
        poll = Poll(inserted=2)
        with self.assertRaises(CannotImport):
            uploads._count(upload, poll, dict.fromkeys(uploads.COUNTED, 0), NOW)

    def test_it_waits_while_another_goes_into_the_same_source(self) -> None:
        upload = self.send(CSV)
        uploads.begin(upload, by=ada(), at=NOW)
        upload.refresh_from_db()
        assert upload.source
        busy = sweep.open_poll(upload.source, NOW - timedelta(minutes=1))
        assert busy
        Poll.objects.filter(pk=busy.pk).update(created_at=NOW)
        self.assertFalse(uploads.work(upload.pk, clock=ticking))
        self.assertEqual(Mention.objects.count(), 0)
        self.assertEqual(uploads.sweep(NOW + timedelta(minutes=1)), [upload.pk])

    def test_it_does_not_go_into_a_source_that_is_polled(self) -> None:
        source("old-reviews", "rss")
        with self.assertRaisesMessage(CannotImport, "Choose another name"):
            uploads.begin(self.send(CSV), by=ada(), at=NOW)


class KeepingTests(UploadTestCase):
    def test_only_one_begins_it(self) -> None:
        upload = self.send(CSV)
        self.assertTrue(uploads.begin(upload, by=ada(), at=NOW))
        self.assertFalse(uploads.begin(upload, by=ada(), at=NOW))
        self.assertFalse(uploads.drop(upload, by=ada(), at=NOW))

    def test_what_was_never_stored_is_forgotten_after_a_day(self) -> None:
        upload = self.send(CSV)
        uploads.sweep(NOW + timedelta(hours=23))
        self.assertTrue(Upload.objects.filter(pk=upload.pk).exists())
        uploads.sweep(NOW + timedelta(hours=25))
        self.assertFalse(Upload.objects.exists())

    def test_an_archive_stays_history_whatever_its_rows_are(self) -> None:
        upload = self.send(CSV)
        listener = uploads._listener(upload, Source(kind=Source.IMPORT), NOW)
        self.assertEqual(listener.acts_on_since, NOW - timedelta(hours=24))
        self.assertIsNone(replace(listener, acts_on_since=None).acts_on_since)
