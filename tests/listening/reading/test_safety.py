from unittest import TestCase

from listening.reading import alarm, safety
from listening.reading.safety import Finding

P0 = {"emergency", "self_harm", "threat"}


def findings(text: str) -> list[Finding]:
    return [each for each in safety.rules().read(text) if each.lane in P0]


def is_heard(text: str) -> bool:
    rules = safety.rules()
    found = rules.lexicon.find(text)
    return bool(alarm.heard(found, rules.of(found)))


class ContextTests(TestCase):
    def test_each_takes_the_alarm_out_of_words(self) -> None:
        cases = [
            ("she has chest pain right now, what do we do", "she has no chest pain right now, what do we do"),
            ("he can't breathe", "if you can't breathe, tell the desk"),
            ("I can't breathe", "I can't breathe 😂"),
            ("my dad is unconscious", "last year my dad was unconscious"),
            ("I am going to kill that doctor", "I am not going to kill that doctor"),
            ("my brother is suicidal", "free class on how to help if someone is suicidal"),
        ]
        for alarming, calm in cases:
            with self.subTest(calm):
                self.assertTrue(is_heard(alarming), alarming)
                self.assertFalse(is_heard(calm), calm)

    def test_denial_of_a_joke_is_none(self) -> None:
        self.assertTrue(is_heard("I'm going to kill that doctor, I'm not joking"))

    def test_another_clause_denies_nothing(self) -> None:
        self.assertTrue(is_heard("no, my dad is unconscious"))
        self.assertTrue(is_heard("nobody answers, no one, he is unconscious"))


class FindingTests(TestCase):
    def test_it_says_what_is_to_be_done_with_the_words_as_they_were_written(self) -> None:
        [first, *_] = findings("pls my dad isn't breathing")
        self.assertEqual(first.lane, "emergency")
        self.assertIn("look now", first.says)
        self.assertIn("isn't breathing", first.reason)

    def test_the_gravest_sure_one_comes_first(self) -> None:
        found = findings("my chest hurts and I am sweating. I want to die")
        self.assertEqual(found[0].lane, "self_harm")
        self.assertTrue(found[0].is_sure)

    def test_phone_spellings_shouts_and_tags_are_heard(self) -> None:
        for text in (
            "HE CANT BREATHE",
            "hes not breahting",
            "im gonna k1ll that doctor",
            "gonna unalive myself 2nite",
            "#SheCantBreathe help",
            "i have the 💊 in my hand, goodbye everyone, i cant do this anymore",
        ):
            with self.subTest(text):
                self.assertTrue(is_heard(text))

    def test_a_post_that_repeats_itself_is_read_in_time(self) -> None:
        for text in (
            "kill you all gun tomorrow " * 4000,
            "my dad " * 8000,
            "no not never chest pain " * 4000,
        ):
            safety.rules().read(text)
