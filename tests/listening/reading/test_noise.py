import time
import tomllib
from pathlib import Path

from django.test import SimpleTestCase

from listening.reading import analysis, noise
from listening.reading.analysis import ToRead

CASES = tomllib.loads((Path(__file__).parent / "noise.toml").read_text())
NONE = CASES.pop("none")


class ReadTests(SimpleTestCase):
    def test_noise_is_known_with_its_words(self) -> None:
        for kind, texts in CASES.items():
            for text in texts:
                with self.subTest(text):
                    found = noise.read(text)
                    self.assertEqual(found and found.kind, kind)
                    self.assertIn(":", found.reason if found else "")

    def test_what_people_tell_is_none(self) -> None:
        for text in NONE:
            with self.subTest(text):
                self.assertIsNone(noise.read(text))

    def test_a_review_never_is(self) -> None:
        self.assertIsNotNone(noise.read("Use code NORTH20 for 20% off"))
        self.assertIsNone(noise.read("Use code NORTH20 for 20% off", rating=1))

    def test_the_title_counts(self) -> None:
        self.assertIsNone(noise.read("", "Northfield portal"))
        self.assertIsNotNone(noise.read("Details inside", "Northfield is hiring, apply now"))

    def test_the_reading_holds_it(self) -> None:
        self.assertIsNotNone(analysis.SHIPPED.read(ToRead("Now hiring at Northfield, day shift")).noise)
        self.assertIsNone(analysis.SHIPPED.read(ToRead("Northfield was kind to us")).noise)

    def test_no_text_takes_long(self) -> None:
        for text in ("http://" * 200_000, "@a " * 100_000, "apply now " * 100_000, "i" * 5_000_000):
            began = time.process_time()
            noise.read(text)
            self.assertLess(time.process_time() - began, 0.05)
