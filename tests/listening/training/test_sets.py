import tempfile
from pathlib import Path

from django.test import SimpleTestCase

from listening.evaluation import phase1
from listening.evaluation.contract import digit
from listening.training import CannotTrain, digits_without, sets
from tests.listening.training.sets import write


class SetsTests(SimpleTestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        write(self.folder)

    def test_texts_held_back_are_left_out(self) -> None:
        found = sets.load(self.folder, phase1.NAME, "feedback", digits_without("67"))
        self.assertEqual({digit(row.text("feedback")) for row in found.rows} & set("67"), set())
        self.assertEqual(set(found.digits), {digit(row.text("feedback")) for row in found.rows})
        self.assertEqual((found.source.licence, found.source.rows), ("MIT", len(found.rows)))

    def test_what_may_only_be_measured_is_refused(self) -> None:
        for name in ("careopinion/co", "airline/tweets"):
            with self.assertRaisesMessage(CannotTrain, "for measuring only"):
                sets.load(self.folder, name, "feedback")

    def test_what_is_missing_is_one_line(self) -> None:
        with self.assertRaisesMessage(CannotTrain, "There is no vader/tweets_*.csv, .tsv or .json in"):
            sets.load(self.folder, "vader/tweets", "text")
        with self.assertRaisesMessage(CannotTrain, "no text is left"):
            sets.load(self.folder, phase1.NAME, "feedback", "")
        with self.assertRaisesMessage(CannotTrain, "'x' is not"):
            digits_without("6x")
