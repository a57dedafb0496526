from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import SimpleTestCase, TestCase

from listening import labels, sampled, sampling
from listening.models import Label, Mention, Sample, SampleItem
from listening.sampling import allocate
from tests import base

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
MONDAY = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)  # midnight in New York
LAST_WEEK = MONDAY - timedelta(days=3)


def fill(number: int, at: datetime = LAST_WEEK, **fields: Any) -> list[Mention]:
    return [base.mention(f"post {each}", published_at=at, **fields) for each in range(number)]


def drawn() -> list[int]:
    return list(SampleItem.objects.order_by("position").values_list("mention_id", flat=True))


class AllocateTests(SimpleTestCase):
    def test_every_group_is_asked(self) -> None:
        found = allocate({(1, "negative"): 9_000, (1, "neutral"): 1, (2, "negative"): 30})
        self.assertEqual(sum(found.values()), 40)
        self.assertEqual(found[1, "neutral"], 1)
        self.assertGreater(found[2, "negative"], 1)

    def test_none_gives_more_than_it_has(self) -> None:
        self.assertEqual(
            allocate({(1, "negative"): 3, (2, "neutral"): 2}), {(1, "negative"): 3, (2, "neutral"): 2}
        )

    def test_groups_alike_give_alike(self) -> None:
        found = allocate({(each, "neutral"): 50 for each in range(8)})
        self.assertEqual(set(found.values()), {5})

    def test_many_groups_are_one_each_and_no_more_than_can_be_read(self) -> None:
        found = allocate({(each, "neutral"): each + 1 for each in range(300)})
        self.assertEqual((len(found), set(found.values())), (120, {1}))
        self.assertIn((299, "neutral"), found)


class DrawTests(TestCase):
    def test_the_week_that_ended_is_drawn_once(self) -> None:
        fill(50)
        sample = sampling.draw_due(NOW)
        assert sample
        self.assertEqual((sample.starts_at, sample.ends_at), (MONDAY - timedelta(days=7), MONDAY))
        self.assertIsNone(sampling.draw_due(NOW + timedelta(days=2)))
        self.assertEqual(len(drawn()), 40)

    def test_only_that_week_and_nothing_that_is_gone(self) -> None:
        wanted = fill(2)
        fill(1, at=MONDAY)
        fill(1, at=MONDAY - timedelta(days=8))
        fill(1, is_gone=True)
        sampling.draw_due(NOW)
        self.assertCountEqual(drawn(), [each.pk for each in wanted])

    def test_the_same_lot_gives_the_same_mentions(self) -> None:
        fill(60)
        draws = []
        for _ in range(2):
            sampling.draw(MONDAY - timedelta(days=7), MONDAY, NOW)
            draws.append(drawn())
            Sample.objects.all().delete()
        sampling.draw(MONDAY - timedelta(days=7), MONDAY, NOW, seed="another")
        self.assertEqual(draws[0], draws[1])
        self.assertNotEqual(drawn(), draws[0])

    def test_each_says_how_large_its_group_is(self) -> None:
        fill(70, sentiment="negative")
        fill(3, sentiment="positive", source=base.source("other"))
        sampling.draw_due(NOW)
        sizes = set(SampleItem.objects.values_list("source__slug", "said", "group_size"))
        self.assertEqual(sizes, {("fake", "negative", 70), ("other", "positive", 3)})

    def test_what_a_person_changed_is_drawn_as_the_reader_had_said(self) -> None:
        [mention] = fill(1, sentiment="negative")
        labels.put(mention.pk, "sentiment", "positive", by=base.carla(), at=NOW)
        sampling.draw_due(NOW)
        self.assertEqual(SampleItem.objects.get().said, "negative")

    def test_an_empty_week_draws_nothing_and_may_be_drawn_later(self) -> None:
        self.assertIsNone(sampling.draw_due(NOW))
        fill(1)
        self.assertIsNotNone(sampling.draw_due(NOW))

    def test_an_early_one_takes_what_came_since_and_monday_the_rest(self) -> None:
        fill(20, at=NOW - timedelta(hours=1))
        early = sampling.draw_early(NOW)
        self.assertEqual((early.starts_at, early.ends_at), (MONDAY - timedelta(days=7), NOW))
        fill(1, at=NOW + timedelta(hours=1))
        monday = sampling.draw_due(NOW + timedelta(days=7))
        assert monday
        self.assertEqual((monday.starts_at, monday.items.count()), (NOW, 1))

    def test_an_early_one_waits_for_enough_and_for_the_present_one(self) -> None:
        fill(19)
        with self.assertRaisesMessage(labels.Refused, "Only 19"):
            sampling.draw_early(NOW)
        fill(1)
        sampling.draw_early(NOW)
        with self.assertRaisesMessage(labels.Refused, "not all read"):
            sampling.draw_early(NOW)

    def test_an_early_one_does_not_wait_for_what_was_removed(self) -> None:
        fill(20)
        sampling.draw_due(NOW)
        Mention.objects.update(is_gone=True)
        fill(20, at=NOW - timedelta(hours=1))
        self.assertEqual(sampling.draw_early(NOW).items.count(), 20)


