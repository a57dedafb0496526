import csv
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from django.test import SimpleTestCase

from listening.evaluation import names, tone
from listening.evaluation.contract import Score


def write(folder: Path, name: str, rows: list[list[str]], delimiter: str = ",") -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


class ScoresTests(SimpleTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(TemporaryDirectory()))
        # The rows here are all read, whatever the shipped models were fitted on.
        self.enterContext(patch.object(tone, "unseen", lambda rows, text, digits: (rows, "")))

    def scores(self) -> dict[tuple[str, str], Score]:
        return {(score.set, score.metric): score for score in tone.scores(self.folder)}

    def test_feedback_is_read_with_its_question_and_in_a_line_of_its_own_with_stars(self) -> None:
        head = ["FFT answer", "FFT question", "FFT categorical answer", "Comment sentiment"]
        answers = [
            ["Nothing.", "What could we do better?", "1", "1"],
            ["Rude and late.", "Why?", "5", "5"],
            ["so-so", "Why?", "7", ""],
        ]
        write(self.folder, "pxtextmining/v6framework_230831_x.csv", [head, *answers])
        found = self.scores()
        self.assertEqual([score.rows for score in found.values()], [2, 2, 2])
        self.assertIn(("pxtextmining/v6framework", "tone with the answer as stars"), found)
        first = found["pxtextmining/v6framework", "tone, macro-F1"]
        self.assertAlmostEqual(first.ours, 2 / 3)  # both right, and no neutral row
        self.assertAlmostEqual(first.baseline or 0.0, 1 / 3)

    def test_praise_that_is_none_is_counted(self) -> None:
        tweets = [["Thanks for nothing, rude crew", "negative"], ["thank you!", "positive"]]
        write(self.folder, "airline/tweets_x.csv", [["text", "airline_sentiment"], *tweets])
        found = self.scores()
        self.assertEqual(found["airline/tweets", "negative called positive"].ours, 0.0)
        self.assertEqual(found["airline/tweets", "tone, macro-F1"].rows, 2)

    def test_rated_tweets_are_correlated(self) -> None:
        rows = [["mean_sentiment", "text"], ["3", "I love this"], ["-3", "I hate this"], ["0", "at nine"]]
        write(self.folder, "vader/tweets_GroundTruth_x.tsv", rows, "\t")
        self.assertGreater(self.scores()["vader/tweets_GroundTruth", "tone, correlation"].ours, 0.9)

    def test_only_sarcasm_is_counted(self) -> None:
        rows = [["tweet", "sarcastic"], ["I love waiting in line", "1"], ["I love you", "0"]]
        write(self.folder, "sarcasm/isarcasmeval_train_en_x.csv", rows)
        self.assertEqual(self.scores()["sarcasm/isarcasmeval_train_en", "sarcasm called positive"].rows, 1)

    def test_an_empty_folder_says_nothing(self) -> None:
        self.assertEqual(self.scores(), {})


class NamesTests(SimpleTestCase):
    def test_each_name_is_read_once_told_and_once_not(self) -> None:
        folder = Path(self.enterContext(TemporaryDirectory()))
        write(folder, "hospitals/nhs_trusts_x.csv", [["X1", "HOPE AND JOY TRUST"], ["X2", "GREAT LOVE"]])
        with patch.object(names, "SENTENCES", ("I have an appointment at {} on Tuesday.",)):
            told, untold = names.scores(folder)
        self.assertEqual((told.rows, told.baseline, told.ours), (2, 0.0, 1.0))
        self.assertLess(untold.ours, 1.0)
