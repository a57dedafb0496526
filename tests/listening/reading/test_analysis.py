from django.test import SimpleTestCase

from listening.reading import analysis, identifiers, languages
from listening.reading.analysis import ToRead
from listening.reading.sentiment import Names


class AnalysisTests(SimpleTestCase):
    def test_it_joins_what_each_reader_says(self) -> None:
        reading = analysis.SHIPPED.read(
            ToRead("Rude at the front desk of Good Hope, call me: 555-0142", names=Names(["Good Hope"]))
        )
        self.assertEqual((reading.tone.label, reading.lane.name), ("negative", "staff_conduct"))
        self.assertEqual(reading.topics, ("staff",))
        self.assertIn("topic staff: words: 'front desk', 'rude'", reading.reasons)
        self.assertEqual([each.kind for each in reading.identifiers], ["phone"])
        self.assertTrue(any("tone: 'Rude'" in reason for reason in reading.reasons))

    def test_a_title_is_read_too(self) -> None:
        self.assertEqual(analysis.SHIPPED.read(ToRead("", title="I want to die")).lane.name, "self_harm")


class LanguageTests(SimpleTestCase):
    def test_the_network_knows_best(self) -> None:
        self.assertEqual(languages.read("Three hours in the waiting room", "es"), "es")
        self.assertEqual(languages.read("Three hours in the waiting room", "pt_BR"), "pt-br")

    def test_it_guesses_where_there_is_enough_to_read(self) -> None:
        cases = {
            "Three hours in the waiting room and nobody has come": "en",
            "Llevo tres horas en la sala de espera y nadie viene": "es",
            "wait lol": "",
            "": "",
            "12 34 56 78 90": "",
        }
        for text, expected in cases.items():
            self.assertEqual(languages.read(text, "und"), expected, text)


class IdentifierTests(SimpleTestCase):
    def test_it_marks_each_kind_where_it_stands(self) -> None:
        cases = {
            "mail me at a.b@post.example now": [("email", "a.b@post.example")],
            "call (555) 010-0199 or 555-0142": [("phone", "(555) 010-0199"), ("phone", "555-0142")],
            "MRN: 00123456, DOB 03/04/1961": [("mrn", "00123456"), ("date_of_birth", "03/04/1961")],
            "room 1234567, invoice 2026-03-04": [],
            "": [],
        }
        for text, expected in cases.items():
            found = [(each.kind, text[each.start : each.end]) for each in identifiers.find(text)]
            self.assertEqual(found, expected, text)
