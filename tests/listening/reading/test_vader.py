from django.test import SimpleTestCase
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from listening.reading.healthwords import HealthLexicon, shipped
from listening.reading.vader import Sum, weigher


def weigh(text: str) -> Sum:
    return weigher(shipped()).weigh(text)


class WeigherTests(SimpleTestCase):
    def test_without_words_of_ours_it_weighs_as_the_package_does(self) -> None:
        plain, ours = SentimentIntensityAnalyzer(), weigher(HealthLexicon.parse(""))
        for text in (
            "It was not very GOOD at all!!",
            "kind of nice, never so rude",
            "no help :( sad",
            "😡😡 ugh",
            "Great nurses but horrible parking",
            "without doubt the least good, at least",
        ):
            self.assertEqual(ours.weigh(text).compound, plain.polarity_scores(text)["compound"], text)

    def test_a_phrase_counts_as_one_word(self) -> None:
        said = [(each.word, each.group) for each in weigh("still On hold with them").words]
        self.assertEqual(said, [("On hold", "word of waiting")])

    def test_nobody_turns_round_what_follows(self) -> None:
        for text in ("No one listened", "nobody was compassionate", "nadie fue amable"):
            self.assertLess(weigh(text).compound, -0.1, text)

    def test_not_turns_a_phrase_round(self) -> None:
        self.assertLess(weigh("They were not respectful").compound, 0)
        self.assertGreater(weigh("They never ignored me").compound, 0)

    def test_clinical_words_and_slang_numbers_weigh_nothing(self) -> None:
        text = "pain, cancer, stroke, died of an infection; 187 Elm, aged 86. Sin dolor, grave"
        self.assertEqual(weigh(text), Sum(0.0))

    def test_the_same_words_weigh_where_they_blame(self) -> None:
        for text in ("he nearly died", "left in pain", "they ignored my pain", "a pain to book"):
            self.assertLess(weigh(text).compound, -0.2, text)
