from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import SimpleTestCase

from listening.evaluation import facilities
from listening.evaluation.files import BadSet
from tests.hospital.files import CMS, NHS


class FacilitiesTests(SimpleTestCase):
    def scores(self, **files: str) -> list[tuple[str, int, float, str]]:
        with TemporaryDirectory() as folder:
            inside = Path(folder) / "hospitals"
            inside.mkdir()
            for name, text in files.items():
                (inside / f"{name}.csv").write_text(text)
            return [(s.set, s.rows, s.ours, s.note) for s in facilities.scores(Path(folder))]

    def test_each_name_is_found_and_shared_ones_are_counted_apart(self) -> None:
        found, beside, inside, *_ = self.scores(cms_hospital_general_part=CMS)
        self.assertEqual(found[:3], ("hospitals/cms_hospital_general", 4, 1.0))
        self.assertIn("2 found, 2 ambiguous, 0 missed, 0 wrong", found[3])
        self.assertIn("4 found, 0 ambiguous", beside[3])
        self.assertEqual(inside[2], 0)

    def test_both_lists_are_read(self) -> None:
        self.assertEqual(len(self.scores(cms_hospital_general_a=CMS, nhs_trusts_b=NHS)), 6)
        self.assertEqual(self.scores(), [])

    def test_a_list_that_cannot_be_read_is_named(self) -> None:
        with self.assertRaisesMessage(BadSet, "hospitals/nhs_trusts_b.csv: The first line names no columns"):
            self.scores(nhs_trusts_b="a,b\n")
