from django.test import SimpleTestCase

from listening.evaluation import contract


class UnseenTests(SimpleTestCase):
    texts = [f"The garage was full, {number} times" for number in range(40)]

    def test_rows_that_a_model_was_fitted_on_do_not_count(self) -> None:
        kept, note = contract.unseen(self.texts, str, "01234567")
        self.assertEqual({contract.digit(text) for text in kept} & set("01234567"), set())
        self.assertEqual(note, "unseen rows only")
        self.assertGreater(len(kept), 5)

    def test_a_set_that_a_model_saw_whole_is_marked(self) -> None:
        self.assertEqual(
            contract.unseen(self.texts, str, "0123456789abcdef"), (self.texts, "trained on these texts")
        )

    def test_a_set_that_no_model_saw_counts_whole(self) -> None:
        self.assertEqual(contract.unseen(self.texts, str, ""), (self.texts, ""))

    def test_the_digit_is_that_of_the_stripped_text(self) -> None:
        self.assertEqual(contract.digit(" good \n"), contract.digit("good"))
        self.assertEqual(contract.digit("good"), "f")
        self.assertIn(contract.digit("\ud800"), "0123456789abcdef")
