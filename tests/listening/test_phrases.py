import random
import re

from django.test import SimpleTestCase

from listening.phrases import MAX_SPANS, BadPhrase, Phrases, parse
from listening.wording import is_edge, normal
from tests.timing import seconds

VOCABULARY = [
    "north",
    "northfield",
    "field",
    "er",
    "wait",
    "café",
    "straße",
    "women's",
    "main",
    "急诊",
    "c-diff",
]
GLUE = [" ", "  ", "\n", "-", "", ", ", "\u200b", "’", "“", "_"]


def matched(line: str, text: str) -> bool:
    return bool(Phrases([(1, line)]).find(text))


def marked(expression: str, text: str) -> list[str]:
    hits = Phrases([(1, expression)]).find(text)
    return [text[start:end] for hit in hits for start, end in hit.spans]


def plainly(expression: str, text: str) -> bool:
    """The obvious and slow way: look for each term at each place."""
    flat = normal(text).text
    terms = [normal(term).text for term in parse(expression)]
    return all(
        any(
            is_edge(flat, found.start()) and is_edge(flat, found.start() + len(term))
            for found in re.finditer(f"(?={re.escape(term)})", flat)
        )
        for term in terms
    )


class ParseTests(SimpleTestCase):
    def test_it_reads_words_and_phrases(self) -> None:
        cases = {
            "northfield wait": ("northfield", "wait"),
            '"North  ED" wait': ("North ED", "wait"),
            "“Good Hope” parking": ("Good Hope", "parking"),
            'a "b c"d': ("a", "b c", "d"),
            '"OR" nurse': ("OR", "nurse"),
            "wait wait": ("wait",),
        }
        for expression, terms in cases.items():
            self.assertEqual(parse(expression), terms)

    def test_it_says_what_is_wrong_and_where(self) -> None:
        cases = {
            "   ": "empty",
            'northfield "wait': "never closed",
            'north "" x': "no word at character 7",
            "north --": "no word at character 7",
        }
        for expression, message in cases.items():
            with self.assertRaisesRegex(BadPhrase, message):
                parse(expression)


class PhrasesTests(SimpleTestCase):
    def test_it_finds_whole_words_in_any_script(self) -> None:
        cases = [
            ("northfield", "NORTHFIELD kept us", True),
            ("north", "Northfield kept us", False),
            ("er", "the ER, again", True),
            ("er", "never", False),
            ("mary", "St Mary’s", True),
            ('"north ed"', "North\n  ED was full", True),
            ('"north ed"', "North of ED", False),
            ("café", "cafe\u0301 at the lobby", True),
            ("straße", "STRASSE", True),
            ("急诊", "北田医院急诊等了五个小时", True),
            ("больница", "Больница закрыта", True),
            ("مستشفى", "في مستشفى نورثفيلد", True),
            ("अस्पताल", "अस्पतालों में", False),
            ("अस्पताल", "यह अस्पताल", True),
            ("🚑", "again 🚑🚑", True),
            ("c-diff", "C\u2011diff on the ward", True),
            ("northfieldhlth", "@NorthfieldHlth hello", True),
        ]
        for expression, text, expected in cases:
            self.assertEqual(matched(expression, text), expected, (expression, text))

    def test_all_terms_must_be_there(self) -> None:
        self.assertTrue(matched("northfield parking", "parking at Northfield is a joke"))
        self.assertFalse(matched("northfield parking", "parking is a joke"))

    def test_spans_point_into_the_text_as_it_was_written(self) -> None:
        self.assertEqual(marked("straße café", "die STRASSE  zum cafe\u0301!"), ["STRASSE", "cafe\u0301"])
        self.assertEqual(marked('"north ed"', "😡 North \n ED"), ["North \n ED"])

    def test_spans_of_one_hit_are_limited(self) -> None:
        self.assertEqual(len(marked("er", "er " * 20_000)), MAX_SPANS)

    def test_no_queries_find_nothing(self) -> None:
        self.assertEqual(Phrases([]).find("anything"), [])

    def test_it_agrees_with_the_slow_way(self) -> None:
        chance = random.Random(20)
        for _ in range(400):
            queries = [(number, _expression(chance)) for number in range(12)]
            text = "".join(chance.choice(VOCABULARY) + chance.choice(GLUE) for _ in range(12))
            found = {hit.number for hit in Phrases(queries).find(text)}
            expected = {number for number, expression in queries if plainly(expression, text)}
            self.assertEqual(found, expected, (queries, text))

    def test_thousands_of_queries_stay_quick(self) -> None:
        queries = [(number, f'hospital{number} "wait number {number}"') for number in range(5000)]
        matcher = Phrases(queries)
        text = "At hospital77 they called wait number 77 after hours. " * 5
        self.assertEqual([hit.number for hit in matcher.find(text)], [77])
        self.assertLess(seconds(lambda: matcher.find(text)), 0.005)


def _expression(chance: random.Random) -> str:
    words = chance.sample(VOCABULARY, chance.randint(1, 3))
    return " ".join(words) if chance.random() < 0.6 else f'"{" ".join(words)}"'
