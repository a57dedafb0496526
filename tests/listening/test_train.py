import io
import tempfile
from pathlib import Path
from unittest import mock

from django.core.management import CommandError, call_command
from django.test import SimpleTestCase

from listening import training
from listening.reading import learned
from listening.training import linear
from tests.listening.training.sets import write_all


class TrainTests(SimpleTestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        write_all(self.folder)

    def train(self, to: str, **options: str) -> tuple[dict[str, bytes], str]:
        out = io.StringIO()
        call_command("train", self.folder, to=self.folder / to, stdout=out, **options)
        return {path.name: path.read_bytes() for path in (self.folder / to).iterdir()}, out.getvalue()

    def test_the_same_sets_give_the_same_files_byte_for_byte(self) -> None:
        for subject in ("criticality", "topics"):
            (files, _), (again, _) = self.train("one", only=subject), self.train("two", only=subject)
            self.assertEqual(files, again)
            self.assertIn(f"{subject}.tsv", files)

    def test_it_says_what_each_model_was_fitted_on(self) -> None:
        files, said = self.train("one", only="criticality", hold="0123")
        self.assertIn("criticality.tsv: ", said)
        self.assertIn("rows of pxtextmining/phase1_text_data (MIT)", said)
        head = learned.parsed(files["criticality.tsv"].decode()).head
        self.assertEqual(set(head.digits) & set("0123"), set())

    def test_what_is_wrong_is_one_line(self) -> None:
        with self.assertRaisesMessage(CommandError, "There is no subject 'x'. There are: "):
            self.train("one", only="x")
        with self.assertRaisesMessage(CommandError, "There is no folder"):
            call_command("train", "nowhere-at-all", stdout=io.StringIO())
        with self.assertRaisesMessage(CommandError, "Held digits are hexadecimal"):
            self.train("one", hold="xyz")

    def test_a_missing_scikit_learn_is_one_line(self) -> None:
        from sklearn import linear_model, svm  # a second to import: not by every process that collects tests

        with (
            mock.patch.dict("sys.modules", {each.__name__: None for each in (svm, linear_model)}),
            self.assertRaisesMessage(CommandError, "Training needs scikit-learn"),
        ):
            self.train("one", only="criticality")

    def test_only_modules_that_fit_are_subjects(self) -> None:
        self.assertLessEqual({"criticality", "topics"}, set(training.subjects()))
        self.assertNotIn(linear.__name__.rpartition(".")[2], training.subjects())
