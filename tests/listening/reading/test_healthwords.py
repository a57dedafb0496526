import time

from django.test import SimpleTestCase

from listening.reading.healthwords import BadLexicon, HealthLexicon, shipped

GROUP = '[[group]]\nname = "waiting"\nweight = -1.5\nany = "On  Hold | late"\n'


class ParseTests(SimpleTestCase):
    def test_it_reads_groups_of_words(self) -> None:
        lexicon = HealthLexicon.parse(f'version = "7"\nnegations = "no one"\n{GROUP}')
        self.assertEqual(lexicon.version, "7")
        self.assertEqual(
            {word: found.weight for word, found in lexicon.words.items()}, {"on hold": -1.5, "late": -1.5}
        )
        self.assertEqual(lexicon.words["late"].group, "waiting")
        self.assertEqual(lexicon.negations, {"no one"})

    def test_words_are_known_without_their_accents(self) -> None:
        words = HealthLexicon.parse(GROUP.replace("late", "pésimo | niña")).words
        self.assertTrue({"pésimo", "pesimo", "niña"} <= words.keys())
        self.assertNotIn("nina", words)

    def test_it_says_at_which_line_it_cannot_read(self) -> None:
        cases = {
            f"{GROUP}[[group]": 5,
            'version = "3': 1,
            "version = 3": 1,
            f"# ours\n{GROUP}\n[[group]]\nweight = 1": 7,
            GROUP.replace("-1.5", '"bad"'): 1,
            GROUP.replace("-1.5", "-4.5"): 1,
            GROUP.replace("-1.5", "nan"): 1,
            GROUP.replace("-1.5", "true"): 1,
            GROUP.replace('"On  Hold | late"', "[1]"): 1,
            GROUP.replace("late", "a b c d e f g"): 1,
            f'version = "3"\ngroup = 1\n{GROUP}': 3,
            'version = "3"\ngroup = 1': 2,
            "\nnegations = 1": 2,
        }
        for body, line in cases.items():
            with self.assertRaises(BadLexicon, msg=body) as caught:
                HealthLexicon.parse(body)
            self.assertEqual(caught.exception.line, line, (body, str(caught.exception)))
            self.assertTrue(str(caught.exception).startswith(f"Line {line}: "))

    def test_hostile_bodies_are_refused_in_time(self) -> None:
        for body in (
            "\x00",
            "any = " + "[" * 100_000,
            GROUP * 20_000,
            "x" * 2_000_000,
            "[[group]]\n" * 90_000,
        ):
            began = time.process_time()
            with self.assertRaises(BadLexicon, msg=body[:20]):
                HealthLexicon.parse(body)
            self.assertLess(time.process_time() - began, 5, body[:20])


class MergedTests(SimpleTestCase):
    def test_the_longest_phrase_is_taken(self) -> None:
        lexicon = HealthLexicon.parse(GROUP.replace("late", "on hold again"))
        said = "Put On Hold AGAIN on hold on"
        merged = [shown for shown, _ in lexicon.merged(said.split())]
        self.assertEqual(merged, ["Put", "On Hold AGAIN", "on hold", "on"])

    def test_a_number_is_any_number(self) -> None:
        lexicon = HealthLexicon.parse(GROUP.replace("late", "waited # hours"))
        for said in ("waited 5 hours", "Waited six hours", "waited 12 hours"):
            self.assertEqual(lexicon.merged(said.split()), [(said, "waited # hours")])
        self.assertEqual(shipped().merged(["5", "stars"]), [("5 stars", "5 stars")])
        self.assertEqual(len(lexicon.merged(["waited", "some", "hours", "5"])), 4)


class ShippedTests(SimpleTestCase):
    def test_every_group_says_what_it_is(self) -> None:
        groups = {word.group for word in shipped().words.values()}
        self.assertTrue({"clinical word", "word of waiting", "Spanish: complaint"} <= groups)
        self.assertGreater(len(shipped().words), 800)
