import time
import tomllib
from pathlib import Path

from django.test import SimpleTestCase

from listening.reading import namesakes
from listening.reading.analysis import SHIPPED, ToRead
from listening.reading.namesakes import NO, UNSURE, YES, Ours

CASES = tomllib.loads((Path(__file__).parent / "namesakes.toml").read_text())
OURS = Ours(
    [
        "northfield",
        "Northfield Health",
        "Northfield Medical Center",
        "Northfield North",
        "North",
        "Northfield West Clinic",
        "Alder Falls",
    ],
    handles=["@NorthfieldHlth"],
    cities=["Northfield", "Alder Falls"],
)


def answer(text: str, title: str = "") -> str:
    return namesakes.read(text, title, ours=OURS).answer


class ReadTests(SimpleTestCase):
    def test_most_namesakes_are_doubted_and_hardly_any_post_about_us(self) -> None:
        doubted = [text for text in CASES["elsewhere"] if answer(text) != YES]
        wronged = [text for text in CASES["ours"] if answer(text) != YES]
        self.assertEqual((len(CASES["elsewhere"]), len(CASES["ours"])), (100, 100))
        self.assertGreaterEqual(len(doubted), 90)
        self.assertLessEqual(len(wronged), 4)

    def test_no_post_about_us_is_wholly_denied(self) -> None:
        self.assertEqual([text for text in CASES["ours"] if answer(text) == NO], [])

    def test_a_handle_or_a_whole_name_is_us(self) -> None:
        for text in (
            "Northfield High parents: @NorthfieldHlth runs the football physicals",
            "Northfield Medical Center's album wall in the lobby is lovely",
            "northfield north parking is a concert of horns",
        ):
            with self.subTest(text):
                self.assertEqual(answer(text), YES)

    def test_another_hospital_of_the_name_leaves_us_unsure(self) -> None:
        for text in ("Northfield General lost my chart", "The nurse at Northfield Memorial was kind"):
            with self.subTest(text):
                self.assertEqual(answer(text), UNSURE)

    def test_a_state_is_one_only_in_capitals(self) -> None:
        self.assertEqual(answer("Northfield, OR is pretty"), NO)
        self.assertEqual(answer("Northfield, or whoever, please call"), YES)

    def test_hours_are_no_score(self) -> None:
        self.assertEqual(answer("Northfield 3-4 hours, says the board"), YES)
        self.assertEqual(answer("Northfield 3-4, what a finish"), NO)

    def test_the_title_counts(self) -> None:
        self.assertEqual(answer("What a night", "Northfield High goes to state"), NO)

    def test_where_our_name_is_not_other_words_found_it(self) -> None:
        self.assertEqual(answer("the football album"), YES)
        self.assertEqual(namesakes.read("Northfield High football").answer, YES)

    def test_it_says_why(self) -> None:
        reading = SHIPPED.read(ToRead("Northfield High won at football", ours=OURS))
        self.assertEqual(reading.reasons[0], "maybe not about us: 'northfield high', 'football'")

    def test_it_lowers_nothing(self) -> None:
        text = "Northfield High football, my dad collapsed and is not breathing"
        with_us, without = SHIPPED.read(ToRead(text, ours=OURS)), SHIPPED.read(ToRead(text))
        self.assertEqual((with_us.lane, with_us.tone), (without.lane, without.tone))
        self.assertNotEqual(with_us.about, without.about)

    def test_no_text_takes_long(self) -> None:
        for text in (
            "northfield " * 100_000,
            "northfield 1 " * 50_000,
            "northfield, MN" * 50_000,
            " " * 5_000_000,
        ):
            began = time.process_time()
            answer(text)
            self.assertLess(time.process_time() - began, 0.05)
