import tempfile
from pathlib import Path

from django.test import SimpleTestCase

from listening.evaluation import topics
from listening.evaluation.files import BadSet
from tests.listening.training import sets


class TopicScoresTests(SimpleTestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_it_scores_majors_categories_and_each_topic(self) -> None:
        sets.write(self.folder)
        sets.write_themed(self.folder)
        found = {(score.metric, score.note.partition(",")[0]): score for score in topics.scores(self.folder)}
        majors = [score for (metric, _), score in found.items() if metric == "macro-F1, nine majors"]
        self.assertTrue(majors)
        food = next(score for (metric, _), score in found.items() if metric == "precision, food")
        self.assertGreater(food.ours, 0.8)
        self.assertRegex(food.note, r"said \d+ times, recall \d\.\d\d of \d+")

    def test_a_folder_without_the_sets_has_no_scores(self) -> None:
        self.assertEqual(list(topics.scores(self.folder)), [])

    def test_a_set_without_its_columns_is_refused(self) -> None:
        path = sets.write_themed(self.folder)
        path.write_text(path.read_text().replace("Positive experience & gratitude", "Positive"))
        with self.assertRaisesMessage(BadSet, "row 1: has not the columns of the themes"):
            list(topics.scores(self.folder))
