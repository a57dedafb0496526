import tempfile
from pathlib import Path

from django.test import SimpleTestCase

from listening.evaluation import careopinion
from listening.evaluation.careopinion import Story

SINGLE = """\
code,label,subcategory,feedback,criticality,organization,question,row_index
ep,Environment/ facilities,Parking/transport,The garage was full,-3,A,Care Opinion - Q1,1
sa,Staff,Attitude Of Staff,So kind,xx,A,Care Opinion - Q1,2
"""
SEVERAL = """\
crit,cat_1,cat_2,cat_3,cat_4,cat_5,cat_6,feedback
-3,EP,SA,NA,NA,NA,NA,Full garage and a kind clerk
"""


class CareOpinionTests(SimpleTestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "careopinion").mkdir()
        (self.folder / "careopinion" / "co_made.csv").write_text(SINGLE)

    def test_stories_without_a_grade_are_left_out(self) -> None:
        [story] = careopinion.graded(self.folder)
        self.assertEqual((story.text, story.prompt, story.is_grave), ("The garage was full", "", True))

    def test_codes_are_spelled_out(self) -> None:
        self.assertEqual(careopinion.stories(self.folder), [])
        (self.folder / "careopinion" / "co_multi_label_made.csv").write_text(SEVERAL)
        [story] = careopinion.stories(self.folder)
        expected = frozenset({"Parking/transport", "Attitude Of Staff"})
        self.assertEqual(story, Story("Full garage and a kind clerk", expected))
