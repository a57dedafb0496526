from itertools import product

from django.test import TestCase

from dashboard.columns import Column, column_of, standing_in
from listening.models import Mention
from tests import base

LANES = ("praise", "complaint", "question", "emergency", "other")
READINGS = list(product(Mention.Level, Mention.Sentiment, LANES))


class ColumnTests(TestCase):
    def test_what_is_urgent_or_negative_needs_a_human(self) -> None:
        for level, sentiment, lane in READINGS:
            with self.subTest(level=level, sentiment=sentiment, lane=lane):
                needs = level in ("P0", "P1", "P2") or sentiment == "negative"
                found = column_of(Mention(level=level, sentiment=sentiment, lane=lane))
                self.assertEqual(found is Column.NEEDS, needs)

    def test_praise_is_positive_and_in_its_lane(self) -> None:
        self.assertIs(column_of(Mention(level="P4", sentiment="positive", lane="praise")), Column.PRAISE)
        self.assertIs(column_of(Mention(level="P4", sentiment="positive", lane="other")), Column.SAYS)
        self.assertIs(column_of(Mention(level="P4", sentiment="neutral", lane="praise")), Column.SAYS)

    def test_the_database_gives_the_same_answer(self) -> None:
        for level, sentiment, lane in READINGS:
            base.mention(level=level, sentiment=sentiment, lane=lane)
        for column in Column:
            for tone in ("", *Mention.Sentiment.values):
                with self.subTest(column=column, tone=tone):
                    asked = Mention.objects.filter(**({"sentiment": tone} if tone else {}))
                    found = set(asked.filter(standing_in(column, tone)))
                    self.assertEqual(found, {m for m in asked if column_of(m) is column})
