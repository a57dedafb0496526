"""A file of real tweets through `import_mentions`: every distinct id once, as its row says, however often."""

import csv
import io
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.management import call_command
from django.test import TestCase

from listening.models import Mention, MentionVersion, Quarantined
from tests.proof.material import DATA, needs

pytestmark = pytest.mark.walk

FILE = "airline/tweets_dev.csv"
MAP = "external_id=tweet_id,author=name,text=text,published_at=tweet_created"
EACH = 1 if os.environ.get("MURMUR_DRILL_POINTS") else 6
"""One row in how many; in the drills the whole file."""

DOCUMENTED = ("external_id", "url", "author", "text", "published_at", "rating", "network")


@needs(FILE)
class AirlineTests(TestCase):
    def setUp(self) -> None:
        with (DATA / FILE).open(encoding="utf-8", newline="") as file:
            self.rows = list(csv.DictReader(file))[::EACH]
        self.last = {row["tweet_id"]: row for row in self.rows}

    def run_import(self, path: Path, *options: str) -> str:
        out, said = io.StringIO(), io.StringIO()
        call_command(
            "import_mentions",
            str(path),
            "--source",
            "Airlines",
            "--match-all",
            *options,
            stdout=out,
            stderr=said,
        )
        return out.getvalue().splitlines()[-1]

    def line(self, *, inserted: int) -> str:
        fetched = len(self.rows)
        return (
            f"fetched {fetched} = inserted {inserted} + updated 0 + unchanged {fetched - inserted}"
            " + dropped 0 + quarantined 0"
        )

    def check_stored(self) -> None:
        # Of what is read as a voice of staff the author is not kept.
        named = Mention.objects.unrestricted()
        self.assertLess(Mention.objects.count() - named.count(), 5)
        stored = named.values_list("external_id", "text", "author__handle", "published_at")
        unnamed = set(Mention.objects.values_list("external_id", flat=True)) - {row[0] for row in stored}
        expected = {
            (name, row["text"], row["name"], datetime.strptime(row["tweet_created"], "%Y-%m-%d %H:%M:%S %z"))
            for name, row in self.last.items()
            if name not in unnamed
        }
        self.assertEqual(set(stored), expected)
        self.assertEqual(Mention.objects.count(), len(self.last))

    def test_its_own_columns_are_mapped_and_a_second_time_adds_nothing(self) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "tweets.csv"
            path.write_text(in_its_own_columns(self.rows), encoding="utf-8", newline="")
            self.assertEqual(self.run_import(path, "--map", MAP), self.line(inserted=len(self.last)))
            self.check_stored()
            self.assertEqual(self.run_import(path, "--map", MAP), self.line(inserted=0))
            self.check_stored()
        self.assertFalse(MentionVersion.objects.exists() or Quarantined.objects.exists())

    def test_in_the_documented_columns_with_a_mark_at_its_head_it_says_the_same(self) -> None:
        self.rows = self.rows[::3]
        self.last = {row["tweet_id"]: row for row in self.rows}
        with TemporaryDirectory() as folder:
            path = Path(folder) / "tweets.csv"
            path.write_text(documented(self.rows), encoding="utf-8-sig", newline="")
            self.assertEqual(self.run_import(path), self.line(inserted=len(self.last)))
        self.check_stored()


def in_its_own_columns(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def documented(rows: Iterable[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(DOCUMENTED)
    for row in rows:
        link = f"https://x.com/i/web/status/{row['tweet_id']}"
        writer.writerow([row["tweet_id"], link, row["name"], row["text"], row["tweet_created"], "", "x"])
    return out.getvalue()
