"""How spans are cut, joined, capped and let go."""

import time
from itertools import pairwise
from unittest import TestCase

from listening.reading import identifiers
from listening.reading.identifiers import LONGEST, MAX_FOUND, Identifier, find, masked
from listening.reading.sentiment import Names

HOSTILE = {
    "prose": "a nurse was rude and the wait was awful. ",
    "digits": "1",
    "digits apart": "1 ",
    "dashes": "12-",
    "ats": "a.a@a.",
    "capitals": "Ab ",
    "names": "Emma Lee and ",
    "lines": "\n",
    "colons": "a:",
    "links": "http://",
    "quotes": "O'",
    "records": "account number is ",
    "streets": "1 A street ",
    "corners": "corner of a ",
    "days": "May 5 ",
    "marks": "A\u0301",
    "unseen": "a\u200b",
    "keycaps": "5\ufe0f\u20e3",
    "codes": "A1b-",
    "doctors": "Dr. ",
    "surrogates": "\ud83d",
    "nothing": "\x00",
}


def told(text: str, own: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(each.kind, text[each.start : each.end]) for each in find(text, Names(own).spans(text))]


class FindTests(TestCase):
    def test_spans_are_in_order_and_none_lies_over_another(self) -> None:
        text = (
            "Emma Lee, born 3/14/1952, 12 Oak Lane, 555-0142, a@mail.example, SSN 219-09-9999, Room 4, @emma "
            * 4
        )
        found = find(text * 4)
        self.assertGreater(len(found), 20)
        for one, other in pairwise(found):
            self.assertLessEqual(one.end, other.start)
        self.assertTrue(all(0 <= each.start < each.end <= 4 * len(text) for each in found))

    def test_spans_count_the_text_as_it_came(self) -> None:
        text = "\u200b\u200b𝐜𝐚𝐥𝐥 5\ufe0f\u20e355-01\u200b42 or Ame\u0301lie"
        self.assertEqual(told(text), [("phone", "5\ufe0f\u20e355-01\u200b42"), ("name", "Ame\u0301lie")])

    def test_what_lies_beyond_is_covered_whole(self) -> None:
        text = "Nobody came. " * 800 + "Call Emma at 555-0142."
        self.assertGreater(len(text), LONGEST)
        self.assertEqual(find(text), [Identifier("unread", LONGEST, len(text))])

    def test_the_last_of_too_many_covers_what_follows(self) -> None:
        text = "Call 555-0142. " * 200
        found = find(text)
        self.assertEqual((len(found), found[-1].kind, found[-1].end), (MAX_FOUND, "unread", len(text)))

    def test_nothing_is_found_in_nothing(self) -> None:
        for text in ("", " ", "\n\n", "....", "\x00", "\ud800", "\u202e\u202d", "5", "@", "Dr.", "my son"):
            with self.subTest(repr(text)):
                self.assertEqual(find(text), [])

    def test_hostile_texts_take_no_longer_than_prose(self) -> None:
        # Thirty times what an idle machine needs: a walk that grows with the square takes minutes.
        for name, part in HOSTILE.items():
            text = (part * (5_000_000 // len(part) + 1))[:5_000_000]
            with self.subTest(name):
                began = time.process_time()
                found = find(text)
                self.assertLess(time.process_time() - began, 1.5)
                self.assertEqual(found[-1].end, len(text))


class OwnTests(TestCase):
    def test_our_own_names_handles_and_numbers_are_let_be(self) -> None:
        own = ("Emma Northfield", "@northfieldhealth", "555-0100", "help@northfield.example")
        text = "Emma Northfield, @NorthfieldHealth, 555-0100, help@northfield.example"
        self.assertEqual(told(text, own), [])
        self.assertEqual(len(told(text)), 4)

    def test_a_handle_is_ours_without_its_sign_too(self) -> None:
        self.assertEqual(told("ask @northfield or @mallory_9", ("northfield",)), [("handle", "@mallory_9")])

    def test_what_a_name_holds_beside_ours_stays_covered(self) -> None:
        self.assertEqual(told("my daughter Emma Northfield", ("Northfield",)), [("name", "Emma")])

    def test_a_longer_number_is_not_ours_for_holding_ours(self) -> None:
        self.assertEqual(told("call 312-555-0100", ("555-0100",)), [("phone", "312-555-0100")])


class MaskedTests(TestCase):
    def test_each_is_named_instead_of_shown(self) -> None:
        text = "My son Jacob: call 555-0142!"
        self.assertEqual(masked(text, find(text)), "My son [name]: call [phone]!")

    def test_every_kind_has_a_letter_of_the_list_and_words(self) -> None:
        for name, kind in identifiers.KINDS.items():
            with self.subTest(name):
                self.assertIn(kind.letter, "ABCDEFGHIJKLMNOQR")
                self.assertTrue(kind.words)
