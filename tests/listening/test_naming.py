from time import process_time

from django.test import SimpleTestCase

from listening.named import SHORT, Kind, Name, Post, State, Verdict
from listening.naming import Naming

TARN, DUN, VALE = 1, 2, 3
BOOK = Naming(
    [
        Name(TARN, "Larkmoor Memorial Hospital"),
        Name(TARN, "Alder Falls", Kind.CITY),
        Name(TARN, "12 Tarn Street", Kind.STREET),
        Name(TARN, "flu clinic", Kind.SERVICE),
        Name(TARN, "(419) 555-0110", Kind.PHONE),
        Name(DUN, "Larkmoor Mem. Hosp."),
        Name(DUN, "Dunmere", Kind.CITY),
        Name(DUN, "dunmere_care", Kind.HANDLE),
        Name(DUN, "DunmereCares", Kind.HASHTAG),
        Name(DUN, "555-0112", Kind.PHONE),
        Name(VALE, "St. Brannoc's Hospital & Clinics"),
        Name(VALE, "Larkmoor", Kind.NICKNAME, "clinic"),
        Name(VALE, "Mercy Vale", Kind.NICKNAME),
        Name(VALE, "Dr. Imre Osk", Kind.DOCTOR, is_heard=False),
        Name(VALE, "Harbor Road", Kind.STREET, "clinic"),
        Name(VALE, "Vale", SHORT),
    ]
)


def read(text: str, *owners: int, title: str = "") -> tuple[str, int | None, tuple[int, ...]]:
    answer = BOOK.decide(text, title, Post(owners, lambda rule: rule in text))
    return answer.verdict.value, answer.facility, answer.between


def states(text: str) -> dict[tuple[int, str], tuple[str, str]]:
    found = BOOK.read(text, "", Post((), lambda rule: rule in text)).found
    return {(each.facility, each.name): (each.state.value, each.why) for each in found}


class VerdictTests(SimpleTestCase):
    def test_one_is_named_or_it_is_said_why_not(self) -> None:
        one, none = "one", ("none", None, ())
        shared = ("ambiguous", None, (TARN, DUN))
        cases = {
            "saint brannocs hosp and clinics": (one, VALE, ()),
            "#StBrannocsHospitalAndClinics": (one, VALE, ()),
            "stbrannocshospitalandclinics": (one, VALE, ()),
            "#mercyvale": (one, VALE, ()),
            "mercyvale": none,
            "LARKMOOR MEMORIAL HOSPITAL!": shared,
            "Larkmoor Memorial Hospital in Dunmere": (one, DUN, ()),
            "Larkmoor Memorial Hospital on Tarn St": (one, TARN, ()),
            "Larkmoor Memorial Hospital, flu clinic": (one, TARN, ()),
            "@dunmere_care runs Larkmoor Memorial Hospital in Alder Falls": (one, DUN, ()),
            "#DunmereCares": (one, DUN, ()),
            "call 419.555.0110": (one, TARN, ()),
            "call +1 (419) 555-0110": (one, TARN, ()),
            "call 555 0112": (one, DUN, ()),
            "call 207 555 0112": none,
            "Dunmere, Tarn Street, the flu clinic": none,
            "St Brannoc's Hospital & Clinics, not Larkmoor Memorial Hospital": ("several", None, (1, 2, 3)),
            "": none,
        }
        for text, expected in cases.items():
            self.assertEqual(read(text), expected, text)

    def test_a_longer_word_is_another_word(self) -> None:
        for text in (
            "xdunmere_care",
            "@dunmere_cares",
            "@dunmere_care.example",
            "#DunmereCaresToo",
            "Larkmoor",
        ):
            self.assertEqual(read(text)[0], "none", text)
        self.assertEqual(read("Larkmoor Memorial Hospitals")[0], "none")
        self.assertEqual(read("See x.example/dunmere_care, or @Dunmere_Care.")[1], DUN)

    def test_the_longest_name_wins(self) -> None:
        self.assertEqual(read("a clinic at Larkmoor Memorial Hospital")[2], (TARN, DUN))
        self.assertEqual(read("the Larkmoor clinic")[1], VALE)

    def test_a_place_hides_a_name_that_lies_in_it(self) -> None:
        book = Naming([Name(1, "Vale"), Name(2, "Vale Road", Kind.STREET), Name(2, "vale spa", Kind.SERVICE)])
        self.assertIsNone(book.decide("an accident on Vale Rd").facility)
        self.assertEqual(book.decide("the Vale spa").facility, 1)

    def test_whose_source_it_is_decides_what_nothing_else_does(self) -> None:
        name = "Larkmoor Memorial Hospital"
        self.assertEqual(read(name, DUN)[1], DUN)
        self.assertEqual(read(name, VALE, TARN)[1], TARN)
        self.assertEqual(read(name, VALE)[0], "ambiguous")
        self.assertEqual(read(f"{name} in Alder Falls", DUN)[1], TARN)

    def test_a_title_counts(self) -> None:
        self.assertEqual(read("so rude", title="Mercy Vale")[1], VALE)
        self.assertEqual(read("in Dunmere", title="Larkmoor Memorial Hospital")[1], DUN)

    def test_names_that_share_one_bearer_mean_that_one(self) -> None:
        book = Naming([Name(1, "Ash"), Name(2, "Ash"), Name(2, "Elm"), Name(3, "Elm")])
        self.assertEqual(book.decide("Ash, or Elm").facility, 2)

    def test_a_short_name_tells_which_namesake_is_meant(self) -> None:
        book = Naming(
            [Name(1, "Ash Clinic"), Name(2, "Ash Clinic"), Name(2, "Annex", SHORT), Name(3, "Tor", SHORT)]
        )
        self.assertEqual(book.decide("Ash Clinic, the Annex").facility, 2)
        self.assertEqual(book.decide("Ash Clinic on the Tor").verdict, Verdict.AMBIGUOUS)

    def test_a_short_name_counts_only_as_it_is_written(self) -> None:
        self.assertEqual(read("down in the Vale")[1], VALE)
        self.assertEqual(read("down in the vale")[0], "none")
        self.assertEqual(read("vale, vale, vale, vale, and the Vale")[1], VALE)
        self.assertEqual(read("Vale, call 555-0112")[1], DUN)


