from django.test import SimpleTestCase

from listening.evaluation.v6 import Themed
from listening.reading import learned, topics
from listening.reading.taxonomy import Taxonomy
from listening.reading.topics import Measured
from listening.training import precision
from listening.training.topics import Examples


class PrecisionTests(SimpleTestCase):
    def test_it_counts_what_was_said_what_was_right_and_what_is_true(self) -> None:
        [garage] = Taxonomy.parse('[garage]\nlabel = "Garage"\ncategories = ["Parking"]').topics
        said, silent = frozenset({"garage"}), frozenset[str]()
        rows = [(said, frozenset({"Parking"})), (said, silent), (silent, frozenset({"Parking", "Food"}))]
        self.assertEqual(precision.count(garage, rows), Measured(said=2, right=1, asked=2))

    def test_the_table_has_a_line_for_each_topic_that_a_theme_means(self) -> None:
        theme = "Food & drink provision & facilities"
        comment = Themed("The food was awful", "How could we improve?", frozenset({theme}))
        table = precision.table([(learned.model(topics.MODEL), Examples([], [comment]))], "67")
        lines = [line for line in table.splitlines() if not line.startswith("#")]
        self.assertIn("food\t1\t1\t1", lines)
        self.assertIn("parking\t0\t0\t0", lines)
        self.assertFalse(any(line.startswith("billing\t") for line in lines))
