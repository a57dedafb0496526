from django.test import SimpleTestCase

from listening.reading import alarm, lanes, sentiment
from listening.reading.lanes import Lane
from listening.reading.safety import rules


def read(text: str, thread: tuple[str, ...] = ()) -> Lane:
    return lanes.read(text, sentiment.read(text), thread=thread)


TOLD_AT_WORK = [
    "there's a chair in the stairwell that nobody will move. I've worked here 32 years. reupholstered now",
    "I've worked here 32 years and the back stairwell has never once been lit",
    "I'm a nurse here, last month a visitor pulled a knife and we still have no guard",
    "soy guardia de ese hospital, el mes pasado entraron con una pistola y sigue sin haber detector",
]

STAFF_IN_NEED = [
    "I work here and there's a man with a gun in the lobby",
    "I'm a nurse here, my coworker just collapsed and isn't breathing, send someone to 4 West",
    "I've worked here 12 years and tonight I'm going to kill myself in the call room",
    "as a nurse here I am telling you I will shoot my manager tomorrow",
    "soy enfermera aquí, hay un hombre armado en urgencias, ayuda",
]


class StaffVoiceTests(SimpleTestCase):
    def test_what_staff_tell_of_their_work_is_their_voice(self) -> None:
        for text in TOLD_AT_WORK:
            with self.subTest(text):
                self.assertEqual(read(text).name, "staff_voice")

    def test_whoever_works_there_and_needs_help_now_is_heard(self) -> None:
        for text in STAFF_IN_NEED:
            with self.subTest(text):
                self.assertEqual(read(text).level, "P0")


UNSPOKEN = [
    (
        "self_harm",
        "paid every bill, left the dog with my sister. by the time anyone reads this it won't matter",
    ),
    ("self_harm", "regalé mi bicicleta y mi gato, es mi última noche, no fue su culpa"),
    ("threat", "tell the night shift to call in sick on Friday, you'll see my face on the news"),
    ("threat", "se oyen balazos en la cafetería y la gente corre"),
    ("emergency", "tea keeps dribbling out one corner of her mouth and she sounds drunk"),
    ("emergency", "39 weeks and there's a foot, husband is driving, which door"),
]


class UnspokenTests(SimpleTestCase):
    def test_what_is_not_said_outright_is_a_hint(self) -> None:
        for lane, text in UNSPOKEN:
            with self.subTest(text):
                found = rules().lexicon.find(text)
                self.assertIn(lane, [each.lane for each in alarm.heard(found, rules().of(found))])

    def test_its_look_alikes_page_nobody(self) -> None:
        for text in (
            "left a present under the tree in the lobby for the night nurses",
            "nos toma la presión a todos con una paciencia de santa",
            "payback time: the kitchen beat the surgeons at softball",
            "el verano pasado mi hijo tuvo una reacción alérgica, gracias al triage. Ya corre otra vez",
        ):
            with self.subTest(text):
                self.assertNotEqual(read(text).level, "P0")


class ThreadTests(SimpleTestCase):
    def test_a_post_that_says_how_it_came_to_it_is_read_with_its_thread(self) -> None:
        for lane, before, text in (
            ("self_harm", "I don't want to live any more", "ok. ya me las tomé, all of them"),
            ("self_harm", "me quiero morir", "estoy en la azotea"),
            ("emergency", "my husband has chest pain", "he slid off the couch and he's not talking"),
        ):
            with self.subTest(text):
                self.assertEqual(read(text, thread=(before,)).name, lane)

    def test_a_good_end_is_none_of_its_thread(self) -> None:
        for before, text in (
            ("I want to die", "so glad you are safe"),
            ("me quiero morir", "ánimo, estamos contigo"),
            ("my husband had chest pain in June", "he's mowing the lawn"),
        ):
            with self.subTest(text):
                self.assertNotEqual(read(text, thread=(before,)).level, "P0")


class IncidentTests(SimpleTestCase):
    def test_what_no_rule_knows_may_read_like_one_and_pages_nobody(self) -> None:
        for text in (
            "mi niño se picó con una aguja en el baño",
            "they hung a bag with another man's name on it",
        ):
            with self.subTest(text):
                self.assertIsNotNone(alarm.incident(rules().lexicon.find(text)))
                self.assertEqual(read(text).level, "P1")

    def test_praise_and_nothing_are_none(self) -> None:
        for text in ("", "the garden is lovely and so was lunch", "gracias a las enfermeras del sexto piso"):
            with self.subTest(text):
                self.assertIsNone(alarm.incident(rules().lexicon.find(text)))
