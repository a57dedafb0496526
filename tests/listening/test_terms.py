"""The rules of networks: obeyed in one place, and by nobody else."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import TestCase

from listening import terms
from listening.models import Mention, MentionVersion
from listening.sources.sheet import Terms
from tests import base
from tests.listening.polling import page, poll_once
from tests.test_project import LAYERS, ROOT, python_files

DAY = timedelta(days=1)
RULES = frozenset(Terms.__dataclass_fields__)
READER = "listening/terms.py"


def reads_rules(tree: ast.AST) -> Iterator[str]:
    """Attributes by which a network's rules are read. What the one reader answers is asked of the module."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        whose = getattr(node.value, "attr", getattr(node.value, "id", ""))
        if (node.attr in RULES and whose != "terms") or (node.attr == "terms" and whose == "sheet"):
            yield node.attr


def test_nobody_else_reads_them() -> None:
    readers = {
        str(path.relative_to(ROOT)): found
        for path in python_files(*LAYERS)
        if (found := list(reads_rules(ast.parse(path.read_text()))))
    }
    assert set(readers) == {READER}, readers


@pytest.mark.parametrize("line", ["adapter.sheet.terms", "sheet.terms.may_export", "rules.keep_for"])
def test_another_reader_would_be_seen(line: str) -> None:
    assert list(reads_rules(ast.parse(line)))


def ruled(*answers: object, **rules: object) -> base.FakeSource:
    fake = base.FakeSource(*answers)  # type: ignore[arg-type]
    fake.sheet = replace(fake.sheet, terms=Terms(**rules))  # type: ignore[arg-type]
    return fake


class RuleTests(TestCase):
    def poll(self, **rules: object) -> Mention:
        from listening import ingest
        from tests.listening.polling import HandClock, owe

        base.watchlist("northfield")
        found = page(base.post("Northfield kept us waiting for hours, awful."))
        with base.registered(ruled(found, **rules)):
            ingest.poll(owe().pk, clock=HandClock())
        return Mention.objects.get()

    def test_words_that_may_not_be_stored_are_read_and_dropped(self) -> None:
        mention = self.poll(may_store_text=False)
        self.assertEqual((mention.text, mention.title), ("", ""))
        self.assertEqual(mention.sentiment, Mention.Sentiment.NEGATIVE)
        self.assertEqual(mention.matches.count(), 1)

    def test_others_are_stored_and_due_for_a_look(self) -> None:
        mention = self.poll(recheck_every=DAY)
        self.assertIn("kept us waiting", mention.text)
        self.assertEqual(mention.recheck_at, base.NOW + DAY)

    def test_a_network_that_cannot_be_asked_has_no_time_for_it(self) -> None:
        self.assertIsNone(self.poll().recheck_at)

    def test_words_go_after_their_time_and_do_not_come_back(self) -> None:
        base.watchlist("northfield")
        post = base.post("Northfield was late.", "p1", published_at=base.NOW - 31 * DAY)
        poll_once(page(post))
        young = base.mention("Northfield")
        with base.registered(ruled(keep_for=30 * DAY)):
            self.assertEqual(terms.erase_old(base.NOW), 1)
            self.assertEqual(terms.erase_old(base.NOW), 0)
        old = Mention.objects.exclude(pk=young.pk).get()
        self.assertEqual((old.text, old.is_gone, old.url), ("", True, ""))
        poll_once(page(replace(post, text="Northfield was late, edited.")))
        old.refresh_from_db()
        self.assertEqual((old.text, old.is_gone), ("", True))
        self.assertFalse(MentionVersion.objects.exists())

    def test_what_may_not_be_exported_is_in_no_export(self) -> None:
        base.mention("Northfield")
        base.mention("Northfield", is_gone=True)
        for rules, number in (({}, 1), ({"may_export": False}, 0), ({"may_store_text": False}, 0)):
            with base.registered(ruled(**rules)):
                self.assertEqual(terms.exportable(Mention.objects.all()).count(), number)


@pytest.mark.parametrize(
    ("kind", "age", "wait"),
    [
        ("reddit", 1, 0.5),
        ("reddit", 30, 0.5),
        ("reddit", 90, 30),
        ("x", 1, 1),
        ("x", 3, 1),
        ("x", 10, 4),
        ("rss", 1, None),
        ("gone", 1, None),
    ],
)
def test_a_post_is_looked_up_again_after(kind: str, age: int, wait: float | None) -> None:
    expected = None if wait is None else base.NOW + wait * DAY
    assert terms.recheck_at(kind, base.NOW - age * DAY, base.NOW) == expected


def test_the_rules_are_told_in_words() -> None:
    assert terms.words("x") == (
        "Not in any export. Posts are looked up again, at first every day; deleted ones are erased here."
    )
