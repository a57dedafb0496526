from django.test import SimpleTestCase

from listening.queries import asking
from listening.queries.parsing import parse


class NamesTests(SimpleTestCase):
    def test_a_term_that_is_enough_by_itself_is_a_name(self) -> None:
        self.assertEqual(asking.lone(parse('"Good Hope"')), ("Good Hope",))
        self.assertEqual(asking.lone(parse('"Good Hope" OR @GoodHope OR wait*')), ("Good Hope", "@GoodHope"))
        self.assertEqual(asking.lone(parse("northfield rude")), ())

    def test_what_must_not_be_there_is_no_name(self) -> None:
        line = '("north ed" OR northfield) (wait* OR hours) NOT ("north edge" OR author:north)'
        self.assertEqual(asking.positive(parse(line)), ("north ed", "northfield", "hours"))
