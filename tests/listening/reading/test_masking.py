import time

from django.test import SimpleTestCase

from listening.reading.masking import NO_NAMES, Names


class BlankedTests(SimpleTestCase):
    def test_names_handles_and_links_are_blanked(self) -> None:
        names = Names(["Good Hope", "Mercy"])
        cases = {
            "Good Hope on Monday": "¤ on Monday",
            "good  hope and MERCY": "¤ and ¤",
            "Goodness, no mercy rule": "Goodness, no ¤ rule",
            "@great_care see https://love.example/best": "¤ see ¤",
        }
        for text, expected in cases.items():
            self.assertEqual(names.blanked(text), expected)

    def test_what_is_written_like_a_hospital_is_blanked(self) -> None:
        cases = {
            "I was at Good Samaritan Hospital today": "I was at ¤ today",
            "OUR LADY OF GRACE MEDICAL CENTER, floor 2": "¤, floor 2",
            "Great Plains Regional Clinic is open": "¤ is open",
            "the Joy of Hope Health Trust": "the ¤",
            "Mercy Clinic Hope Hospital": "¤ ¤",
        }
        for text, expected in cases.items():
            self.assertEqual(NO_NAMES.blanked(text), expected)

    def test_what_judges_a_hospital_stays(self) -> None:
        for text in ("Worst Hospital ever", "the best hospital", "A terrible clinic", "Love, Hospital staff"):
            self.assertEqual(NO_NAMES.blanked(text), text)

    def test_who_works_at_ours_says_so_whatever_its_name(self) -> None:
        names = Names(["Lakeside", "Hope Valley"])
        for text, expected in {
            "I work at Lakeside and nobody checks": "I work at hospital and nobody checks",
            "trabajo en Hope Valley, worked at the Lakeside": "trabajo en hospital, worked at the hospital",
            "I work at Lakeview, near Lakeside": "I work at Lakeview, near Lakeside",
            "the lift works. Lakeside is fine": "the lift works. Lakeside is fine",
        }.items():
            self.assertEqual(names.where_they_work(text), expected)

    def test_entities_are_read_as_what_they_stand_for(self) -> None:
        self.assertEqual(NO_NAMES.blanked("rude &amp; loud"), "rude & loud")

    def test_hostile_text_is_blanked_in_time(self) -> None:
        for text in (
            "Hope Hospital " * 600,
            "A " * 4000 + "Hospital",
            "Of " * 2700,
            "&amp" * 2000,
            "@" * 8192,
        ):
            began = time.process_time()
            Names(["Hope", "A"]).blanked(text)
            self.assertLess(time.process_time() - began, 0.1, text[:10])
