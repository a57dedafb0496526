import random

from django.test import SimpleTestCase

from listening.queries.parsing import BadExpression, hints, parse

NORMAL_FORMS = {
    "northfield wait": "northfield AND wait",
    "a OR b c": "a OR b AND c",
    "(a OR b) c": "(a OR b) AND c",
    "a (b c)": "a AND b AND c",
    "a NOT b OR c": "a NOT b OR c",
    "NOT (a b)": "NOT (a AND b)",
    "NOT (NOT a)": "NOT NOT a",
    "-a -(b OR c) d": "NOT a NOT (b OR c) AND d",
    "“north  ed” OR «Good Hope»": '"north ed" OR "Good Hope"',
    '=ICU ="Good Hope"': '=ICU AND ="Good Hope"',
    "wait* wom?n #Tag @hand_le": "wait* AND wom?n AND #Tag AND @hand_le",
    "a NEAR/3 b NEAR/0f (c OR d)": "a NEAR/3 b NEAR/0f (c OR d)",
    "a NEAR/3 (b NEAR/2 c)": "a NEAR/3 (b NEAR/2 c)",
    "stars:<=2 STARS:1..2 stars:>3": "stars:<=2 AND stars:1..2 AND stars:>3",
    "site:https://www.News.example/ author:@Jane": "site:news.example AND author:jane",
    "facility: north-ed url:'x": "facility:north-ed AND url:'x",
    'facility: north-ed OR source:"north reviews"': 'facility:north-ed OR source:"north reviews"',
    "author:north* lang:ES kind:Review": "author:north* AND lang:es AND kind:review",
    "c-diff 10:30 (U.S.), don’t": "c-diff AND 10:30 AND U.S AND don't",
    "ＮＯＲＴＨ　ＯＲ　（Ｅ）": "NORTH OR E",
    "\ufeffnor\u200bthfield\u00a0wait": "northfield AND wait",
    '"OR" or "NEAR/3"': '"OR" AND or AND "NEAR/3"',
}


class ParseTests(SimpleTestCase):
    def test_it_prints_back_in_normal_form(self) -> None:
        for typed, normal in NORMAL_FORMS.items():
            self.assertEqual(str(parse(typed)), normal, typed)

    def test_the_normal_form_reads_back_as_the_same_tree(self) -> None:
        for typed in NORMAL_FORMS:
            tree = parse(typed)
            self.assertEqual(parse(str(tree)), tree, typed)

    def test_brackets_and_lists_may_be_long(self) -> None:
        self.assertEqual(str(parse("(" * 25 + "a" + ")" * 25)), "a")
        self.assertEqual(str(parse(" OR ".join(f"w{n}" for n in range(450)))).count("OR"), 449)


