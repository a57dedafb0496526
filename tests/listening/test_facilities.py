from django.test import SimpleTestCase, TestCase

from hospital.models import FacilityName
from listening import facilities
from listening.facilities import SHORT, Facilities, Name, decide
from listening.queries.asked import Asked
from tests import base

MAIN, NORTH, REHAB = 1, 2, 3
BOOK = Facilities(
    [
        Name(MAIN, "Northfield Main Campus"),
        Name(MAIN, "Main Campus", SHORT),
        Name(MAIN, "Northfield Medical Center"),
        Name(NORTH, "Northfield North Hospital"),
        Name(NORTH, "North", SHORT),
        Name(NORTH, "North ED"),
        Name(NORTH, "NorthfieldER", FacilityName.Kind.HANDLE),
        Name(NORTH, "accounts/7001/locations/9002", FacilityName.Kind.LOCATION),
        Name(REHAB, "Northfield Rehab Center"),
        Name(REHAB, "Rehab", SHORT),
    ]
)


class WordsTests(SimpleTestCase):
    def test_names_are_told_apart_from_what_only_helps(self) -> None:
        kinds = FacilityName.Kind
        book = Facilities(
            [
                Name(1, "Quill Bay Clinic"),
                Name(1, "Mercy", kinds.NICKNAME, "hospital"),
                Name(1, "billing", kinds.SERVICE),
                Name(1, "Mill Lane", kinds.STREET),
                Name(1, "555-0110", kinds.PHONE),
                Name(1, "Alder Falls", kinds.CITY),
                Name(1, "baycare", kinds.HANDLE),
                Name(1, "Dr. Osk", kinds.DOCTOR, is_heard=False),
            ]
        )
        self.assertEqual(book.words, ["Mercy", "Quill Bay Clinic", "baycare"])
        self.assertEqual(book.plain, ["Quill Bay Clinic", "baycare"])
        self.assertEqual((book.handles, book.cities), (["baycare"], ["Alder Falls"]))


class NamedInTests(SimpleTestCase):
    def test_it_names_the_one_facility_spoken_of(self) -> None:
        cases = {
            "Four hours at the North ED": NORTH,
            "@NorthfieldER is anyone there?": NORTH,
            "northfield  medical center billing": MAIN,
            "The Main Campus garage": MAIN,
            "Rehab is lovely": REHAB,
            "he is in rehab for drinking": None,
            "we drove north": None,
            "Northfield North Hospital": NORTH,
            "North ED sent us to Northfield Rehab Center": None,
            "Main Campus or North?": None,
            "Northfield Rehab Center, not the Main Campus": REHAB,
            "accounts/7001/locations/9002": None,
            "": None,
        }
        for text, expected in cases.items():
            self.assertEqual(BOOK.named_in(text), expected, text)

    def test_a_title_counts(self) -> None:
        self.assertEqual(BOOK.named_in("so rude", "North ED"), NORTH)


class DecideTests(SimpleTestCase):
    def test_the_nearest_knowledge_comes_first(self) -> None:
        location = "accounts/7001/locations/9002"
        cases: list[tuple[str, str, list[int | None], int | None, int | None]] = [
            (location, "Main Campus", [REHAB], REHAB, NORTH),
            ("unknown", "the Main Campus", [REHAB], NORTH, MAIN),
            ("", "parking", [REHAB, None, REHAB], NORTH, REHAB),
            ("", "parking", [REHAB, MAIN], NORTH, NORTH),
            ("", "parking", [], None, None),
        ]
        for hint, text, matched, of_source, expected in cases:
            answer = decide(BOOK, Asked(text), hint=hint, matched=matched, of_source=of_source)
            self.assertEqual(answer, expected, (hint, text))


class CurrentTests(TestCase):
    def test_it_obeys_a_name_that_was_just_added(self) -> None:
        main = base.facility()
        self.assertIsNone(facilities.current().named_in("the big house on Elm"))
        FacilityName.objects.create(facility=main, name="big house on Elm")
        self.assertEqual(facilities.current().named_in("the big house on Elm"), main.pk)
