import tempfile
from pathlib import Path

import numpy as np
from django.test import SimpleTestCase

from listening.evaluation.phase1 import Comment
from listening.evaluation.v6 import Themed
from listening.reading.learned import Model
from listening.training import Table, plain, topics
from tests.listening.training import sets


def comment(major: str) -> Comment:
    return Comment("The soup was cold", "", major, "Food", None)


class FitTests(SimpleTestCase):
    def setUp(self) -> None:
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        folder = Path(made.name)
        sets.write_all(folder)
        self.model, self.precision, self.folds = topics.fit(folder, "0123456789abcdef")

    def test_a_category_knows_its_major(self) -> None:
        assert isinstance(self.model, Model)
        head = self.model.head
        parents = dict(zip(head.classes, head.parents, strict=True))
        self.assertEqual(parents["category: Food"], "major: Environment/ facilities")
        self.assertEqual(parents["major: Access"], "")
        self.assertEqual(len(head.cuts), len(head.classes))

    def test_it_tells_what_it_compared_by_folds(self) -> None:
        assert isinstance(self.folds, Table)
        rows = [line.split("\t") for line in self.folds.body.splitlines() if not line.startswith("#")]
        self.assertEqual([row[0] for row in rows], ["major:", "category:"])
        self.assertTrue(all(0.5 < float(ours) <= 1 for _, _, ours in rows))

    def test_each_themed_comment_is_counted_once(self) -> None:
        assert isinstance(self.precision, Table)
        self.assertIn(f"on {len(sets.WORDS) * len(sets.THEMED)} comments", self.precision.body)


class WeightTests(SimpleTestCase):
    def test_a_rare_class_weighs_more_but_not_as_much_as_all_of_a_common_one(self) -> None:
        examples = topics.Examples([comment("Staff")] * 9 + [comment("Access")], [])
        names = ("major: Access", "major: Staff")
        weights = examples.weights(examples.targets(names), names)[:, 0]
        self.assertGreater(weights[9], weights[0])
        self.assertLess(weights[9], weights[:9].sum())

    def test_a_theme_weighs_as_much_as_the_rest(self) -> None:
        themed = [Themed("Soup", "", frozenset({"Food"}))] + [Themed("Queue", "", frozenset())] * 3
        examples, names = topics.Examples([], themed), ("theme: Food",)
        weights = examples.weights(examples.targets(names), names)[:, 0]
        self.assertTrue(np.isclose(weights[0], weights[1:].sum()))


class PlainTests(SimpleTestCase):
    def test_it_says_a_label_for_each_text(self) -> None:
        texts = ["cold soup", "soup and bread", "a long queue", "queue for hours"]
        said = plain.said(texts, ["food", "food", "wait", "wait"], ["more soup", "the queue"])
        self.assertEqual(said, ["food", "wait"])