class ReadTests(TestCase):
    def setUp(self) -> None:
        self.place = base.facility()
        fill(3, facility=self.place)
        sampling.draw_due(NOW)
        self.carla, self.pete = base.carla(), base.pete()

    def take(self, who: Any, minutes: int = 0, **reach: Any) -> SampleItem | None:
        reach.setdefault("facility_ids", None)
        return sampling.next_for(who, NOW + timedelta(minutes=minutes), **reach)

    def test_two_people_do_not_get_the_same(self) -> None:
        self.assertNotEqual(self.take(self.carla), self.take(self.pete))

    def test_one_gets_ones_own_again(self) -> None:
        self.assertEqual(self.take(self.carla), self.take(self.carla, minutes=30))

    def test_what_was_left_lying_goes_to_another(self) -> None:
        first = self.take(self.carla)
        self.assertEqual(self.take(self.pete, minutes=11), first)

    def test_it_stays_within_reach(self) -> None:
        north = base.facility("Northfield North", "north")
        self.assertIsNone(self.take(self.carla, facility_ids=frozenset({north.pk})))
        self.assertIsNotNone(self.take(self.carla, facility_ids=frozenset({self.place.pk})))

    def test_an_answer_is_a_label_of_the_sample(self) -> None:
        item = self.take(self.carla)
        assert item
        made = sampling.answer(item, "positive", by=self.carla, at=NOW)
        self.assertEqual((made.item, made.mention_id, made.value), (item, item.mention_id, "positive"))
        self.assertNotEqual(self.take(self.carla), item)

    def test_nobody_answers_for_another(self) -> None:
        item = self.take(self.carla)
        assert item
        sampling.answer(item, "positive", by=self.carla, at=NOW)
        for verb in (lambda: sampling.answer(item, "neutral", by=self.pete, at=NOW), lambda: self.skip(item)):
            with self.assertRaises(labels.Refused):
                verb()

    def skip(self, item: SampleItem) -> None:
        sampling.skip(item, by=self.carla, at=NOW)

    def test_what_cannot_be_told_is_asked_of_nobody_else(self) -> None:
        item = self.take(self.carla)
        assert item
        self.skip(item)
        self.assertNotIn(item, (self.take(self.carla), self.take(self.pete)))
        sampling.unskip(item)
        self.assertEqual(self.take(self.carla), item)

    def test_an_answer_that_is_undone_is_asked_again(self) -> None:
        item = self.take(self.carla)
        assert item
        labels.undo(sampling.answer(item, "positive", by=self.carla, at=NOW), at=NOW)
        self.assertEqual(self.take(self.carla), item)
        sampling.answer(item, "neutral", by=self.carla, at=NOW)
        self.assertEqual(Label.objects.sampled().get().value, "neutral")


class SampledTests(TestCase):
    def setUp(self) -> None:
        fill(90, sentiment="negative", facility=base.facility())
        fill(10, sentiment="positive", source=base.source("other"))
        sampling.draw_due(NOW)
        self.carla = base.carla()

    def answer_all(self, value: str) -> None:
        while item := sampling.next_for(self.carla, NOW, facility_ids=None):
            sampling.answer(item, value, by=self.carla, at=NOW)

    def test_the_groups_count_as_large_as_they_are(self) -> None:
        self.answer_all("negative")
        found = sampled.judged(sampled.answered())
        self.assertEqual(found.number, 40)
        self.assertAlmostEqual(found.share, 0.9)
        self.assertNotAlmostEqual(found.counts["negative", "negative"] / 40, 0.9, places=2)

    def test_a_relabel_by_hand_is_not_among_them(self) -> None:
        labels.put(Mention.objects.first().pk, "sentiment", "neutral", by=self.carla, at=NOW)  # type: ignore[union-attr]
        self.assertEqual(sampled.answered(), [])

    def test_only_what_is_within_reach_is_shown_and_weighs_the_same(self) -> None:
        self.answer_all("negative")
        there = sampled.answered(frozenset({base.facility().pk}))
        self.assertEqual({each.answer.said for each in there}, {"negative"})
        self.assertAlmostEqual(sum(each.answer.weight for each in there), 90)

    def test_they_are_told_apart(self) -> None:
        self.answer_all("negative")
        found = sampled.answered()
        shares = {
            name: judged.share for name, judged in sampled.by(found, lambda each: each.answer.said).items()
        }
        self.assertEqual(shares, {"negative": 1.0, "positive": 0.0})
        self.assertEqual({each.month for each in found}, {"2026-02"})

    def test_the_present_figure_is_of_the_reader_in_force_and_kept_for_a_minute(self) -> None:
        Mention.objects.filter(sentiment="positive").update(reader_version="2")
        self.answer_all("negative")
        sampled.forget()
        self.addCleanup(sampled.forget)
        self.assertEqual(sampled.present(NOW).share, 0.0)
        with self.assertNumQueries(0):
            sampled.present(NOW + timedelta(seconds=59))
        with self.assertNumQueries(2):  # which reader is in force, and the labels
            sampled.present(NOW + timedelta(seconds=61))
