import random
from typing import Any

from django.test import SimpleTestCase

from listening.evaluation import metrics


class MetricsTests(SimpleTestCase):
    theirs: Any

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        from sklearn import metrics as theirs  # a second to import: not by every process that collects tests

        cls.theirs = theirs

    def setUp(self) -> None:
        self.random = random.Random(5)

    def test_macro_f1_is_that_of_scikit_learn(self) -> None:
        truth = [self.random.choice("abcd") for _ in range(200)]
        said = [self.random.choice("abce") for _ in range(200)]
        self.assertAlmostEqual(
            metrics.macro_f1(truth, said), self.theirs.f1_score(truth, said, average="macro", zero_division=0)
        )
        self.assertAlmostEqual(
            metrics.macro_f1(truth, said, "ab"),
            self.theirs.f1_score(truth, said, labels=["a", "b"], average="macro", zero_division=0),
        )

    def test_weighted_f1_is_that_of_scikit_learn(self) -> None:
        truth = [self.random.choice("aabcd") for _ in range(200)]
        said = [self.random.choice("abce") for _ in range(200)]
        self.assertAlmostEqual(
            metrics.weighted_f1(truth, said),
            self.theirs.f1_score(truth, said, average="weighted", zero_division=0),
        )

    def test_average_precision_is_that_of_scikit_learn_with_ties_too(self) -> None:
        truth = [self.random.random() < 0.3 for _ in range(200)]
        scores = [self.random.randint(0, 9) / 10 for _ in range(200)]
        self.assertAlmostEqual(
            metrics.average_precision(truth, scores), self.theirs.average_precision_score(truth, scores)
        )

    def test_precision_and_recall_are_those_of_scikit_learn(self) -> None:
        truth = [self.random.random() < 0.4 for _ in range(200)]
        said = [self.random.random() < 0.3 for _ in range(200)]
        precision, recall = metrics.precision_recall(truth, said)
        self.assertAlmostEqual(precision, self.theirs.precision_score(truth, said))
        self.assertAlmostEqual(recall, self.theirs.recall_score(truth, said))
        self.assertAlmostEqual(metrics.f1(truth, said), self.theirs.f1_score(truth, said))

    def test_pearson_is_that_of_numpy(self) -> None:
        import numpy

        ours = [self.random.random() for _ in range(50)]
        other = [each + self.random.random() for each in ours]
        self.assertAlmostEqual(metrics.pearson(ours, other), float(numpy.corrcoef(ours, other)[0, 1]))

    def test_nothing_to_count_is_zero(self) -> None:
        self.assertEqual(metrics.macro_f1([], []), 0.0)
        self.assertEqual(metrics.average_precision([False], [0.3]), 0.0)
        self.assertEqual(metrics.pearson([1, 1], [2, 3]), 0.0)
        self.assertEqual(metrics.precision_recall([True], [False]), (0.0, 0.0))
