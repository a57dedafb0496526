from unittest import TestCase

from listening.reading import learned
from listening.reading.alarm import BUILDING, BUILDING_MODEL
from listening.reading.lanes import KINDS
from listening.training import ALL_DIGITS, building, safety


class BuildingTrainingTests(TestCase):
    def test_the_corpus_is_balanced_and_of_known_lanes(self) -> None:
        rows = building.rows()
        lanes = [lane for lane, _ in rows]
        self.assertGreaterEqual(min(lanes.count(BUILDING), lanes.count("benign")), 100)
        self.assertEqual(len({text for _, text in (*rows, *safety.rows())}), len(rows) + len(safety.rows()))
        self.assertEqual(set(lanes) - {*KINDS, "benign"}, set())

    def test_the_shipped_model_was_fitted_on_the_whole_corpus_as_it_is(self) -> None:
        head = learned.model(BUILDING_MODEL).head
        sources = {each.set: each for each in head.fitted_on}
        self.assertEqual(sources[building.SET].rows, len(building.rows()) + len(safety.rows()))
        self.assertEqual((head.version, head.digits), (building.VERSION, ALL_DIGITS))
