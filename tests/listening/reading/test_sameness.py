import time
from itertools import pairwise

from django.test import SimpleTestCase

from listening.reading import sameness
from listening.reading.sameness import article, said, why

LONG = (
    "Waited six hours in the North ED with my mother, nobody came to tell us anything, then a nurse said the "
    "computers were down and they had lost our place in the queue. Three families left before us."
)
NEWS = "https://harborline.example/2026/03/portal-down-again-at-northfield?utm_source=feed"

SAME = [
    ("the same words", LONG, LONG),
    ("the same words", LONG, "RT @mossandmilk: " + LONG.upper()),
    ("the same words", LONG, LONG + " https://t.example/abc @NorthfieldHlth"),
    (
        "the same words",
        "Harp music drowned out my oncology results",
        "harp music drowned out MY oncology results!!",
    ),
    ("the same words", "On n’a pas d’interprète à la pharmacie", "on n'a pas d'interprète à la pharmacie"),
    ("the same words, cut off", LONG, "RT @mossandmilk: " + LONG[:120] + "…"),
    ("nearly the same words", LONG, LONG.replace("Three families", "Two people").replace("came", "cmae")),
    ("nearly the same words", LONG, "This happened today. " + LONG),
    ("a link to the same article", f"So it begins {NEWS}", f"I told you {NEWS.split('?')[0]}"),
    ("a link to the same article", "", f"Has anyone seen this? {NEWS}"),
]
DIFFERENT = [
    ("Thank you to all the staff, you are amazing!", "Thank you to all the staff, you are amazing!"),
    ("Great hospital", "Great hospital"),
    ("", ""),
    ("Six hours in the ED", "Six hours in the ED"),
    ("No parking at the birth center again", "No parking at the birth center again"),
    (
        LONG,
        "Six hours in the North ED and the computers were down, they lost our place and nobody said a word.",
    ),
    (
        "Waited four hours to see anyone about my son's arm",
        "Waited five hours to see anyone about my son's arm",
    ),
    ("My bill https://northfield.example/portal/login", "No results https://northfield.example/portal/login"),
    ("Why? https://northfield.example/", "How? https://northfield.example/"),
    (
        "The surgeon was kind and explained it all but the discharge took until nine in the evening",
        "The surgeon was kind and explained it all but the pharmacy was shut and nobody told us so",
    ),
]


class WhyTests(SimpleTestCase):
    def test_what_says_the_same_is_the_same(self) -> None:
        for reason, one, other in SAME:
            with self.subTest(other):
                first = said(one, url=NEWS) if not one else said(one)
                self.assertEqual(why(first, said(other)), reason)
                self.assertTrue(set(first.keys) & set(said(other).keys))

    def test_what_only_sounds_alike_is_not(self) -> None:
        for one, other in DIFFERENT:
            with self.subTest(other):
                self.assertEqual(why(said(one), said(other)), "")

    def test_what_anybody_may_say_has_no_key(self) -> None:
        for text in ("", "★★★★★", "Thank you!", "Muchas gracias a todo el personal del hospital", "@a @b RT"):
            with self.subTest(text):
                self.assertEqual(said(text).keys, [])

    def test_an_article_is_known_by_its_address(self) -> None:
        for link, known in (
            (NEWS, "harborline.example/2026/03/portal-down-again-at-northfield"),
            ("www.harborline.example/story/1234567/", "harborline.example/story/1234567"),
            ("https://northfield.example/portal/login", ""),
            ("https://northfield.example", ""),
            ("http://[bad", ""),
        ):
            with self.subTest(link):
                self.assertEqual(article(link), known)


class KeysTests(SimpleTestCase):
    def test_near_texts_nearly_always_share_one(self) -> None:
        words = [f"word{at}" for at in range(60)]
        texts = [" ".join([*words[at : at + 40], "ends", f"here{at}"]) for at in range(20)]
        found = [bool(set(said(a).keys) & set(said(b).keys)) for a, b in pairwise(texts)]
        self.assertGreaterEqual(sum(found), 18)

    def test_they_stay_what_they_are(self) -> None:
        # They are stored: keys that changed would find nothing of what was stored before.
        self.assertEqual(
            said("Lost the records of my knee surgery at Larkmoor clinic").keys, [8750148620744463734]
        )
        self.assertEqual((len(said(LONG).keys), max(said(LONG).keys)), (8, 8495073552717618704))

    def test_every_key_fits_a_bigint(self) -> None:
        for text in (LONG, "\udcff\x00 " * 40 + LONG, "一二三四五六七八九十" * 30):
            self.assertTrue(all(0 <= key < 2**63 for key in said(text).keys))


class CostTests(SimpleTestCase):
    def test_no_text_takes_long(self) -> None:
        for text in (
            "a" * 5_000_000,
            "http://" * 100_000,
            "@" * 100_000,
            "e\u0301\u0323" * 50_000,
            "... " * 9999,
        ):
            with self.subTest(text[:9]):
                began = time.process_time()
                self.assertIsNotNone(said(text).keys)
                self.assertLess(time.process_time() - began, 0.05)

    def test_it_looks_at_no_more_than_it_says(self) -> None:
        words = "lost records " * 2000
        self.assertEqual(said(words).words, said(words[: sameness.LOOKED_AT]).words)
