from collections import Counter
from pathlib import Path

from django.test import SimpleTestCase

from listening.evaluation import in_building
from listening.evaluation.unseen_posts import rows
from listening.training import safety


class InBuildingTests(SimpleTestCase):
    def test_there_are_enough_of_both(self) -> None:
        said = Counter(row["here"] for row in rows("building"))
        self.assertGreaterEqual(min(said.values()), 40)
        self.assertEqual(set(said), {"yes", "no"})

    def test_nothing_was_fitted_on_them(self) -> None:
        learned = {text for _, text in safety.rows()} | set(safety.ordinary())
        self.assertEqual({row["text"] for row in rows("building")} & learned, set())

    def test_each_line_says_how_many(self) -> None:
        found = list(in_building.scores(Path("nowhere")))
        self.assertEqual(len(found), 5)
        self.assertTrue(all(0 <= score.ours <= 1 and score.rows and score.note for score in found))
