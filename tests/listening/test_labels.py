from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import TestCase

from listening import labels
from listening.models import Label, Mention
from listening.signals import mentions_stored
from tests import base
from tests.base import NOW, post
from tests.listening.polling import page, poll_once

READ: dict[str, Any] = {"sentiment": "negative", "score": -0.6, "reader_version": "7", "processed_at": NOW}
EMERGENCY: dict[str, Any] = {"lane": "emergency", "level": "P0", "severity": 95}


def label(mention: Mention, aspect: str, value: Any, *, by: User | None = None, **more: Any) -> Label:
    return labels.put(mention.pk, aspect, value, by=by or base.carla(), at=NOW, **more)


def tone(mention: Mention) -> tuple[str, float, list[str]]:
    mention.refresh_from_db()
    return mention.sentiment, mention.score, mention.set_by_people


def level(mention: Mention) -> tuple[str, int, str]:
    mention.refresh_from_db()
    return mention.level, mention.severity, mention.lane


class PutTests(TestCase):
    def setUp(self) -> None:
        self.mention = base.mention(**READ, reasons=["tone: 'rude' -2.0"])

    def test_the_mention_takes_it_and_keeps_its_reasons(self) -> None:
        label(self.mention, "sentiment", "positive")
        self.assertEqual(tone(self.mention), ("positive", 0.5, ["sentiment"]))
        self.assertEqual(self.mention.reasons, ["tone: 'rude' -2.0"])

    def test_it_remembers_what_the_reader_had_said(self) -> None:
        made = label(self.mention, "sentiment", "neutral")
        self.assertEqual(
            (made.reader_said, made.reader_version), ({"sentiment": "negative", "score": -0.6}, "7")
        )

    def test_agreeing_with_the_reader_keeps_its_score(self) -> None:
        label(self.mention, "sentiment", "negative")
        self.assertEqual(tone(self.mention), ("negative", -0.6, ["sentiment"]))

    def test_open_walls_are_told(self) -> None:
        heard: list[dict[str, Any]] = []
        listener = lambda **news: heard.append(news)  # noqa: E731
        mentions_stored.connect(listener)
        self.addCleanup(mentions_stored.disconnect, listener)
        with self.captureOnCommitCallbacks(execute=True):
            label(self.mention, "sentiment", "neutral")
        self.assertEqual((heard[0]["ids"], heard[0]["urgent_ids"]), ([self.mention.pk], []))
        before = self.mention.wall_seq
        self.mention.refresh_from_db()
        self.assertGreater(self.mention.wall_seq, before)

    def test_a_later_one_replaces_it_and_the_first_is_kept(self) -> None:
        first = label(self.mention, "sentiment", "neutral")
        second = label(self.mention, "sentiment", "positive", by=base.pete())
        first.refresh_from_db()
        self.assertEqual((first.ended_as, second.replaces), ("replaced", first))
        self.assertEqual(second.reader_said, first.reader_said)

    def test_the_same_again_is_no_second_label(self) -> None:
        self.assertEqual(label(self.mention, "topics", ["food"]), label(self.mention, "topics", ["food"]))

    def test_topics_stand_in_the_readers_order_and_may_be_none(self) -> None:
        label(self.mention, "topics", ["parking", "waiting"])
        self.mention.refresh_from_db()
        self.assertEqual(self.mention.topics, ["waiting", "parking"])
        label(self.mention, "topics", [])
        self.mention.refresh_from_db()
        self.assertEqual((self.mention.topics, self.mention.set_by_people), ([], ["topics"]))

    def test_what_is_not_offered_is_refused(self) -> None:
        for aspect, value in (
            ("sentiment", "angry"),
            ("sentiment", ["negative"]),
            ("level", "P9"),
            ("topics", ["astrology"]),
            ("author", "angry"),
        ):
            with self.subTest(aspect=aspect), self.assertRaises(labels.Refused):
                label(self.mention, aspect, value)
        self.assertEqual(Label.objects.count(), 0)

    def test_what_was_removed_is_not_labelled(self) -> None:
        Mention.objects.update(is_gone=True)
        for pk in (self.mention.pk, self.mention.pk + 1):
            with self.assertRaises(labels.Refused):
                labels.put(pk, "sentiment", "neutral", by=base.carla(), at=NOW)


