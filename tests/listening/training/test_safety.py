import os
import tempfile
from pathlib import Path
from unittest import TestCase, skipUnless

from listening.reading import alarm, learned
from listening.reading.lanes import KINDS
from listening.reading.safety import rules
from listening.training import ALL_DIGITS, safety
from tests.listening.training import sets

SETS = os.environ.get("MURMUR_SETS", "")


class SafetyTrainingTests(TestCase):
    def test_the_corpus_is_large_varied_and_of_known_lanes(self) -> None:
        rows = safety.rows()
        self.assertGreaterEqual(len(rows), 3000)
        self.assertEqual(len({text for _, text in rows}), len(rows))
        self.assertEqual({lane for lane, _ in rows} - {*KINDS, "benign"}, set())

    def test_most_of_what_is_said_of_hospitals_needs_nobody_now(self) -> None:
        rows = safety.corpus(safety.CORPUS / "safety_hospitals.tsv")
        calm = [row["text"] for row in rows if row["lane"] == "benign"]
        self.assertGreaterEqual(len(calm), 600)
        self.assertGreaterEqual(len(rows) - len(calm), 150)

    def test_an_ordinary_post_that_a_rule_knows_is_left_out_for_that_class(self) -> None:
        found = rules().lexicon.find("they gave my father the wrong medication")
        self.assertTrue(safety.is_heard(found, ("safety_event",)))
        self.assertFalse(safety.is_heard(found, ("civil_rights",)))

    def test_the_shipped_model_was_fitted_on_the_whole_corpus_as_it_is(self) -> None:
        head = learned.model(alarm.MODEL).head
        sources = {each.set: each for each in head.fitted_on}
        self.assertEqual(sources["corpus/safety"].rows, len(safety.rows()))
        self.assertEqual(sources[safety.OURS_NAME].rows, len(safety.ordinary()))
        self.assertEqual(set(sources) - {"corpus/safety", safety.OURS_NAME}, set(safety.BACKGROUND))
        self.assertEqual((head.version, head.recipe), (safety.VERSION, safety.RECIPE))
        self.assertEqual(head.digits, ALL_DIGITS)

    def test_it_is_fitted_on_the_background_too(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            sets.write_all(Path(folder))
            [model] = safety.fit(Path(folder), "01234567")
        self.assertLessEqual(set(safety.BACKGROUND), {each.set for each in model.head.fitted_on})
        self.assertEqual(set(model.head.digits), set("01234567"))

    @skipUnless(SETS, "MURMUR_SETS names no folder with the labelled sets")
    def test_the_shipped_file_is_what_fitting_gives(self) -> None:
        shipped = learned.model(alarm.MODEL)
        [model] = safety.fit(Path(SETS), shipped.head.digits)
        self.assertEqual(learned.written(model), learned.written(shipped))
