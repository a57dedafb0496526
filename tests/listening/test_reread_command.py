import io
from datetime import timedelta
from unittest import mock

from django.core.management import CommandError, call_command
from django.test import TestCase

from listening import rereading, rereading_leases
from listening.models import Mention, Rereading
from tests.base import NOW, mention
from tests.listening.rereading import FakeReader, in_force, start


class RereadCommandTests(TestCase):
    def say(self, *words: str) -> str:
        said = io.StringIO()
        with in_force(FakeReader()), mock.patch.object(rereading, "CHUNK", 2):
            call_command("reread", *words, stdout=said)
        return said.getvalue()

    def test_it_reads_again_and_tells_what_became_what(self) -> None:
        for _ in range(3):
            mention(set_by_people=["level"])
        said = self.say()
        self.assertIn("2 of 3 read again, 2 changed\n3 of 3 read again, 3 changed\n", said)
        self.assertIn("Tone    neutral         negative                3\n", said)
        self.assertIn("Done. Kept as people set it: 3.", said)
        self.assertEqual(Mention.objects.filter(reader_version="new").count(), 3)

    def test_dry_it_writes_nothing(self) -> None:
        for _ in range(3):
            mention()
        before = list(Mention.objects.values())
        said = self.say("--dry-run")
        self.assertIn("3 tried, 3 would change\n", said)
        self.assertIn("Level   P4              P2                      3\n", said)
        self.assertEqual(list(Mention.objects.values()), before)
        self.assertFalse(Rereading.objects.exists())

    def test_only_since_a_day(self) -> None:
        mention(published_at=NOW - timedelta(days=9))
        mention()
        self.assertIn("1 tried", self.say("--dry-run", "--since", "2026-03-01"))
        self.assertIn("1 of 1 read again", self.say("--since", "2026-03-01"))

    def test_a_day_that_is_none_is_said(self) -> None:
        for day in ("yesterday", "2026-02-30"):
            with self.assertRaisesMessage(CommandError, "is no day"):
                self.say("--since", day)

    def test_it_goes_on_with_one_that_was_begun(self) -> None:
        mention()
        with in_force(FakeReader()):
            start()
        self.assertIn("One was begun before", self.say())

    def test_it_does_not_stand_in_a_workers_way(self) -> None:
        mention()
        with in_force(FakeReader()):
            owed = start()
        with mock.patch("django.utils.timezone.now", return_value=NOW):
            rereading_leases.claim(owed.pk, NOW)
            with self.assertRaisesMessage(CommandError, "A worker is reading them already"):
                self.say()
