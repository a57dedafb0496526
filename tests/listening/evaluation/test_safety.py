import tempfile
from pathlib import Path
from unittest import TestCase

from listening.evaluation import safety

HEAD = "tweet_id,text\n"


class SafetyScoreTests(TestCase):
    def test_it_counts_recall_by_level_and_false_alarms(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder, "airline")
            place.mkdir()
            Path(place, "tweets_any.csv").write_text(
                HEAD + "1,late again\n2,I want to die\n", encoding="utf-8"
            )
            scores = list(safety.scores(Path(folder)))
        self.assertEqual([score.metric for score in scores][-1], "false P0, a count")
        self.assertEqual((scores[-1].rows, scores[-1].ours), (2, 1))
        by_metric = {score.metric: score.ours for score in scores[:-1]}
        self.assertGreaterEqual(by_metric["recall at P0 or higher"], 0.95)
        self.assertGreaterEqual(by_metric["recall at P1 or higher"], 0.95)
        self.assertEqual(by_metric["false alarms"], 0)

    def test_without_the_tweets_the_cases_still_count(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(len(list(safety.scores(Path(folder)))), 4)
