from datetime import timedelta
from typing import Any

from django.test import SimpleTestCase, TestCase

from listening import relevance, watchlists
from listening.labels import Refused
from listening.models import Exclusion, Match, Mention, Query, RelevanceItem, RelevanceSample, Watchlist
from listening.relevance import Precision
from tests.base import NOW, ada, mention, watchlist

LATER = NOW + timedelta(days=31)


class PrecisionTests(SimpleTestCase):
    def test_the_button_says_what_the_answers_allow(self) -> None:
        for yes, number, warning in (
            (20, 20, ""),
            (19, 20, "precision may be under 80 %"),
            (16, 20, "precision may be under 80 %"),
            (15, 20, "precision is 75 %, under 80 %"),
            (0, 10, "precision is 0 %, under 80 %"),
            (1, 9, ""),
            (0, 0, ""),
        ):
            with self.subTest((yes, number)):
                self.assertEqual(Precision(yes, number).warning, warning)

    def test_the_interval_is_wilsons(self) -> None:
        found = Precision(15, 18)
        self.assertEqual((found.percent, found.low, found.high), (83, 61, 94))

    def test_what_cannot_be_told_counts_for_neither_side(self) -> None:
        self.assertEqual(relevance.of_answers(["yes", "unsure", "no", "", "yes"]), Precision(2, 3))


class Samples(TestCase):
    def setUp(self) -> None:
        self.watchlist = watchlist("northfield", "larkmoor")
        self.queries = list(Query.objects.order_by("pk"))

    def found(self, number: int = 25, query: int = 0, **fields: Any) -> list[Mention]:
        said = self.queries[query].expression
        made = [mention(f"{said} {each}", **fields) for each in range(number)]
        Match.objects.bulk_create(Match(mention=each, query=self.queries[query]) for each in made)
        return made

    def draw(self, now: Any = NOW) -> RelevanceSample:
        return relevance.draw(self.watchlist, now, by=ada())

    def judge(self, sample: RelevanceSample, *, no: int = 0) -> None:
        for position, item in enumerate(sample.items.all()):
            relevance.answer(item, "no" if position < no else "yes", by=ada(), at=NOW)


class DrawTests(Samples):
    def test_twenty_of_what_it_found(self) -> None:
        self.found(25)
        mention("found by another list")
        sample = self.draw()
        self.assertEqual((sample.items.count(), sample.drawn_from), (20, 25))
        self.assertEqual(sample.items.all()[0].query_ids, [self.queries[0].pk])

    def test_where_a_month_holds_too_few_all_of_it_is_drawn_from(self) -> None:
        self.found(3)
        self.found(4, published_at=NOW - timedelta(days=99))
        sample = self.draw()
        self.assertEqual((sample.items.count(), sample.since), (7, NOW - timedelta(days=99)))

    def test_what_nobody_may_see_or_is_left_out_is_not_drawn(self) -> None:
        self.found(2, lane="staff_voice")
        self.found(2, is_gone=True)
        kept = Exclusion.objects.create(kind="phrase", expression="a", by=ada(), at=NOW)
        self.found(2, exclusion=kept)
        with self.assertRaisesMessage(Refused, "found nothing yet"):
            self.draw()

    def test_the_next_twenty_are_fresh(self) -> None:
        self.found(45)
        first = set(self.draw().items.values_list("mention_id", flat=True))
        second = set(self.draw().items.values_list("mention_id", flat=True))
        self.assertFalse(first & second)


class EstimateTests(Samples):
    def test_it_rests_on_the_newest_sample(self) -> None:
        self.found(45)
        self.judge(self.draw(), no=20)
        self.judge(self.draw(), no=5)
        self.assertEqual(relevance.estimate(self.watchlist), Precision(15, 20))

    def test_answers_of_a_query_that_is_gone_tell_nothing(self) -> None:
        self.found(10, query=0)
        self.found(10, query=1)
        sample = self.draw()
        for item in sample.items.all():
            is_larkmoor = item.query_ids == [self.queries[1].pk]
            relevance.answer(item, "no" if is_larkmoor else "yes", by=ada(), at=NOW)
        self.assertEqual(relevance.estimate(self.watchlist), Precision(10, 20))
        watchlists.save(self.watchlist, name="Northfield", lines=["northfield"], by=ada(), at=LATER)
        self.assertEqual(relevance.estimate(self.watchlist), Precision(10, 10))
        self.assertTrue(relevance.has_changed_since(self.watchlist, sample))

    def test_the_weakest_query_comes_first(self) -> None:
        self.found(10, query=0)
        self.found(10, query=1)
        for item in self.draw().items.all():
            verdict = "no" if item.query_ids == [self.queries[1].pk] else "yes"
            relevance.answer(item, verdict, by=ada(), at=NOW)
        found = relevance.by_query(self.watchlist, NOW)
        self.assertEqual([query.expression for query, _ in found], ["larkmoor", "northfield"])
        self.assertEqual([each.percent for _, each in found], [0, 100])


class AnswerTests(Samples):
    def test_the_second_to_answer_is_told(self) -> None:
        self.found(1)
        item = self.draw().items.get()
        relevance.answer(item, "yes", by=ada(), at=NOW)
        with self.assertRaisesMessage(Refused, "meanwhile"):
            relevance.answer(item, "no", by=ada(), at=NOW)
        relevance.take_back(item)
        relevance.answer(item, "no", by=ada(), at=NOW)
        self.assertEqual(RelevanceItem.objects.get().verdict, "no")

    def test_only_what_is_offered_is_taken(self) -> None:
        self.found(1)
        with self.assertRaises(Refused):
            relevance.answer(self.draw().items.get(), "perhaps", by=ada(), at=NOW)


class DueTests(Samples):
    def test_it_is_asked_a_day_after_it_was_made_and_then_each_month(self) -> None:
        Watchlist.objects.update(created_at=NOW)
        made = Watchlist.objects.get()
        self.assertFalse(relevance.is_due(made, NOW))
        self.assertTrue(relevance.is_due(made, NOW + timedelta(days=1)))
        self.found(2)
        sample = self.draw()
        self.assertTrue(relevance.is_due(made, NOW), "some are not judged")
        self.judge(sample)
        self.assertFalse(relevance.is_due(made, NOW + timedelta(days=29)))
        self.assertTrue(relevance.is_due(made, LATER))
        made.is_active = False
        self.assertFalse(relevance.is_due(made, LATER))
