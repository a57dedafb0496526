from unittest import TestCase

from listening.reading.concepts import Lexicon, Span

LEXICON = Lexicon(
    {
        "weapon": "gun | rifle",
        "sharp": "knife",
        "arms": "@weapon | @sharp",
        "bring": "bring*",
        "place": "emergency room | lobby",
        "idiom": "glue gun",
        "can_not": "cannot | can't",
    },
    {"brought": "bring .. arms"},
    {"short": {"cant": "can not", "cannot": "can not", "er": "emergency room"}, "guarded": "rifle"},
)


def found(pattern: str, text: str) -> list[Span]:
    [made] = LEXICON.patterns(pattern)
    return list(LEXICON.find(text).matches(made))


class ConceptTests(TestCase):
    def test_words_phrases_beginnings_and_other_concepts(self) -> None:
        places = LEXICON.find("bringing a knife to the ER").places
        self.assertEqual(places["bring"], [(0, 1)])
        self.assertEqual(places["arms"], [(2, 3)])
        self.assertEqual(places["place"], [(5, 7)])
        self.assertEqual(places["brought"], [(0, 3)])

    def test_lists_and_posts_are_spelled_alike(self) -> None:
        for text in ("cant", "can't", "cannot", "can not"):
            self.assertIn("can_not", LEXICON.find(text).places, text)

    def test_a_turn_of_speech_is_not_meant_as_it_is_said(self) -> None:
        self.assertNotIn("weapon", LEXICON.find("bring the glue gun").places)
        self.assertIn("weapon", LEXICON.find("bring the glue gun and a gun").places)

    def test_a_word_within_a_word_is_none(self) -> None:
        self.assertEqual(LEXICON.find("begun gunner lobbyist").places, {})


class PatternTests(TestCase):
    def test_order_and_distance(self) -> None:
        cases = [
            ("bring weapon", "bring my own gun", True),
            ("bring weapon", "bring it to me as a gun", False),
            ("bring weapon", "gun i bring", False),
            ("bring .. weapon", "bring it to me as a gun", True),
            ("bring .. weapon", "bring it. the gun", False),
            ("weapon + bring", "bring it. the gun", True),
            ("weapon + bring", "gun " + "x " * 13 + "bring", False),
            ("weapon ++ bring", "gun " + "x " * 13 + "bring", True),
            ("brought + weapon", "bring a gun", True),
            ("weapon/sharp place", "knife in the lobby", True),
        ]
        for pattern, text, is_found in cases:
            with self.subTest(pattern=pattern, text=text):
                self.assertEqual(bool(found(pattern, text)), is_found)

    def test_an_unknown_concept_is_named(self) -> None:
        with self.assertRaisesRegex(ValueError, "wepon"):
            LEXICON.patterns("wepon bring")
