from django.test import SimpleTestCase

from listening import wording
from listening.wording import normal


class StorableTests(SimpleTestCase):
    def test_it_writes_out_what_postgresql_refuses(self) -> None:
        self.assertEqual(wording.storable("a\x00b\ud83dc"), "a\\u0000b\\ud83dc")

    def test_it_leaves_all_other_text_alone(self) -> None:
        text = "Ça va? \U0001f691 \u202e \n\t"
        self.assertEqual(wording.storable(text), text)

    def test_it_caps_at_64_kb_on_a_character(self) -> None:
        stored, is_truncated = wording.capped("é" * 5_000_000)
        self.assertEqual((len(stored.encode()), is_truncated), (65_536, True))
        self.assertEqual(wording.capped("short"), ("short", False))

    def test_escaping_counts_towards_the_cap(self) -> None:
        stored, is_truncated = wording.capped("\x00" * 65_536)
        self.assertLessEqual(len(stored), 65_536)
        self.assertTrue(is_truncated)

    def test_only_web_addresses_are_kept(self) -> None:
        for url in ("javascript:alert(1)", "data:text/html,x", "//x.example", "http://", "https://[", "x"):
            self.assertEqual(wording.web_address(url), "", url)
        self.assertEqual(wording.web_address("https://x.example/" + "a" * 2000), "")
        self.assertEqual(wording.web_address("https://x.example/p?a=1"), "https://x.example/p?a=1")


class NormalTests(SimpleTestCase):
    def test_it_makes_the_same_words_equal(self) -> None:
        pairs = [
            ("Women’s", "women's"),
            ("Ｎｏｒｔｈ", "north"),
            ("STRASSE", "straße"),
            ("cafe\u0301", "café"),
            ("so\u00adft", "soft"),
            ("two  \n words", "two words"),
            ("em\u2014dash", "em-dash"),
            ("ﾊﾞ", "バ"),
            ("\u1112\u1161\u11ab", "한"),
            ("a\u3000b", "a b"),
        ]
        for left, right in pairs:
            self.assertEqual(normal(left).text, normal(right).text, (left, right))

    def test_it_finds_the_way_back(self) -> None:
        texts = [("x  ﬁne", "fine", "ﬁne"), ("x\u200b Straße y", "strasse", "Straße"), ("½ x", "2", "½")]
        for text, word, original in texts:
            made = normal(text)
            start = made.text.index(word)
            begin, end = made.original(start, start + len(word))
            self.assertEqual(text[begin:end], original)

    def test_every_origin_lies_in_the_original(self) -> None:
        for text in ("", " ", "İstanbul", "e\u0301" * 50, "a\u0301" + "\u0301" * 2000, "👩‍⚕️ ok"):
            made = normal(text)
            for at in range(len(made.text)):
                begin, end = made.original(at, at + 1)
                self.assertTrue(0 <= begin < end <= len(text), (text, at))
