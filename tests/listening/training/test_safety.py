from pathlib import Path
from unittest import TestCase

from listening.reading import alarm, learned
from listening.reading.lanes import KINDS
from listening.training import safety


class SafetyTrainingTests(TestCase):
    def test_the_corpus_is_large_varied_and_of_known_lanes(self) -> None:
        rows = safety.rows()
        self.assertGreaterEqual(len(rows), 1200)
        self.assertEqual(len({text for _, text in rows}), len(rows))
        self.assertEqual({lane for lane, _ in rows} - {*KINDS, "benign"}, set())

    def test_the_shipped_file_is_what_fitting_gives(self) -> None:
        shipped = learned.model(alarm.MODEL)
        [model] = safety.fit(Path(), shipped.head.digits)
        self.assertEqual(learned.written(model), learned.written(shipped))
