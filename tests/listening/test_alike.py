from django.test import SimpleTestCase

from listening import alike
from listening.alike import Line


class KeyTests(SimpleTestCase):
    def test_the_same_name_however_it_is_typed(self) -> None:
        cases = {
            "St. Brannoc's Hospital & Clinics": (
                "saint brannocs hosp and clinics",
                "ST BRANNOC’S  HOSPITAL\n&CLINICS",
                "St-Brannoc's-Hosp. & Clinics",
                "Ｓｔ Ｂｒａｎｎｏｃｓ Ｈｏｓｐｉｔａｌ & clinics",
                "Śt Brännôc's Hospital & Clinics",
            ),
            "V.A. Medical Center": ("VA med ctr", "V.A. Medical Centre"),
            "Mount Larkmoor Memorial": ("mt. larkmoor mem", "Mt Larkmoor\u00a0Memorial"),
            "O'Dunmere": ("ODunmere", "o’dunmere", "O\u200b'Dunmere"),
        }
        for name, others in cases.items():
            for other in others:
                self.assertEqual(alike.key(other), alike.key(name), other)

    def test_other_words_are_other_words(self) -> None:
        for one, other in (("Larkmoor", "Larkmoors"), ("Hospital", "Hospitals"), ("North", "Northern")):
            self.assertNotEqual(alike.key(one), alike.key(other))


class KeysTests(SimpleTestCase):
    def test_a_name_is_looked_for_in_several_ways(self) -> None:
        cases = {
            "Mid-Vale Clinic": {"mid vale clinic", "midvale clinic"},
            "Quill Bay Clinic, LLC": {"quill bay clinic"},
            "Bay & Vale": {"bay and vale", "bay vale"},
            "The Quill Bay": {"quill bay"},
            "The Larkmoor": {"the larkmoor"},
            "D W Dunmere": {"d w dunmere", "dw dunmere"},
            "St Brannoc's": {"st brannocs", "st brannoc s"},
            "!!!": set(),
        }
        for name, expected in cases.items():
            self.assertEqual(set(alike.keys(name)), expected, name)

    def test_as_a_hashtag_its_words_stand_together(self) -> None:
        cases = {
            "St. Brannoc's Hospital": {"stbrannocshospital", "stbrannocshosp", "saintbrannocshospital"},
            "Bay & Vale, Inc.": {"bayandvale", "bayandvaleinc", "bayvale", "bayvaleinc"},
        }
        for name, expected in cases.items():
            self.assertEqual(set(alike.tags(name)), expected)
        self.assertEqual(alike.tags("Larkmoor"), [])

    def test_a_number_is_found_in_its_usual_groups(self) -> None:
        self.assertEqual(alike.phone_keys("4195550110"), ["4195550110", "419 555 0110"])
        self.assertEqual(alike.phone_keys("555-0110"), ["555 0110", "5550110"])
        self.assertEqual(alike.phone_keys("ext. 12"), [])

    def test_a_street_with_and_without_its_number(self) -> None:
        self.assertEqual(alike.street_keys("12 Tarn Street, Vale"), ["12 tarn st", "tarn st"])


class LineTests(SimpleTestCase):
    def assert_found(self, text: str, name: str, expected: str) -> None:
        line, wanted = Line(text), alike.key(name)
        start = line.key.index(wanted)
        begin, end = line.original(start, start + len(wanted))
        self.assertEqual(text[begin:end], expected)

    def test_it_knows_where_a_name_stood(self) -> None:
        for text, expected in (
            ("At ‘St.  Brannoc’s\nHosp’ & so on", "St.  Brannoc’s\nHosp"),
            ("🏥🏥 \u202eＳＡＩＮＴ ＢＲＡＮＮＯＣＳ ＨＯＳＰ.", "ＳＡＩＮＴ ＢＲＡＮＮＯＣＳ ＨＯＳＰ"),
            ("a&b st-bra\u0301nnocs hospital", "st-bra\u0301nnocs hospital"),
        ):
            self.assert_found(text, "St Brannoc's Hospital", expected)

    def test_also_where_words_have_no_spaces(self) -> None:
        self.assert_found("昨日聖マリア病院に行った", "聖マリア病院", "聖マリア病院")

    def test_every_place_of_a_key_leads_into_the_text(self) -> None:
        for text in ("''' & '' x'y'", "&&&", "İß ﬃ ＆ a.b.c", "e\u0301\u0301 '\u0301", "\x00 \ud800x"):
            line = Line(text)
            for at in range(len(line.key)):
                begin, end = line.original(at, at + 1)
                self.assertTrue(0 <= begin <= end <= len(text), text)
