from datetime import date

from django.test import SimpleTestCase, TestCase

from hospital.models import FacilityName
from listening import starter_packs
from listening.queries.asked import Asked
from listening.queries.matching import Matcher
from listening.queries.parsing import parse
from listening.starter_packs import Place
from tests.base import facility

TODAY = date(2026, 3, 2)
NORTH = Place(("Northfield North Hospital", "North ED"), ("@northfieldhlth", "#northfield"), "Alder Falls")
ODD = Place(('St. Mary\'s "East" (Annex) OR', "Ünïversity & Co.", "急診", "  ", '"'), ("@x",), "O'Fallon")

SAID: tuple[tuple[str, set[str]], ...] = (
    # what somebody writes, and the packs that hear it
    ("Four hours in the North ED waiting room and nobody came", {"acute"}),
    ("the emergency room in Alder Falls is packed, six hours", {"acute"}),
    ("Northfield North Hospital billed me twice, now it is in collections", {"acute"}),
    ("My son had a fever and North ED sent us home after two hours", {"acute", "childrens"}),
    ("gave birth at Northfield North Hospital, the midwives were angels", {"acute", "maternity"}),
    ("Northfield North Hospital held me on a 72 hour hold and took my phone", {"acute", "behavioural"}),
    ("where at North ED can I get a flu shot, do I need an appointment", {"flu-season"}),
    ("@northfieldhlth you are wonderful", {"acute", "childrens"}),
    ("walked past North ED this morning, lovely light", set()),
    ("four hours in a waiting room and nobody came", set()),
    ("Now hiring bakers in Alder Falls", set()),
)


class PackTests(SimpleTestCase):
    def test_there_is_one_for_each_kind_of_hospital(self) -> None:
        wanted = ["acute", "behavioural", "childrens", "flu-season", "maternity"]
        self.assertEqual(list(starter_packs.all_packs()), wanted)

    def test_each_query_can_be_asked_and_says_why_it_is_there(self) -> None:
        for pack in starter_packs.all_packs().values():
            self.assertGreater(len(pack.description), 100)
            for places in ([NORTH], [NORTH, ODD], [ODD] * 3):
                document = pack.filled(places, today=TODAY)
                self.assertEqual(len(document.queries), len(pack.queries))
                for line in document.queries:
                    with self.subTest(pack=pack.slug, query=line.note):
                        self.assertEqual(parse(str(parse(line.expression))), parse(line.expression))
                        self.assertTrue(line.note)
                        self.assertNotIn("{", line.expression)

    def test_they_hear_what_people_say(self) -> None:
        matchers = {
            slug: Matcher(enumerate(line.expression for line in pack.filled([NORTH], today=TODAY).queries))
            for slug, pack in starter_packs.all_packs().items()
        }
        for text, expected in SAID:
            with self.subTest(text):
                heard = {slug for slug, matcher in matchers.items() if matcher.find(Asked(text))}
                self.assertEqual(heard, expected)

    def test_what_is_not_known_is_left_out(self) -> None:
        pack = starter_packs.all_packs()["acute"]
        named = pack.filled([Place(("North ED",))], today=TODAY)
        self.assertEqual(len(named.queries), len(pack.queries) - 2)
        self.assertEqual(pack.filled([Place()], today=TODAY).queries, ())
        self.assertEqual(pack.filled([], today=TODAY).queries, ())

    def test_of_many_names_the_shortest_are_taken(self) -> None:
        many = Place(tuple(f"Northfield {'x' * number}" for number in range(60, 0, -1)))
        document = starter_packs.all_packs()["acute"].filled([many], today=TODAY)
        self.assertIn('"northfield x"', document.queries[0].expression)
        self.assertLess(max(len(line.expression) for line in document.queries), 4000)


class PlaceTests(TestCase):
    def test_the_dictionary_fills_it(self) -> None:
        made = facility(city="Alder Falls")
        for kind, name in (("name", "North ED"), ("handle", "northfieldhlth"), ("location", "accounts/1")):
            FacilityName.objects.create(facility=made, kind=kind, name=name)
        self.assertEqual(
            starter_packs.places([made]),
            [Place(("Northfield Main Campus", "North ED"), ("@northfieldhlth",), "Alder Falls")],
        )
