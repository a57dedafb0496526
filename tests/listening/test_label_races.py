"""Two people, one mention, at the same moment, on real connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

from django.db import connection
from django.test import TransactionTestCase

from listening import labels, sampling
from listening.labels import Refused
from listening.models import Label, Sample, SampleItem
from tests import base
from tests.listening.test_sampling import NOW, fill


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run each call on its own connection, let go together; what each answered or refused with."""
    gate = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            gate.wait()
            return call()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


class LabelRaceTests(TransactionTestCase):
    def setUp(self) -> None:
        self.carla, self.pete = base.carla(), base.pete()

    def test_two_who_ask_are_given_two(self) -> None:
        fill(40)
        sampling.draw_due(NOW)
        for _ in range(10):
            SampleItem.objects.update(held_by=None, held_until=None)
            ask = partial(sampling.next_for, now=NOW, facility_ids=None)
            given = at_once(partial(ask, self.carla), partial(ask, self.pete))
            self.assertNotIn(None, given)
            self.assertNotEqual(*given)

    def test_of_two_who_answer_one_is_told(self) -> None:
        fill(10)
        sampling.draw_due(NOW)
        for item in SampleItem.objects.all():
            answer = partial(sampling.answer, item, at=NOW)
            given = at_once(
                partial(answer, "neutral", by=self.carla), partial(answer, "neutral", by=self.pete)
            )
            self.assertEqual(sum(isinstance(each, Refused) for each in given), 1)
        self.assertEqual(Label.objects.sampled().count(), 10)

    def test_two_beats_draw_one_sample(self) -> None:
        fill(10)
        for _ in range(5):
            Sample.objects.all().delete()
            drawn = at_once(*[partial(sampling.draw_due, NOW)] * 2)
            self.assertEqual(drawn.count(None), 1)
            self.assertEqual(SampleItem.objects.count(), 10)

    def test_of_two_labels_one_stands_and_both_are_kept(self) -> None:
        [mention] = fill(1)
        put = partial(labels.put, mention.pk, "sentiment", at=NOW)
        at_once(partial(put, "negative", by=self.carla), partial(put, "positive", by=self.pete))
        mention.refresh_from_db()
        self.assertEqual(Label.objects.count(), 2)
        self.assertEqual(Label.objects.standing().get().value, mention.sentiment)
