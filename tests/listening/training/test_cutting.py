import numpy as np
from django.test import SimpleTestCase

from listening.training import cutting
from listening.training.cutting import NEVER


class CutTests(SimpleTestCase):
    def test_it_cuts_where_precision_is_best_for_what_is_found(self) -> None:
        scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2], np.float32)
        truth = np.array([1, 1, 1, 1, 1, 0, 0, 0], np.int8)
        self.assertAlmostEqual(cutting.chosen(scores, truth), 0.5, places=3)

    def test_rows_that_nobody_labelled_do_not_count(self) -> None:
        scores = np.array([1.5, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4], np.float32)
        truth = np.array([-1, 1, 1, 1, 1, 1, 0], np.int8)
        self.assertAlmostEqual(cutting.chosen(scores, truth), 0.5, places=3)

    def test_a_class_that_is_seldom_right_never_counts(self) -> None:
        scores = np.linspace(1, 0, 40, dtype=np.float32)
        self.assertEqual(cutting.chosen(scores, (np.arange(40) % 5 == 4).astype(np.int8)), NEVER)
        self.assertEqual(cutting.chosen(scores, np.full(40, -1, np.int8)), NEVER)

    def test_each_column_has_its_own_cut(self) -> None:
        scores = np.array([[0.9, 0.1]] * 6 + [[0.1, 0.8]] * 6, np.float32)
        truth = np.array([[1, 0]] * 6 + [[0, 1]] * 6, np.int8)
        self.assertEqual(cutting.cuts(scores, truth), (0.9, 0.8))


class RaisedTests(SimpleTestCase):
    def test_a_cut_that_is_wrong_too_often_elsewhere_is_raised(self) -> None:
        scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0], np.float32)
        truth = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 0], np.int8)
        self.assertAlmostEqual(cutting.raised(0.0, scores, truth), 0.5, places=3)
        self.assertEqual(cutting.raised(0.3, scores, truth), 0.3)

    def test_where_little_is_said_it_stays(self) -> None:
        scores = np.array([0.9, 0.8, 0.1, 0.1], np.float32)
        self.assertEqual(cutting.raised(0.5, scores, np.zeros(4, np.int8)), 0.5)
