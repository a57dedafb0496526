from django.test import SimpleTestCase

from listening.queries import asking
from listening.queries.parsing import parse
from listening.sources import search
from listening.watchlists import listening_for


class AlternativesTests(SimpleTestCase):
    def test_searches_find_at_least_what_the_query_finds(self) -> None:
        cases: dict[str, tuple[tuple[str, ...], ...]] = {
            "northfield": (("northfield",),),
            '"Good Hope" parking': (("Good Hope", "parking"),),
            "northfield OR larkmoor": (("northfield",), ("larkmoor",)),
            "northfield NOT jobs": (("northfield",),),
            "northfield wait*": (("northfield",),),
            "northfield (wait OR hours)": (("northfield", "wait"), ("northfield", "hours")),
            "hours NEAR/6 (waiting OR lobby)": (("hours", "waiting"), ("hours", "lobby")),
            "wait* stars:1": (("wait",),),
            "(wait* OR hours) northfield": (("northfield",),),
            "stars:1 kind:review": (),
            "northfield OR stars:1": (),
            "@northfield #er =ICU": (("@northfield", "#er", "ICU"),),
            "a (b OR NOT c)": (("a",),),
        }
        for line, searches in cases.items():
            self.assertEqual(set(asking.alternatives(parse(line))), set(searches), line)

    def test_a_network_is_asked_for_every_alternative(self) -> None:
        listening = listening_for(1, parse('northfield "long wait" OR larkmoor OR stars:1 parking'))
        self.assertEqual(
            search.searches([listening], 100), ['(northfield "long wait") OR larkmoor OR parking']
        )
        self.assertEqual(search.searches([listening_for(1, parse("stars:1 kind:review"))], 100), [])

    def test_many_ors_are_not_multiplied_without_end(self) -> None:
        line = " ".join(f"(a{n} OR b{n} OR c{n} OR d{n})" for n in range(20))
        self.assertLessEqual(len(asking.alternatives(parse(line))), asking.MOST_WAYS)


class NamesTests(SimpleTestCase):
    def test_a_term_that_is_enough_by_itself_is_a_name(self) -> None:
        self.assertEqual(asking.lone(parse('"Good Hope"')), ("Good Hope",))
        self.assertEqual(asking.lone(parse('"Good Hope" OR @GoodHope OR wait*')), ("Good Hope", "@GoodHope"))
        self.assertEqual(asking.lone(parse("northfield rude")), ())

    def test_what_must_not_be_there_is_no_name(self) -> None:
        line = '("north ed" OR northfield) (wait* OR hours) NOT ("north edge" OR author:north)'
        self.assertEqual(asking.positive(parse(line)), ("north ed", "northfield", "hours"))