MISTAKES = [
    # the line, the character at fault (from 0), what is said
    ("", 0, "The query is empty. Expected a word"),
    (" \u200b ", 0, "The query is empty"),
    ('northfield "wait', 11, "The quote at character 12 is never closed"),
    ("northfield “wait", 11, "The quote at character 12 is never closed"),
    ("a (b OR c", 2, "The bracket at character 3 is never closed"),
    ("a (b OR (c", 8, "The bracket at character 9 is never closed"),
    ("a b)", 3, "The bracket at character 4 closes none that was opened"),
    ("a ()", 2, "There is nothing in the brackets that open at character 3"),
    ("a (", 2, "There is nothing in the brackets that open at character 3"),
    ("a OR", 2, "OR at character 3 has nothing to go with after it. Expected a word"),
    ("a AND", 2, "AND at character 3 has nothing to go with after it"),
    ("a NOT", 2, "NOT at character 3 has nothing to go with after it"),
    ("(a OR) b", 3, "OR at character 4 has nothing to go with after it"),
    ("a OR AND b", 2, "OR at character 3 has nothing to go with after it"),
    ("OR a", 0, "OR at character 1 has nothing to go with before it"),
    ("a (AND b)", 3, "AND at character 4 has nothing to go with before it"),
    ('north "" x', 6, "There is no word between the quotes at character 7"),
    ('north "…" x', 6, "There is no word between the quotes at character 7"),
    ("hours NEAR waiting", 10, "NEAR needs a number at character 11. Make it NEAR/6"),
    ("hours NEAR/ waiting", 11, "NEAR needs a number at character 12. Make it NEAR/6"),
    ("hours NEAR/(waiting OR chair*)", 11, "NEAR needs a number at character 12"),
    ("hours NEAR/six waiting", 11, "NEAR needs a number at character 12"),
    ("hours NEAR/6x waiting", 11, "NEAR needs a number at character 12"),
    ("hours NEAR/-1 waiting", 11, "NEAR needs a number at character 12"),
    ("hours NEAR/101 waiting", 6, "NEAR at character 7 reaches over at most 100 words"),
    ("NEAR/3 waiting", 0, "NEAR at character 1 has nothing to go with before it"),
    ("hours NEAR/3", 6, "NEAR at character 7 has nothing to go with after it"),
    ("hours NEAR/3 NOT wait", 6, "NEAR at character 7 has nothing to go with after it"),
    ("(a b) NEAR/3 c", 6, "NEAR at character 7 stands between words"),
    ("a NEAR/3 (b OR NOT c)", 2, "NEAR at character 3 stands between words"),
    ("a NEAR/3 stars:1", 2, "NEAR at character 3 stands between words"),
    ("a colour:red", 2, "There is no field colour: (at character 3). Expected one of author:, site:"),
    ("a autor:x", 2, "There is no field autor: (at character 3). Expected author:"),
    ("a star:1", 2, "There is no field star: (at character 3). Expected stars:"),
    ("a https://news.example", 2, "An address at character 3. Write it as a field. Expected url:"),
    ("a author:", 8, "author: has no value at character 9"),
    ("author: OR x", 6, "author: has no value at character 7"),
    ('site:"" x', 5, "There is no word between the quotes at character 6"),
    ("site:*", 5, "site: has no value at character 6"),
    ("stars:6", 6, "The stars at character 7 cannot be read. Expected 1 to 5"),
    ("stars:0", 6, "The stars at character 7 cannot be read"),
    ("stars:<", 6, "The stars at character 7 cannot be read"),
    ("stars:one", 6, "The stars at character 7 cannot be read"),
    ("stars:3..2", 6, "The stars at character 7 cannot be read"),
    ("stars:1..9", 6, "The stars at character 7 cannot be read"),
    ("stars:<1", 6, "No post has the stars asked for at character 7"),
    ("stars:>5", 6, "No post has the stars asked for at character 7"),
    ("stars:", 5, "stars: has no value at character 6"),
    ("kind:tweet", 5, "There is no such kind at character 6. Expected kind:post or"),
    ("lang:english", 5, "A language at character 6 is two or three letters"),
    ("a *", 2, "* at character 3 finds everything"),
    ("a ?", 2, "? at character 3 finds everything"),
    ("a w*t", 3, "The * at character 4 is in the middle of a word"),
    ("a *ait", 2, "The * at character 3 is at the beginning of a word"),
    ('"north *ed"', 7, "The * at character 8 is at the beginning of a word"),
    ("a & b", 2, "& at character 3 is not understood. Expected AND"),
    ("a | b", 2, "| at character 3 is not understood. Expected OR"),
    ("a ! b", 2, "! at character 3 is not understood. Expected NOT"),
    ("a --", 2, "There is no word at character 3"),
    ("a - b", 2, "There is no word at character 3"),
    (".*(a+)+$", 0, "There is no word at character 1"),
    ("NOT NOT NOT NOT NOT NOT a", 20, "Too many NOT in a row at character 21"),
    ("(" * 5_000, 4_000, "at most 4,000 characters; this one has 5,000"),
    ("(" * 3_000, 25, "Brackets are more than 25 deep at character 26"),
    ("-(" * 1_500, 51, "Brackets are more than 25 deep"),
    (" OR ".join(["a"] * 5_000), 4_000, "at most 4,000 characters"),
    (" ".join(["ab"] * 501), 1_500, "at most 500 terms; the one at character 1501 is too many"),
    ("a NEAR/1 " * 40 + "a", 272, "NEAR at character 273 is one too many"),
    ('"' + "a " * 31 + '"', 0, "The phrase at character 1 has more than 30 words"),
    ("x" * 5_000_000, 4_000, "at most 4,000 characters; this one has 5,000,000"),
]


class MistakeTests(SimpleTestCase):
    def test_each_names_the_character_and_what_was_expected(self) -> None:
        for line, at, said in MISTAKES:
            with self.subTest(line=line[:40]):
                with self.assertRaises(BadExpression) as caught:
                    parse(line)
                self.assertIn(said, str(caught.exception))
                self.assertEqual(caught.exception.at, at)
                self.assertIn(caught.exception.expected, str(caught.exception))

    def test_any_line_is_read_or_refused(self) -> None:
        chance = random.Random(5)
        pieces = [*'"()a-=*?:#é ', "OR", "AND", "NOT", "NEAR/2", "author:"]
        for _ in range(4_000):
            line = "".join(chance.choice(pieces) + chance.choice(["", " "]) for _ in range(9))
            try:
                tree = parse(line)
            except BadExpression as error:
                self.assertLessEqual(error.at, len(line), line)
            else:
                self.assertEqual(parse(str(tree)), tree, line)


class HintTests(SimpleTestCase):
    def test_what_looks_like_an_operator_or_a_question_earns_a_hint(self) -> None:
        cases = {
            "a or b": [2],
            "(a and b) near/3 c": [3, 10],
            "why so long?": [11],
            'how "long or short?"': [18],
            "not a": [0],
            "a OR b NOT (c NEAR/3 d) wom?n nor": [],
            '"this or that"': [],
        }
        for line, places in cases.items():
            self.assertEqual([hint.at for hint in hints(line)], places, line)

    def test_it_says_what_to_write(self) -> None:
        [hint] = hints("northfield or larkmoor")
        self.assertEqual(
            hint.sentence, "“or” at character 12 is looked for as a word. For the operator write OR."
        )
