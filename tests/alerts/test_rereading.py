"""What another reading of a stored mention means for whoever must act."""

from datetime import timedelta

from django.test import TestCase

from alerts import defaults, triage
from alerts.models import Case
from listening.reading.lanes import Lane
from tests.base import NOW, mention
from tests.listening.rereading import FakeReader, in_force, reading, start, work

DANGER = reading(lane=Lane("self_harm", 95, "P0"))


class NewlyReadAsDangerTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()

    def read_again(self, answer: object = DANGER) -> None:
        with in_force(FakeReader(answer)):  # type: ignore[arg-type]
            work(start())
        triage.route_due(NOW)

    def test_it_opens_a_case_in_the_queue_of_that_danger(self) -> None:
        made = mention(processed_at=NOW)
        self.read_again()
        self.assertEqual(Case.objects.get(mention=made).queue.slug, "self-harm")

    def test_a_case_that_stands_is_moved_there(self) -> None:
        made = mention(lane="complaint", level="P2", severity=60, sentiment="negative")
        triage.route_due(NOW)
        before = Case.objects.get(mention=made)
        self.read_again()
        after = Case.objects.get(mention=made)
        self.assertEqual((after.pk, after.queue.slug), (before.pk, "self-harm"))

    def test_history_and_what_is_no_danger_open_none(self) -> None:
        mention(processed_at=NOW, published_at=NOW - timedelta(hours=25))
        self.read_again()
        mention(processed_at=NOW, reader_version="older still")
        self.read_again(reading(lane=Lane("complaint", 60, "P2")))
        self.assertFalse(Case.objects.exists())