class WhyTests(SimpleTestCase):
    def test_every_name_that_was_seen_says_what_came_of_it(self) -> None:
        found = states("Larkmoor Memorial Hospital in Dunmere. Ask Dr Imre Osk, Larkmoor.")
        self.assertEqual(found[DUN, "Larkmoor Mem. Hosp."][0], State.COUNTS)
        self.assertIn("the city “Dunmere” tells which", found[DUN, "Larkmoor Mem. Hosp."][1])
        self.assertEqual(found[TARN, "Larkmoor Memorial Hospital"][0], State.IGNORED)
        self.assertEqual(found[DUN, "Dunmere"][0], State.SIGN)
        self.assertIn("doctors' names are off", found[VALE, "Dr. Imre Osk"][1])
        self.assertIn("does not answer “clinic”", found[VALE, "Larkmoor"][1])

    def test_a_sign_tells_also_where_its_own_rule_or_a_namesake_of_it_is_unmet(self) -> None:
        names = [Name(1, "Ash Clinic"), Name(2, "Ash Clinic"), Name(1, "Tor", Kind.CITY)]
        street, nickname = Name(2, "Elm Road", Kind.STREET, "nurse"), Name(3, "Tor", Kind.NICKNAME, "nurse")
        book = Naming([*names, street, nickname])
        self.assertEqual(book.decide("Ash Clinic, Tor").facility, 1)
        self.assertEqual(book.decide("Ash Clinic, Elm Rd").facility, 2)
        found = book.read("Ash Clinic, Elm Rd").found[-1]
        self.assertEqual((found.state, "counts where" in found.why), (State.SIGN, True))

    def test_what_stays_shared_is_said_of_each(self) -> None:
        found = states("Larkmoor Memorial Hospital")
        self.assertEqual({state for state, _ in found.values()}, {State.SHARED})
        self.assertEqual(len(found), 2)

    def test_a_street_counts_where_its_rule_is_met(self) -> None:
        self.assertEqual(read("the clinic on Harbor Road")[1], VALE)
        self.assertEqual(read("on Harbor Road")[0], "none")
        self.assertEqual(read("the clinic on Harbor Road, call 555-0112")[2], (DUN, VALE))

    def test_a_span_lies_in_the_text_as_it_came(self) -> None:
        text = "  ＭＥＲＣＹ\u200b vale — yes"
        found = BOOK.read(text).found
        self.assertEqual([text[slice(*each.span)] for each in found], ["ＭＥＲＣＹ\u200b vale"])


class HostileTests(SimpleTestCase):
    def test_no_text_is_slow_or_breaks_it(self) -> None:
        texts = (
            "Larkmoor Memorial Hospital " * 2500,
            "@dunmere_care" * 5000,
            "a.b." * 16000,
            "'" * 65000,
            "&" * 65000,
            "\u202e\ufeff\x00\ud800" * 16000,
            "1 " * 32000,
        )
        began = process_time()
        for text in texts:
            self.assertIn(BOOK.read(text, text).verdict, list(Verdict))
        self.assertLess(process_time() - began, 5)

    def test_names_without_words_are_never_found(self) -> None:
        book = Naming(
            [Name(1, "…"), Name(1, "#", Kind.HASHTAG), Name(1, "12", Kind.PHONE), Name(1, "'", SHORT)]
        )
        self.assertEqual(book.decide("… # 12 '").verdict, Verdict.NONE)
