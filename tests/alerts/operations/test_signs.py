from datetime import timedelta
from unittest import mock

from django.test import TestCase

from alerts import signs
from alerts.models import OperationsCursor, OperationsSign
from listening import wall_sequence
from listening.models import Mention
from tests.alerts.operations.nouns import post
from tests.base import NOW


class ReadTests(TestCase):
    def kinds(self, mention: Mention) -> set[tuple[str, bool]]:
        return set(OperationsSign.objects.filter(mention=mention).values_list("kind", "is_out"))

    def test_each_mention_is_read_once(self) -> None:
        found = post("your phones are just a busy signal", title="North")
        self.assertEqual(signs.read(NOW), 1)
        self.assertEqual(self.kinds(found), {("phones", True)})
        self.assertEqual(signs.read(NOW), 0)

    def test_one_that_changes_is_read_anew(self) -> None:
        found = post("portal down")
        signs.read(NOW)
        Mention.objects.filter(pk=found.pk).update(text="never mind", wall_seq=wall_sequence.take(1)[0])
        self.assertEqual(signs.read(NOW), 1)
        self.assertEqual(self.kinds(found), set())

    def test_what_is_old_gone_or_restricted_is_not_read(self) -> None:
        post("portal down", minutes_ago=60 * 25)
        post("portal down", is_gone=True)
        post("portal down, I work there", lane="staff_voice")
        self.assertEqual(signs.read(NOW), 0)
        self.assertFalse(OperationsSign.objects.exists())
        self.assertEqual(OperationsCursor.objects.get().seq, wall_sequence.newest())

    def test_a_long_way_behind_is_caught_up_in_steps(self) -> None:
        for number in range(5):
            post(f"portal down {number}")
        with mock.patch.object(signs, "BATCH", 2):
            self.assertEqual(signs.read(NOW + timedelta(minutes=1)), 5)
        self.assertEqual(OperationsSign.objects.filter(kind="portal").count(), 5)
