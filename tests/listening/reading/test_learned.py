import numpy as np
from django.test import SimpleTestCase

from listening.reading import criticality, features, learned, topics
from listening.reading.learned import FittedOn, Head, Model, Recipe
from listening.training.sets import LICENCES


def small() -> Model:
    """Knows four words, a phrase, a run of letters and a tag."""
    head = Head(
        "small", "3", ("food", "wait"), (0.5, -0.25), "01", (FittedOn("invented", "MIT", 4),), Recipe(2, 2, 3)
    )
    terms = ["soup", "hours", "long", "two hours", "~our", "=asks:improve"]
    weights = np.array([[3, -1], [0, 2], [0, 1], [0.5, 4], [0, 1.25], [-1, 1]], np.float32)
    return Model(head, {term: at for at, term in enumerate(terms)}, np.ones(6, np.float32), weights)


class ModelTests(SimpleTestCase):
    def test_weights_add_up_normed_in_each_block(self) -> None:
        read = small().read(features.of("Two hours", "How could we improve?"))
        # Two known phrases share the length 1; one run of letters has it alone; a tag counts 0.7.
        self.assertAlmostEqual(read.score("food"), 0.5 + 0.5 / 2**0.5 - 0.7, places=5)
        self.assertAlmostEqual(read.score("wait"), -0.25 + 6 / 2**0.5 + 1.25 + 0.7, places=5)
        self.assertEqual(read.best, "wait")

    def test_it_says_why_word_by_word(self) -> None:
        read = small().read(features.of("Two hours for cold soup"))
        self.assertEqual(read.why("food"), [("soup", 1.73), ("two hours", 0.29)])
        # The letters of a word speak for the word.
        self.assertEqual([word for word, _ in read.why("wait")], ["hours", "two hours"])

    def test_what_it_does_not_know_leaves_the_bias(self) -> None:
        for text in ("", "zzz", "\x00\ud800"):
            self.assertEqual(small().read(features.of(text)).scores.tolist(), [0.5, -0.25], text)

    def test_a_word_said_often_counts_more_but_not_as_many_times_more(self) -> None:
        once = small().read(features.of("soup hours")).score("food")
        often = small().read(features.of("soup soup soup soup hours")).score("food")
        self.assertTrue(once < often < 4 * once)


class FileTests(SimpleTestCase):
    def test_a_model_comes_back_from_its_file(self) -> None:
        body = learned.written(small())
        again = learned.parsed(body)
        self.assertEqual(again.head, small().head)
        self.assertEqual(learned.written(again), body)
        seen = features.of("Two hours for cold soup", "How could we improve?")
        self.assertEqual(again.read(seen).scores.tolist(), small().read(seen).scores.tolist())

    def test_a_line_can_be_read_by_people(self) -> None:
        self.assertIn("\ntwo hours\t1.00\t0:50 1:400\n", learned.written(small()))


class ShippedTests(SimpleTestCase):
    def test_each_file_is_as_training_writes_it(self) -> None:
        for path in sorted(learned.MODELS.glob("*.tsv")):
            body = path.read_text(encoding="utf-8")
            if body.startswith("{"):
                self.assertEqual(learned.written(learned.parsed(body)), body, path.name)

    def test_each_names_its_sets_and_only_such_as_may_be_fitted_on(self) -> None:
        for name in (criticality.MODEL, topics.MODEL):
            head = learned.model(name).head
            self.assertTrue(head.digits, name)
            self.assertTrue(head.fitted_on, name)
            for source in head.fitted_on:
                self.assertEqual(source.licence, LICENCES[source.set.partition("/")[0]], name)

    def test_all_together_are_small(self) -> None:
        sizes = sum(path.stat().st_size for path in learned.MODELS.iterdir())
        self.assertLess(sizes, 8_000_000)
