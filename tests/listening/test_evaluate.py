import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from django.core.management import CommandError, call_command
from django.test import SimpleTestCase

from listening import evaluation
from listening.evaluation.contract import Score
from listening.evaluation.files import BadSet


def parking(folder: Path) -> Iterator[Score]:
    yield Score("garage", 12, "macro-F1", 0.25, 0.5, "unseen rows only")
    yield Score("valet", 3, "precision", None, 1.0)


def broken(folder: Path) -> Iterator[Score]:
    raise BadSet("garage/full_1.csv, row 3: has no text in the column 'text'.")
    yield


class EvaluateTests(SimpleTestCase):
    def evaluate(self, only: str = "", **subjects: object) -> str:
        out = io.StringIO()
        with (
            tempfile.TemporaryDirectory() as folder,
            mock.patch.object(evaluation, "subjects", return_value=subjects),
        ):
            call_command("evaluate", folder, only=only, stdout=out)
        return out.getvalue()

    def test_it_prints_a_line_a_score(self) -> None:
        head, *lines = self.evaluate(parking=parking).splitlines()
        self.assertEqual(head.split(), ["set", "rows", "metric", "plain", "VADER", "ours"])
        self.assertEqual(
            lines[0].split(), ["garage", "12", "macro-F1", "0.250", "0.500", "unseen", "rows", "only"]
        )
        self.assertEqual(lines[1].split(), ["valet", "3", "precision", "-", "1.000"])
        self.assertEqual(lines[0].index("0.500"), lines[1].index("1.000"))

    def test_one_subject_may_be_asked_for(self) -> None:
        said = self.evaluate(only="parking", parking=parking, broken=broken)
        self.assertEqual(len(said.splitlines()), 3)
        with self.assertRaisesMessage(CommandError, "There is no subject 'x'. There are: parking."):
            self.evaluate(only="x", parking=parking)

    def test_a_bad_set_names_its_row(self) -> None:
        with self.assertRaisesMessage(CommandError, "garage/full_1.csv, row 3"):
            self.evaluate(broken=broken)

    def test_a_folder_without_sets_is_an_error(self) -> None:
        with self.assertRaisesMessage(CommandError, "No labelled set"):
            self.evaluate(parking=lambda folder: iter(()))
        with self.assertRaisesMessage(CommandError, "There is no folder"):
            call_command("evaluate", "nowhere-at-all", stdout=io.StringIO())
