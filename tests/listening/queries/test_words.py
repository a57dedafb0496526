import random

from django.test import SimpleTestCase

from listening.queries import words

ODD = "ab'sS`’‘ .,ß İ…Å北ก็é\u0301\u200b\u200d😡👍🏽\ufe0fＮＡ\u0915\u093e\x00\ud800_-#@9²½ﬁ\u1100\u1161™"


def slowly(text: str) -> list[str]:
    return words.WORD.findall(words.folded(text))


class WordsTests(SimpleTestCase):
    def test_words_are_told_apart_in_any_script(self) -> None:
        cases = {
            "St. Mary's ED_2": ["st", "mary", "'s", "ed", "2"],
            "ＮＯＲＴＨ\u3000nor\u200bth": ["north", "north"],
            "北田ER等": ["北", "田", "er", "等"],
            "Straße, cafe\u0301": ["strasse", "café"],
            "अस्पताल में": ["अस्पताल", "में"],
            "👩🏽\u200d⚕️❤️": ["👩", "⚕", "❤"],
            "\x00 … \ud800": [],
        }
        for text, found in cases.items():
            self.assertEqual(words.listed(text), found, text)

    def test_the_quick_way_sees_the_words_of_the_slow_one(self) -> None:
        others = random.Random(3).sample([*range(0x800, 0x10000), *range(0x1F000, 0x1FB00)], 1_500)
        for at in [*range(0x800), *range(0x2000, 0x2100), *others]:
            text = f"ab{chr(at)}cd {chr(at)} x"
            self.assertEqual(words.listed(text), slowly(text), ascii(text))

    def test_every_word_has_its_place(self) -> None:
        chance = random.Random(7)
        for _ in range(800):
            text = "".join(chance.choice(ODD) for _ in range(12))
            self.assertEqual(words.listed(text), slowly(text), ascii(text))
            places = list(words.places(text))
            self.assertEqual(len(places), len(words.listed(text)), ascii(text))
            self.assertEqual(places, sorted(places))
            # Two words may come out of one character, and then share its place.
            for (start, end), word in zip(places, words.listed(text), strict=True):
                self.assertIn(word, slowly(text[start:end]), ascii(text))
