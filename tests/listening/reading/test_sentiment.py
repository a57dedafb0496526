import time

from django.test import SimpleTestCase

from listening.reading.sentiment import Names, read


class ReadTests(SimpleTestCase):
    def test_our_own_name_is_no_praise(self) -> None:
        names = Names(["Good Hope", "Mercy"])
        for text in ("Good Hope on Monday", "mercy, at nine", "Good Hope Mercy", "GOOD  HOPE"):
            self.assertNotEqual(read(text).score, 0, text)
            self.assertEqual(read(text, names=names).score, 0, text)

    def test_handles_and_links_are_no_praise(self) -> None:
        self.assertEqual(read("@love_hospital see https://great.example/best now").score, 0)

    def test_it_says_which_words_moved_it(self) -> None:
        tone = read("The desk was rude")
        self.assertEqual((tone.label, tone.reasons[0]), ("negative", "'rude' -2.2 (word of disregard)"))

    def test_clinical_words_weigh_nothing(self) -> None:
        self.assertEqual(read("emergency trauma ward, cancer patients").label, "neutral")

    def test_numbers_weigh_nothing(self) -> None:
        self.assertEqual(read("My father is 86, in room 187, bus 143 or 182").score, 0)

    def test_what_follows_but_counts_more(self) -> None:
        self.assertEqual(read("Great nurses but horrible parking").label, "negative")
        self.assertEqual(read("Horrible parking but great nurses").label, "positive")

    def test_stars_speak_where_words_are_few(self) -> None:
        cases = [
            ("", 1, "negative"),
            ("", 2, "negative"),
            ("", 3, "neutral"),
            ("", 4, "positive"),
            ("", 5, "positive"),
            ("They saw me at nine", 1, "negative"),
            ("no worries", 5, "positive"),
            ("horrible, horrible, rude and dirty", 4, "negative"),
        ]
        for text, rating, label in cases:
            self.assertEqual(read(text, rating=rating).label, label, (text, rating))

    def test_nothing_it_is_given_stops_it(self) -> None:
        odds: list[object] = [None, 7, b"rude", [], {}, "", " ", "\x00", "\ud83d", "a\u0301" * 3000, "\u202e"]
        for odd in odds:
            for rating in (None, 0, 9, "five", True, 2.5):
                self.assertEqual(read(odd, rating=rating).label, "neutral", (odd, rating))

    def test_hostile_lengths_are_read_in_time(self) -> None:
        for text in (
            "rude " * 1_000_000,
            "😂" * 10_000,
            "x" * 1_000_000,
            "a" + "\u0301" * 2000,
            "@" * 100_000,
        ):
            began = time.process_time()
            read(text)
            self.assertLess(time.process_time() - began, 0.1, text[:10])
