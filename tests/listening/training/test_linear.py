import numpy as np
from django.test import SimpleTestCase

from listening.reading import features, learned
from listening.reading.learned import Head, Model
from listening.training import linear
from listening.training.linear import Manner

TEXTS = {
    "food": ["The soup was cold", "Cold soup again", "Warm soup and good bread", "Bread was stale, soup too"],
    "wait": [
        "Two hours in the queue",
        "The queue took hours",
        "Waiting for hours",
        "Hours of waiting, a queue",
    ],
}


def fitted(manner: Manner | None = None) -> Model:
    texts = [(text, name) for name, listed in TEXTS.items() for text in listed]
    seen = [features.of(text) for text, _ in texts]
    targets = np.array([[name == each for each in TEXTS] for _, name in texts], np.int8)
    return linear.fitted(Head("small", "1", tuple(TEXTS), (), "0"), seen, targets, manner)


class FitTests(SimpleTestCase):
    def test_it_tells_the_classes_apart(self) -> None:
        for manner in (Manner(), Manner(kind="logistic", strength=5)):
            model = fitted(manner)
            self.assertEqual(model.read(features.of("stale bread")).best, "food", manner.kind)
            self.assertEqual(model.read(features.of("hours in a queue")).best, "wait", manner.kind)

    def test_what_is_seldom_is_left_out(self) -> None:
        terms = fitted().terms
        self.assertTrue({"soup", "bread", "=length:3"} <= set(terms))
        self.assertFalse({"stale", "stale soup"} & set(terms))

    def test_the_same_texts_give_the_same_file(self) -> None:
        self.assertEqual(learned.written(fitted()), learned.written(fitted()))

    def test_a_class_that_all_or_none_have_is_only_a_bias(self) -> None:
        seen = [features.of("cold soup"), features.of("warm soup")]
        targets = np.array([[1, 0, 1], [1, 0, -1]], np.int8)
        model = linear.fitted(Head("small", "1", ("all", "none", "known"), (), "0"), seen, targets)
        self.assertEqual(model.head.bias, (1.0, -1.0, 1.0))
        self.assertFalse(model.weights.any())

    def test_rows_that_nobody_labelled_are_left_out_of_a_class(self) -> None:
        seen = [features.of(text) for text in ("cold soup", "cold soup", "long queue", "queue and soup")]
        targets = np.array([[1], [1], [0], [-1]], np.int8)
        said = linear.fitted(Head("small", "1", ("food",), (), "0"), seen, targets)
        without = linear.fitted(Head("small", "1", ("food",), (), "0"), seen, targets.clip(0))
        self.assertGreater(*(model.read(features.of("soup")).score("food") for model in (said, without)))

    def test_training_sees_what_reading_sees(self) -> None:
        model = fitted()
        seen = [features.of("Warm soup and good bread"), features.of("zzz")]
        scores = linear.matrix(model, seen) @ model.weights + np.array(model.head.bias)
        read = np.array([model.read(each).scores for each in seen])
        self.assertTrue(np.allclose(scores, read, atol=1e-5))
