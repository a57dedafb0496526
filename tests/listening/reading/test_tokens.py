from unittest import TestCase

from listening.reading.tokens import HEAD, MAX_WORDS, Spelling, line

SPELLING = Spelling.of(
    {"can", "not", "breathe", "breathing", "kill", "help", "so", "goodbye"},
    {"cant": "can not", "hes": "he is", "rn": "right now"},
    ["breathing"],
)


def words(text: str) -> list[str]:
    return line(text, SPELLING).words


class SpellingTests(TestCase):
    def test_apostrophes_and_capitals_make_no_difference(self) -> None:
        for text in ("can't", "CANT", "Can’t", "ca\u00adnt"):
            self.assertEqual(words(text), ["can", "not"], text)

    def test_phones_thumbs_and_masks_are_undone(self) -> None:
        cases = [
            ("k1ll", ["kill"]),
            ("k*ll", ["kill"]),
            ("helpppp", ["help"]),
            ("breahting", ["breathing"]),
            ("brething", ["breathing"]),
            ("#cantbreathe", ["cantbreathe"]),
            ("#killbreathing", ["kill", "breathing"]),
            ("#HelpSo", ["help", "so"]),
            ("3yo", ["3", "year", "old"]),
            ("dad's", ["dad", "is"]),
            ("he's rn", ["he", "is", "right", "now"]),
        ]
        for text, expected in cases:
            with self.subTest(text):
                self.assertEqual(words(text), expected)

    def test_no_real_word_becomes_another(self) -> None:
        self.assertEqual(words("breeding wreathing hill"), ["breeding", "wreathing", "hill"])

    def test_names_and_links_are_no_words(self) -> None:
        self.assertEqual(words("@killmenow https://kill.example/help so"), ["so"])


class LineTests(TestCase):
    def test_it_knows_clauses_and_sentences(self) -> None:
        found = line("so, help but kill\nso. help", SPELLING)
        self.assertEqual(found.sentences, [0, 0, 0, 0, 1, 2])
        self.assertEqual(found.clauses[0] + 1, found.clauses[1])
        self.assertLess(found.clauses[1], found.clauses[2])

    def test_accents_do_not_matter(self) -> None:
        self.assertEqual(words("Adiós, mañana"), ["adios", "manana"])

    def test_both_ends_of_a_long_text_are_read(self) -> None:
        found = words("kill " + "x" * 5_000_000 + " goodbye")
        self.assertEqual((found[0], found[-1]), ("kill", "goodbye"))

    def test_the_number_of_words_has_an_end(self) -> None:
        self.assertLessEqual(len(words("so " * HEAD)), MAX_WORDS)

    def test_what_holds_no_word_is_empty(self) -> None:
        for text in ("", " ", "\x00\ud800", "\u202e!?.", "@@@ ### ..."):
            self.assertEqual(words(text), [], repr(text))
