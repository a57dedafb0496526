import tempfile
from pathlib import Path

from django.test import SimpleTestCase

from listening.evaluation import criticality, phase1
from tests.listening.training.sets import ANSWERS, WORDS, write


class CriticalityScoresTests(SimpleTestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_it_scores_with_the_question_and_without(self) -> None:
        write(self.folder)
        asked, unasked = criticality.scores(self.folder)
        self.assertEqual((asked.set, asked.metric), (phase1.NAME, criticality.METRIC))
        self.assertIn("with the question", asked.note)
        self.assertIn("without it", unasked.note)
        self.assertTrue(0.8 < asked.ours <= 1, asked)

    def test_a_folder_without_the_set_has_no_scores(self) -> None:
        self.assertEqual(list(criticality.scores(self.folder)), [])

    def test_a_comment_is_read_with_what_was_asked(self) -> None:
        write(self.folder)
        comments = phase1.comments(self.folder)
        self.assertEqual(len(comments), len(WORDS) * len(ANSWERS))
        self.assertEqual((comments[0].prompt, comments[0].is_grave), (phase1.BETTER, True))
        self.assertEqual((comments[1].prompt, comments[1].is_grave), (phase1.GOOD, False))
