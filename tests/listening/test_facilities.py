from django.test import SimpleTestCase, TestCase

from hospital.models import FacilityName
from listening import facilities
from listening.facilities import SHORT, Facilities, Name, decide
from listening.models import Mention
from listening.queries.asked import Asked
from listening.sources.contract import Post
from tests import base
from tests.listening.polling import page, poll_once

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


class PolledTests(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield", "ash")
        self.bay = base.facility("Northfield Bay", "bay", city="Quill Bay", short_name="Northfield Bay")

    def polled(self, *posts: Post) -> list[str | None]:
        poll_once(page(*posts))
        return list(Mention.objects.order_by("wall_seq").values_list("facility__slug", flat=True))

    def test_a_rule_may_ask_for_anything_a_post_tells(self) -> None:
        rule = "stars:<=2 author:lark lang:en source:fake"
        self.bay.names.create(kind=FacilityName.Kind.NICKNAME, name="the Cove", context=rule)
        said = "Northfield, the Cove, is where we waited for five hours"
        bad = base.post(said, rating=1, author_handle="lark")
        good = base.post(said, rating=5, author_handle="lark")
        self.assertEqual(self.polled(bad, good), ["bay", None])

    def test_of_namesakes_the_one_whose_city_is_named(self) -> None:
        for slug, city in (("ash-1", "Dunmere"), ("ash-2", "Alder Falls")):
            base.facility("Ash Clinic", slug, city=city, short_name="Ash Clinic")
        found = self.polled(base.post("Ash Clinic in Alder Falls"), base.post("The Ash Clinic was cold"))
        self.assertEqual(found, ["ash-2", None])

    def test_of_namesakes_the_one_whose_source_found_it(self) -> None:
        places = [base.facility("Ash Clinic", f"ash-{number}", short_name="Ash Clinic") for number in (1, 2)]
        base.source(facility=places[1])
        self.assertEqual(self.polled(base.post("The Ash Clinic was cold")), ["ash-2"])
