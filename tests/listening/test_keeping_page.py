"""The examples of docs/keeping.md are what they say they are."""

from pathlib import Path

from django.test import SimpleTestCase

from alerts import rule_files
from alerts.rule_files import Known
from listening import watchlist_files
from listening.queries.parsing import parse

PAGE = Path(__file__).parents[2] / "docs" / "keeping.md"
KNOWN = Known(queues=("access", "complaints"), topics=(), networks=(), facilities=("north",))


def example(kind: str) -> str:
    return PAGE.read_text().split(f"```yaml {kind}\n", 1)[1].split("```", 1)[0]


class ExampleTests(SimpleTestCase):
    def test_the_watchlist_can_be_imported(self) -> None:
        document = watchlist_files.read(example("watchlist"))
        self.assertEqual(watchlist_files.written(document), example("watchlist"))
        for line in document.queries:
            parse(line.expression)

    def test_the_rules_can_be_put_in_force(self) -> None:
        rules = rule_files.read(example("rules"), KNOWN)
        self.assertEqual([rule.queue for rule in rules], ["none", "access", "complaints"])
