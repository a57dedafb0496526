from importlib import import_module

from django.test import SimpleTestCase

from listening.queries.parsing import parse

translated = import_module("listening.migrations.0009_query_language").translated


class TranslatedTests(SimpleTestCase):
    def test_old_lines_mean_what_they_meant(self) -> None:
        cases = {
            "northfield rude": "northfield rude",
            '"north  ed" AND wait': '"north ed" AND wait',
            "@northfield #er": "@northfield #er",
            "wait? (really)": '"wait " "(really)"',
            "re:northfield -x": '"re:northfield" "-x"',
            '"what is *it*"': '"what is  it "',
            "a=b NEAR/3": '"a=b" "NEAR/3"',
        }
        for old, new in cases.items():
            self.assertEqual(translated(old), new)
            parse(new)