class LevelTests(TestCase):
    def test_severity_moves_no_further_than_the_level_needs(self) -> None:
        cases = [
            ("P0", 90, "emergency"),
            ("P1", 70, "complaint"),
            ("P2", 55, "complaint"),
            ("P4", 19, "complaint"),
        ]
        for value, severity, lane in cases:
            with self.subTest(value):
                mention = base.mention(**READ, level="P2", severity=55, lane="complaint")
                label(mention, "level", value)
                self.assertEqual(level(mention), (value, severity, lane))

    def test_what_must_not_wait_is_routed_again_at_once(self) -> None:
        mention = base.mention(**READ, level="P3", severity=30, lane="question")
        heard: list[list[int]] = []
        listener = lambda urgent_ids, **_: heard.append(urgent_ids)  # noqa: E731
        mentions_stored.connect(listener)
        self.addCleanup(mentions_stored.disconnect, listener)
        with self.captureOnCommitCallbacks(execute=True):
            label(mention, "level", "P1")
        mention.refresh_from_db()
        self.assertIsNone(mention.processed_at)
        self.assertEqual(heard, [[mention.pk]])

    def test_also_where_the_reader_had_said_the_same(self) -> None:
        mention = base.mention(**READ, level="P1", severity=75, lane="complaint")
        label(mention, "level", "P1")
        mention.refresh_from_db()
        self.assertIsNone(mention.processed_at)

    def test_what_may_wait_is_not(self) -> None:
        mention = base.mention(**READ, level="P3", severity=30, lane="question")
        label(mention, "level", "P2")
        mention.refresh_from_db()
        self.assertEqual(mention.processed_at, NOW)

    def test_a_safety_lane_is_lowered_only_by_those_who_may(self) -> None:
        mention = base.mention(**READ, **EMERGENCY)
        with self.assertRaises(labels.Refused):
            label(mention, "level", "P2")
        self.assertEqual(level(mention), ("P0", 95, "emergency"))
        label(mention, "level", "P2", may_lower=True)
        self.assertEqual(level(mention), ("P2", 69, "emergency"))

    def test_anyone_may_raise_one(self) -> None:
        mention = base.mention(**READ, lane="threat", level="P1", severity=80)
        label(mention, "level", "P0")
        self.assertEqual(level(mention), ("P0", 90, "threat"))

    def test_a_false_alarm_that_is_taken_back_leaves_no_lane_behind(self) -> None:
        mention = base.mention(**READ, level="P3", severity=30, lane="question")
        label(mention, "level", "P0")
        label(mention, "level", "P3", may_lower=True)
        self.assertEqual(level(mention), ("P3", 30, "question"))


class UndoTests(TestCase):
    def setUp(self) -> None:
        self.mention = base.mention(**READ)

    def test_it_gives_back_what_the_reader_said(self) -> None:
        labels.undo(label(self.mention, "sentiment", "positive"), at=NOW)
        self.assertEqual(tone(self.mention), ("negative", -0.6, []))

    def test_it_gives_back_the_label_before(self) -> None:
        label(self.mention, "sentiment", "neutral")
        earlier = labels.undo(label(self.mention, "sentiment", "positive"), at=NOW)
        assert earlier
        self.assertEqual(tone(self.mention), ("neutral", 0.0, ["sentiment"]))
        labels.undo(Label.objects.standing().get(), at=NOW)
        self.assertEqual(tone(self.mention), ("negative", -0.6, []))

    def test_other_aspects_stay(self) -> None:
        label(self.mention, "topics", ["food"])
        labels.undo(label(self.mention, "sentiment", "positive"), at=NOW)
        self.assertEqual(tone(self.mention)[2], ["topics"])

    def test_twice_is_refused(self) -> None:
        made = label(self.mention, "sentiment", "positive")
        labels.undo(made, at=NOW)
        with self.assertRaises(labels.Refused):
            labels.undo(made, at=NOW)

    def test_it_lowers_a_safety_lane_only_for_those_who_may(self) -> None:
        made = label(self.mention, "level", "P0")
        with self.assertRaises(labels.Refused):
            labels.undo(made, at=NOW)
        self.assertEqual(Label.objects.standing().count(), 1)
        labels.undo(made, at=NOW, may_lower=True)
        self.assertEqual(level(self.mention), ("P4", 10, "other"))


class EditTests(TestCase):
    """A mention that is polled again after a person labelled it."""

    def setUp(self) -> None:
        base.watchlist("northfield")
        poll_once(page(self.review("Northfield was rude", 3)))
        self.mention = Mention.objects.get()
        label(self.mention, "sentiment", "positive")
        label(self.mention, "level", "P2")

    @staticmethod
    def review(text: str, rating: int) -> Any:
        return post(text, "7", rating=rating, published_at=NOW - timedelta(minutes=5))

    def test_other_words_end_what_was_said_of_the_first(self) -> None:
        poll_once(page(self.review("Northfield was rude and dirty", 3)))
        self.assertEqual(tone(self.mention)[0], "negative")
        self.assertEqual(self.mention.set_by_people, [])
        self.assertEqual({each.ended_as for each in Label.objects.all()}, {"edited"})

    def test_other_stars_alone_do_not(self) -> None:
        poll_once(page(self.review("Northfield was rude", 1)))
        self.assertEqual(tone(self.mention), ("positive", 0.5, ["level", "sentiment"]))
        self.assertEqual((self.mention.rating, self.mention.level), (1, "P2"))
        self.assertEqual(Label.objects.standing().count(), 2)

    def test_what_was_gone_and_is_back_with_the_same_words_keeps_them(self) -> None:
        Mention.objects.update(is_gone=True)
        poll_once(page(self.review("Northfield was rude", 3)))
        self.assertEqual(tone(self.mention), ("positive", 0.5, ["level", "sentiment"]))
