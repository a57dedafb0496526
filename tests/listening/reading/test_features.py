import time

from django.test import SimpleTestCase

from listening.reading import features


class FeaturesTests(SimpleTestCase):
    def test_words_are_the_same_however_they_were_typed(self) -> None:
        for text in ("Don't WAIT!", "don\u2019t\u200b  wait !", "ＤＯＮ＇Ｔ wait!"):
            self.assertEqual(features.words(text), ("don't", "wait", "!"), text)

    def test_links_and_handles_are_no_words(self) -> None:
        self.assertEqual(features.words("@northfield see https://x.example/a?b 👍"), ("see", "👍"))

    def test_phrases_are_words_and_their_runs(self) -> None:
        seen = features.of("very long wait")
        self.assertEqual(list(seen.phrases(2)), ["very", "long", "wait", "very long", "long wait"])

    def test_letters_know_the_edges_of_a_word(self) -> None:
        self.assertEqual(features.letters("ok", 2, 5), ["~ o", "~ok", "~k ", "~ ok", "~ok ", "~ ok "])
        self.assertEqual(features.letters("a", 2, 3), ["~ a", "~a ", "~ a "])

    def test_tags_hold_the_question(self) -> None:
        self.assertEqual(features.of("Nothing").tags, ("=length:1",))
        self.assertEqual(
            features.of("Nothing", " How could\nwe  Improve? ").tags,
            ("=length:1", "=asks:improve"),
        )
        self.assertEqual(features.of("Nothing", "Trust A - Q2").tags, ("=length:1",))

    def test_words_are_crossed_with_what_was_asked(self) -> None:
        self.assertEqual(list(features.of("Nothing", "What was good?").crossed()), ["nothing|good"])
        self.assertEqual(list(features.of("Nothing").crossed()), [])

    def test_it_knows_what_a_question_is_after(self) -> None:
        cases = {
            "What could we do better?": "improve",
            "What was good?": "good",
            "Please tell us why you gave your answer": "why",
            "Were you satisfied or dissatisfied?": "why",
            "Trust A - Q2": "",
        }
        for prompt, expected in cases.items():
            self.assertEqual(features.asks(prompt), expected, prompt)

    def test_hostile_text_is_cut_and_read_at_once(self) -> None:
        started = time.process_time()
        for text in (
            "a" * 5_000_000,
            "@" * 100_000,
            "http://" * 50_000,
            "\ufdfa" * 50_000,
            "\x00\ud800 \u202e",
        ):
            seen = features.of(text)
            self.assertLessEqual(len(seen.words), features.MAX_WORDS)
            self.assertLess(len(features.letters("".join(seen.words), 2, 5)), 150)
        self.assertLess(time.process_time() - started, 1)
