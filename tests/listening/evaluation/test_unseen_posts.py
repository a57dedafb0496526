from collections import Counter
from pathlib import Path

from django.test import SimpleTestCase

from listening.evaluation import unseen_posts
from listening.training import safety, tone_sets


class UnseenPostsTests(SimpleTestCase):
    def test_there_are_enough_in_two_languages(self) -> None:
        urgent = Counter((row["level"], row["lang"]) for row in unseen_posts.rows("urgent"))
        self.assertGreaterEqual(sum(urgent.values()), 300)
        self.assertGreaterEqual(min(urgent.values()), 30)
        self.assertEqual(len(urgent), 4)
        self.assertGreaterEqual(len(unseen_posts.rows("benign")), 500)

    def test_nothing_was_fitted_on_them(self) -> None:
        learned = {text for _, text in safety.rows()} | set(safety.ordinary())
        for name in ("urgent", "benign", "ordinary"):
            self.assertEqual({row["text"] for row in unseen_posts.rows(name)} & learned, set())
        self.assertTrue(tone_sets.CORPUS.is_dir())

    def test_each_line_of_the_table_says_how_many(self) -> None:
        found = list(unseen_posts.scores(Path("nowhere")))
        self.assertEqual(len(found), 7)
        self.assertTrue(all(score.rows >= 30 and score.note for score in found))
