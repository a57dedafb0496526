import random
from datetime import date

from django.test import SimpleTestCase

from listening import watchlist_files
from listening.plain_yaml import BadFile
from listening.watchlist_files import Document, Line

WHOLE = Document(
    name="Waiting: in the “North ED”",
    purpose="Long waits, before they become complaints",
    owner="ada",
    facility="north",
    review_on=date(2027, 2, 28),
    is_active=False,
    queries=(Line('"north ed" wait*', "How: people 'count'"), Line("espera* AND NOT ruido"), Line("# 急 é")),
)

BAD = (
    # the file, and how the error begins
    ("", "The file is empty"),
    ("- a\n", "Line 1, “file”: expected keys"),
    ("name: a\n", "The file has no “queries”"),
    ("queries: [a]\n", "The file has no “name”"),
    ("name: a\nqueries:\n", "Line 2, “queries”: expected a list"),
    ("name: a\nqueries: []\n", "Line 2, “queries”: is empty"),
    ("name: a\nname: b\nqueries: [a]\n", "Line 2, “name”: is there twice"),
    ("name: a\ncolour: red\nqueries: [a]\n", "Line 2, “colour”: is no key here; known are name, purpose"),
    ("name: a\nqueries:\n- query: a\n  notes: b\n", "Line 4, “queries[1].notes”: is no key here"),
    ("name: a\nqueries:\n- a\n- note: b\n", "Line 4, “queries[2]”: has no “query”"),
    ("name: a\nqueries:\n- a\n- [b]\n", "Line 4, “queries[2]”: expected keys"),
    ("name: a\nqueries:\n- ''\n", "Line 3, “queries[1]”: is empty"),
    ("name: a\nreview: soon\nqueries: [a]\n", "Line 2, “review”: expected a day such as"),
    ("name: a\nreview: 2027-02-30\nqueries: [a]\n", "Line 2, “review”: expected a day such as"),
    ("name: a\nactive: perhaps\nqueries: [a]\n", "Line 2, “active”: expected true or false"),
    ("name: a\npurpose: [b]\nqueries: [a]\n", "Line 2, “purpose”: expected a text"),
    (f"name: {'n' * 121}\nqueries: [a]\n", "Line 1, “name”: is too long: 121 characters, at most 120"),
    ('name: a\nqueries:\n- "north ed" wait\n', "Line 3, character 14: this is not YAML"),
    ("name: a\n\tqueries: [a]\n", "Line 2, character 1: this is not YAML"),
    ("name: &a b\nqueries: [*a]\n", "Line 1: “&” and “*” names"),
    ("name: a\nqueries: [*a]\n", "Line 2: “&” and “*” names"),
    ("name: !!python/object:os.system x\nqueries: [a]\n", "Line 1, “name”: expected a text"),
    ("name: a\nqueries: [a]\n---\nname: b\n", "Line 3, character 1: this is not YAML"),
    ("name: a\nqueries: [" + "[" * 50_000, "Line 2: lists within lists"),
    ("name: a\x00\nqueries: [a]\n", "Line 1: it holds a character that cannot be stored"),
    ("name: a\nqueries:\n- \ud800\n", "Line 3: it holds a character that cannot be stored"),
    ("x" * 300_001, "The file is too long"),
    ("name: a\nqueries:\n" + "- a\n" * 201, "Line 3, “queries”: holds 201"),
    ("{" * 5, "Line "),
    ("name: a\nqueries: [\x07]\n", "This is not YAML"),
)


class ReadTests(SimpleTestCase):
    def test_what_was_written_is_read_again(self) -> None:
        self.assertEqual(watchlist_files.read(watchlist_files.written(WHOLE)), WHOLE)

    def test_any_queries_come_back_as_they_were(self) -> None:
        lot = random.Random(7)
        letters = "ab \"'*#@:-[]{}&!|>%?,()~=é急\u200f🙂\u2028"
        for _ in range(150):
            lines = {" ".join("".join(lot.choices(letters, k=12)).split()) for _ in range(4)} - {""}
            document = Document(name="a: b # c", queries=tuple(map(Line, sorted(lines))))
            self.assertEqual(watchlist_files.read(watchlist_files.written(document)), document)

    def test_what_is_left_out_is_as_usual(self) -> None:
        self.assertEqual(watchlist_files.read("name: a\nqueries: [b]"), Document("a", queries=(Line("b"),)))

    def test_a_text_is_a_text_whatever_yaml_takes_it_for(self) -> None:
        read = watchlist_files.read(
            "name: 911\npurpose: ~\nowner: no\nfacility: yes\nqueries: [NO, 2027-01-01, 1e3]"
        )
        self.assertEqual((read.name, read.purpose, read.owner, read.facility), ("911", "", "no", "yes"))
        self.assertEqual([each.expression for each in read.queries], ["NO", "2027-01-01", "1e3"])

    def test_each_mistake_is_named_with_its_line_and_key(self) -> None:
        for text, said in BAD:
            with self.subTest(ascii(text[:40])):
                with self.assertRaises(BadFile) as caught:
                    watchlist_files.read(text)
                self.assertEqual(str(caught.exception)[: len(said)], said)
