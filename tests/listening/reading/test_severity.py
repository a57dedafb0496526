from unittest import TestCase

from listening.reading import severity
from listening.reading.sentiment import Tone


class SeverityTests(TestCase):
    def test_a_level_for_every_severity_within_the_bounds_of_the_lane(self) -> None:
        free = ("P0", "P4")
        cases = [
            (100, "P0"),
            (90, "P0"),
            (89, "P1"),
            (70, "P1"),
            (69, "P2"),
            (40, "P2"),
            (39, "P3"),
            (0, "P3"),
        ]
        for value, level in cases:
            self.assertEqual(severity.level(value, free), level)
        self.assertEqual(severity.level(100, ("P2", "P3")), "P2")
        self.assertEqual(severity.level(0, ("P1", "P1")), "P1")

    def test_tone_stars_and_criticality_alone_page_nobody(self) -> None:
        worst = Tone("negative", -1.0)
        self.assertEqual(severity.level(severity.of_tone(worst, 1), ("P0", "P4")), "P2")
        self.assertEqual(severity.level(severity.of_criticality(9.0), ("P0", "P4")), "P2")
        self.assertEqual(severity.of_criticality(None), 0)
