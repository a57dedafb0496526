from django.test import SimpleTestCase

from hospital.facilities import Spoken
from hospital.models import FacilityName
from listening import dictionary

Kind = FacilityName.Kind


class ReadTests(SimpleTestCase):
    def test_a_name_a_line_with_its_rule_after_a_bar(self) -> None:
        names, wrong = dictionary.read(Kind.NICKNAME, "  the  Bay \r\n\r\nMercy | hospital\nER | hospital")
        self.assertEqual(wrong, [])
        self.assertEqual(
            names,
            [
                Spoken("nickname", "the Bay"),
                Spoken("nickname", "Mercy", "hospital"),
                Spoken("nickname", "ER", "hospital"),
            ],
        )
        self.assertEqual(dictionary.typed(names, "nickname"), "the Bay\nMercy | hospital\nER | hospital")

    def test_a_sign_may_be_typed_or_left_out(self) -> None:
        self.assertEqual(dictionary.read(Kind.HANDLE, "@quillbay")[0], [Spoken("handle", "quillbay")])
        self.assertEqual(dictionary.read(Kind.HASHTAG, "#Bay")[0], [Spoken("hashtag", "Bay")])

    def test_what_is_wrong_names_its_line(self) -> None:
        cases = {
            (Kind.NAME, "Bay\nER"): "Line 2: “ER” is too short",
            (Kind.NAME, "!!!"): "Line 1: there is no word",
            (Kind.NAME, "| hospital"): "Line 1: there is no word",
            (Kind.NAME, "x" * 201): "Line 1: a name has at most 200",
            (Kind.NAME, 'Mercy | "never closed'): 'Line 1: in the rule “"never closed”, the quote',
            (Kind.NAME, "Bay\x00"): "Line 1: it holds a character",
            (Kind.NAME, "Bay \ud800"): "Line 1: it holds a character",
            (Kind.PHONE, "555"): "Line 1: “555” is no telephone number",
            (Kind.HANDLE, "quill bay"): "Line 1: “quill bay” has a space",
            (Kind.CITY, "Dunmere | hospital"): "Line 1: a rule has no effect here",
        }
        for (kind, text), expected in cases.items():
            names, wrong = dictionary.read(kind, text)
            self.assertIn(expected, wrong[0] if wrong else f"read: {names}")

    def test_one_ideograph_is_a_word(self) -> None:
        self.assertEqual(dictionary.read(Kind.NICKNAME, "院")[1], [])
