"""docs/queries.md says what is true: its tables and its command are run."""

import json
import re
import shlex
from collections.abc import Iterator

from django.conf import settings
from django.test import SimpleTestCase

from listening.queries.asked import Asked
from listening.queries.lexing import DEEPEST, MOST_CHARACTERS, MOST_NEARS, MOST_TERMS
from listening.queries.limits import TooWide, check
from listening.queries.matching import MAX_SPANS, Single
from listening.queries.parsing import parse
from listening.queries.terms import FIELDS
from listening.queries.words import LOOKED_AT
from tests.listening.test_match_command import match

PAGE = (settings.BASE_DIR / "docs" / "queries.md").read_text(encoding="utf-8")


def table(heading: str) -> Iterator[list[str]]:
    """The rows under a heading, without the two that begin the table."""
    section = PAGE.partition(f"## {heading}")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


class DocsTests(SimpleTestCase):
    def test_each_query_finds_what_the_page_says(self) -> None:
        rows = list(table("How do I ..."))
        self.assertGreaterEqual(len(rows), 20)
        for _, line, found, passed in rows:
            single = Single(quoted(line)[0])
            self.assertIsNotNone(single.find(Asked(found)), (line, found))
            self.assertIsNone(single.find(Asked(passed)), (line, passed))
            check(single.tree)

    def test_every_field_is_explained_by_lines_that_can_be_read(self) -> None:
        rows = list(table("What is known of a post"))
        self.assertEqual([quoted(name)[0].rstrip(":") for name, _, _ in rows], list(FIELDS))
        for _, _, examples in rows:
            for line in quoted(examples):
                check(parse(line))

    def test_lines_are_read_as_the_page_says(self) -> None:
        rows = list(table("How is a line read?"))
        self.assertGreaterEqual(len(rows), 5)
        for line, meant in rows:
            self.assertEqual(parse(quoted(line)[0]), parse(quoted(meant)[0]), line)

    def test_what_it_says_is_refused_is_refused(self) -> None:
        said = PAGE.partition("is refused with an estimate:")[2].partition("\n")[0]
        lines = [*quoted(said), "NOT jobs"]
        self.assertGreaterEqual(len(lines), 4)
        for line in lines:
            with self.assertRaises(TooWide, msg=line):
                check(parse(line))

    def test_its_numbers_are_those_of_the_code(self) -> None:
        for said in (
            f"{MOST_CHARACTERS:,} characters, {MOST_TERMS} terms, brackets {DEEPEST} deep",
            f"{MOST_NEARS} `NEAR`.",
            f"{LOOKED_AT:,} characters are looked at",
            f"{MAX_SPANS} places are marked",
        ):
            self.assertIn(said, PAGE)

    def test_its_command_answers_as_it_says(self) -> None:
        command = PAGE.partition("```sh\n")[2].partition("\n```")[0]
        _, post, *_, line = shlex.split(command)
        answer = re.search(r"answers `(\{.*?\})`", PAGE)
        assert answer is not None
        self.assertEqual(match(line, post), [json.loads(answer[1])])
