from django.test import SimpleTestCase

from listening.queries.parsing import parse

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
