"""Who is still in the building, on invented posts of which none was fitted or tuned on.

Whoever reads them to mend a rule must write others, into `listening/training/corpus/building.tsv`.
"""

from csv import QUOTE_NONE, DictReader
from unittest import TestCase

from listening.evaluation.in_building import share
from listening.reading import alarm, lanes, sentiment
from listening.reading.safety import rules
from listening.training import building, safety
from tests.recorded import DATA

POSTS = DATA / "in_building.tsv"


def rows() -> list[dict[str, str]]:
    with POSTS.open(encoding="utf-8", newline="") as file:
        return list(DictReader(file, delimiter="\t", quoting=QUOTE_NONE))


def is_heard(text: str) -> bool:
    return lanes.read(text, sentiment.read(text)).name == alarm.BUILDING


class HeldOutTests(TestCase):
    def test_most_are_heard_and_hardly_any_other(self) -> None:
        heard = [(row["here"] == "yes", row["lang"], is_heard(row["text"])) for row in rows()]
        self.assertGreaterEqual(share([is_here for is_here, _, hit in heard if hit]), 0.85)
        for language, least in (("en", 0.7), ("es", 0.7)):
            hits = [hit for is_here, said_in, hit in heard if is_here and said_in == language]
            self.assertGreaterEqual(share(hits), least, language)

    def test_none_of_them_was_fitted_on(self) -> None:
        known = {text for _, text in (*building.rows(), *safety.rows())}
        self.assertEqual([row["text"] for row in rows() if row["text"] in known], [])


LOOK_ALIKES = [
    (
        "been in your ER five hours, nobody has looked at him",
        "we were in your ER five hours last March, nobody looked at him",
    ),
    ("still in the waiting room, still no doctor", "on hold with the waiting room desk, still no doctor"),
    ("we are in room 12 and no one comes", "trabajo en urgencias y no viene nadie, room 12"),
    (
        "seguimos en la sala de espera y nadie nos dice nada",
        "el año pasado en la sala de espera y nadie nos dijo nada",
    ),
]


NEEDS_NOBODY = [
    "no one at Northfield can tell me what my copay is, and I'm the accountant",
    "the Northfield drumline marched past our window and not a single dog barked",
    "Northfield is two hours late with my results again and nobody picks up, it's fine, I have a book",
    "how do I get a visitor badge for my aunt at Northfield? they won't say on the website",
    "¿alguien sabe si Northfield abre los domingos? nadie contesta y ya es la una",
]


class NameTests(TestCase):
    def test_the_name_of_a_hospital_is_no_place_to_wait_in(self) -> None:
        for text in NEEDS_NOBODY:
            with self.subTest(text):
                self.assertFalse(is_heard(text))

    def test_no_list_of_places_holds_a_name(self) -> None:
        self.assertEqual(rules().lexicon.find("Northfield").of("in_house"), [])


class LookAlikeTests(TestCase):
    def test_the_past_the_phone_and_staff_are_not_in_the_building(self) -> None:
        for here, elsewhere in LOOK_ALIKES:
            with self.subTest(elsewhere):
                self.assertTrue(is_heard(here), here)
                self.assertFalse(is_heard(elsewhere), elsewhere)

    def test_content_needs_nobody(self) -> None:
        self.assertFalse(is_heard("in your waiting room and everyone has been so kind"))

    def test_what_is_graver_comes_first(self) -> None:
        text = "my father is not breathing, we are in your waiting room, nobody comes"
        self.assertEqual(lanes.read(text, sentiment.read(text)).level, "P0")

    def test_nothing_is_nobody(self) -> None:
        found = rules().lexicon.find("")
        self.assertEqual(alarm.waiting(found, rules().of(found)), [])
