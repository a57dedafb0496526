import time

from django.test import SimpleTestCase

from listening.reading import criticality


class GravityTests(SimpleTestCase):
    def test_a_grave_complaint_weighs_more_than_a_small_one_and_than_thanks(self) -> None:
        grave = criticality.read(
            "They gave my mother the wrong medication and nobody apologised. Disgusting."
        )
        small = criticality.read("The tea was a little cold")
        thanks = criticality.read("Lovely nurses, thank you for everything")
        self.assertTrue(grave.score > small.score > thanks.score, (grave, small, thanks))
        self.assertTrue(grave.is_grave)
        self.assertFalse(thanks.is_grave)

    def test_it_says_why(self) -> None:
        reasons = criticality.read("They gave my mother the wrong medication and nobody apologised").reasons
        self.assertTrue(any(reason.startswith("'medication' +") for reason in reasons), reasons)
        self.assertEqual(criticality.read("Lovely nurses, thank you").reasons, ())

    def test_the_question_counts(self) -> None:
        asked_for_faults = criticality.read("The waiting times", "How could we improve?").score
        asked_for_praise = criticality.read("The waiting times", "What was good?").score
        self.assertGreater(asked_for_faults, asked_for_praise)

    def test_where_nothing_is_said_nothing_is_grave(self) -> None:
        for text in ("", "   ", "...", "@northfield https://x.example/1"):
            self.assertEqual(criticality.read(text).score, 0.0, text)

    def test_hostile_text_is_read_at_once(self) -> None:
        started = time.process_time()
        for text in ("terrible " * 500_000, "x" * 5_000_000, "\x00\ud800\u202e no", "👍" * 100_000):
            self.assertTrue(0 <= criticality.read(text).score <= 1)
        self.assertLess(time.process_time() - started, 1)
