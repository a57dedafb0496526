"""The references: syllables as the CMU Pronouncing Dictionary has them, and parted by hand in Spanish."""

import re
from pathlib import Path

import pytest

from alerts.craft import readability

FOLDER = Path(__file__).parents[2] / "data" / "readability"
ENGLISH = [line.split("\t") for line in (FOLDER / "english.tsv").read_text().splitlines()[1:]]
SPANISH = (FOLDER / "spanish.txt").read_text().splitlines()


@pytest.mark.parametrize(("reference", "text"), ENGLISH)
def test_english_is_within_a_year_of_the_reference(reference: str, text: str) -> None:
    # Below the first year the sum is no grade: it ends at none.
    assert abs(readability.read(text).grade - max(0.0, float(reference))) <= 1


@pytest.mark.parametrize("parted", SPANISH)
def test_spanish_syllables_are_those_parted_by_hand(parted: str) -> None:
    by_hand = sum(word.count("-") + 1 for word in re.findall(r"[\w-]+", parted))
    assert readability.read(parted.replace("-", ""), "es").syllables == by_hand


@pytest.mark.parametrize(
    ("ease", "year"),
    [(110, 4), (85, 5), (75, 6), (65, 7.5), (55, 11), (45, 13), (0, 16)],
)
def test_spanish_ease_becomes_the_year_of_its_table(ease: float, year: float) -> None:
    assert readability._on_ladder(ease) == pytest.approx(year)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("visit", 2),
        ("cared", 1),
        ("waited", 2),
        ("people", 2),
        ("anyone", 3),
        ("we're", 1),
        ("don't", 1),
        ("couldn't", 2),
        ("table", 2),
        ("nurses", 2),
        ("follow-up", 3),
        ("hospital's", 3),
    ],
)
def test_english_syllables(word: str, count: int) -> None:
    assert readability.syllables(word) == count


class ReadTests:
    def test_a_short_text_has_a_range(self) -> None:
        low, high = readability.read("Thank you for telling us about the parking garage.").bounds
        assert high - low >= 2

    def test_a_longer_one_has_one_number(self) -> None:
        low, high = readability.read(ENGLISH[0][1]).bounds
        assert low == high

    def test_numbers_and_addresses_are_no_words(self) -> None:
        read = readability.read(
            "Call 555-0142 or see northfield.example/help, or write to us@northfield.example."
        )
        assert read.words == 6

    def test_titles_end_no_sentence(self) -> None:
        assert (
            readability.read("We thank Dr. Nobody. It is open from 8 a.m. to 6 p.m. each day.").sentences == 2
        )

    def test_the_longest_sentence_is_told(self) -> None:
        read = readability.read("We hear you. Please call us when you can. Thanks.")
        assert (read.longest, read.words_in_longest) == ("Please call us when you can.", 6)

    @pytest.mark.parametrize("text", ["", "555-0142", "😀 !!!", "\x00"])
    def test_nothing_to_read_is_no_grade(self, text: str) -> None:
        assert readability.read(text).grade == 0
