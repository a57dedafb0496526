"""Expressions and posts, each looked at by a person: table.tsv."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.test import SimpleTestCase

from listening.queries import anchors
from listening.queries.asked import Asked
from listening.queries.matching import Matcher, Single
from listening.queries.parsing import parse

TABLE = Path(__file__).with_name("table.tsv")
ESCAPES = re.compile(r"\\(?:u([0-9a-f]{4})|([nt0]))")
LETTERS = {"n": "\n", "t": "\t", "0": "\0"}


@dataclass(frozen=True)
class Row:
    expression: str
    is_match: bool
    text: str
    spans: list[tuple[int, int]]


def rows() -> Iterator[Row]:
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("# "):
            expression, answer, marked = map(_unescaped, line.split("\t"))
            yield Row(expression, answer == "yes", re.sub(r"[\[\]]", "", marked), list(_spans(marked)))


def _unescaped(text: str) -> str:
    return ESCAPES.sub(lambda found: chr(int(found[1], 16)) if found[1] else LETTERS[found[2]], text)


def _spans(marked: str) -> Iterator[tuple[int, int]]:
    for number, found in enumerate(re.finditer(r"\[([^\[\]]*)\]", marked)):
        start = found.start() - 2 * number
        yield start, start + len(found[1])


ROWS = list(rows())


class TableTests(SimpleTestCase):
    def test_it_has_hundreds_of_rows(self) -> None:
        self.assertGreaterEqual(len(ROWS), 300)
        self.assertGreaterEqual(sum(not row.is_match for row in ROWS), 100)

    def test_each_row_is_answered_as_a_person_would(self) -> None:
        for row in ROWS:
            with self.subTest(expression=row.expression, text=row.text):
                hit = Single(row.expression).find(Asked(row.text))
                self.assertEqual(hit is not None, row.is_match)
                self.assertEqual(hit.spans if hit else [], row.spans)

    def test_all_at_once_answer_as_each_by_itself(self) -> None:
        findable = [row for row in ROWS if anchors.ways(parse(row.expression)) is not None]
        matcher = Matcher((at, row.expression) for at, row in enumerate(findable))
        for at, row in enumerate(findable):
            hits = {hit.query_id: hit.spans for hit in matcher.find(Asked(row.text))}
            self.assertEqual(hits.get(at), row.spans if row.is_match else None, (row.expression, row.text))

    def test_each_reads_back_from_its_normal_form(self) -> None:
        for row in ROWS:
            tree = parse(row.expression)
            self.assertEqual(parse(str(tree)), tree, row.expression)
