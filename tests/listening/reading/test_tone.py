import numpy as np
from django.test import SimpleTestCase

from listening.reading import learned, tone
from listening.reading.healthwords import shipped
from listening.reading.tone import Answer, Learned
from listening.reading.vader import Sum, weigher


def read(text: str, prompt: str = "") -> Learned:
    return tone.read(text, prompt, weigher(shipped()).weigh(text))


class AnswerTests(SimpleTestCase):
    def test_each_word_is_seen_beside_the_question(self) -> None:
        answer = Answer(("nothing", "!"), asks="improve")
        self.assertIn("nothing =improve", list(answer.phrases(2)))
        self.assertIn("=answer:improve:nothing", answer.tags)

    def test_a_long_answer_is_not_looked_at_whole(self) -> None:
        tags = Answer(("one",) * 5, asks="good").tags
        self.assertEqual([tag for tag in tags if tag.startswith("=answer")], [])


class ReadTests(SimpleTestCase):
    def test_shares_come_to_one(self) -> None:
        for text in ("", "They lost my chart", "😡", "x" * 9000):
            for prompt in ("", "What was good?"):
                shares = read(text, prompt).shares
                self.assertAlmostEqual(float(shares.sum()), 1.0, places=5)
                self.assertTrue((shares >= 0).all())

    def test_a_question_it_knows_is_looked_at(self) -> None:
        self.assertTrue(read("Nothing.", "What could we do better?").is_answer)
        self.assertFalse(read("Nothing.", "Your name?").is_answer)

    def test_reasons_are_words_of_the_text(self) -> None:
        for word, weight in read("Nobody called me back", "Why?").why("negative"):
            self.assertNotIn("=", word)
            self.assertGreater(weight, 0)


class ModelTests(SimpleTestCase):
    def test_the_blends_know_all_that_they_are_given(self) -> None:
        for name, scores in ((tone.BLEND, 3), (tone.BLEND_ANSWERS, 6)):
            self.assertEqual(set(learned.model(name).terms), set(tone.inputs(scores)))

    def test_all_have_the_same_labels(self) -> None:
        for name in (tone.GENERAL, tone.ANSWERS, tone.BLEND, tone.BLEND_ANSWERS):
            self.assertEqual(learned.model(name).head.classes, tone.LABELS)

    def test_beside_is_in_its_order(self) -> None:
        values = dict(zip(tone.BESIDE, tone.beside("so rude?", Sum(-0.5)), strict=True))
        self.assertEqual((values["compound"], values["?"], values["!"]), (-0.5, 1.0, 0.0))
        self.assertTrue(np.isfinite(list(values.values())).all())
