import csv
import io
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings
from django.utils import timezone

from listening import filepost, filerows, importing, leases, sweep
from listening.models import Mention, MentionVersion, Poll, Quarantined, Source
from tests.base import source, watchlist

HEADER = "external_id,url,author,text,published_at,rating,network"


class ImportTestCase(TestCase):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, *lines: str, name: str = "posts.csv", encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
        return path

    def csv(self, *rows: Mapping[str, Any]) -> Path:
        out = io.StringIO()
        writer = csv.DictWriter(out, HEADER.split(","))
        writer.writeheader()
        writer.writerows(rows)
        path = self.folder / "posts.csv"
        path.write_text(out.getvalue(), newline="")
        return path

    def run_import(self, path: Path, *, said: io.StringIO | None = None, **options: Any) -> dict[str, int]:
        out = io.StringIO()
        options = {"source": "Old tweets", "match_all": True, **options}
        call_command("import_mentions", str(path), stdout=out, stderr=said or io.StringIO(), **options)
        words = out.getvalue().splitlines()[-1].replace(" =", "").replace(" +", "").split()
        return {name: int(count) for name, count in zip(words[::2], words[1::2], strict=True)}

    def refuses(self, path: Path, message: str, **options: Any) -> None:
        with self.assertRaisesMessage(CommandError, message):
            self.run_import(path, **options)
        self.assertFalse(Source.objects.exists() or Poll.objects.exists())


def row(external_id: str, text: str = "Three hours.", **values: Any) -> dict[str, Any]:
    return {"external_id": external_id, "text": text, "published_at": "2015-02-24 11:35:52 -0800", **values}


class ImportTests(ImportTestCase):
    def test_a_row_becomes_a_mention(self) -> None:
        path = self.csv(
            row("t-1", "Rude, all of them.", url="https://x.example/1", author="sam", rating="2", network="X")
        )
        counts = self.run_import(path)
        self.assertEqual((counts["fetched"], counts["inserted"]), (1, 1))
        mention = Mention.objects.select_related("author", "source").get()
        assert mention.author is not None
        self.assertEqual(
            (mention.external_id, mention.text, mention.url, mention.rating, mention.network, mention.kind),
            ("t-1", "Rude, all of them.", "https://x.example/1", 2, "x", "review"),
        )
        self.assertEqual((mention.author.handle, mention.sentiment), ("sam", "negative"))
        self.assertEqual(mention.published_at.isoformat(), "2015-02-24T19:35:52+00:00")
        self.assertEqual((mention.source.slug, mention.source.kind), ("old-tweets", Source.IMPORT))

    def test_the_same_file_twice_changes_nothing(self) -> None:
        path = self.csv(row("1", "First"), row("2"), row("1", "Second"), row("1", "Third"))
        first = self.run_import(path)
        before = list(Mention.objects.order_by("pk").values())
        second = self.run_import(path)
        self.assertEqual((first["inserted"], first["updated"], first["unchanged"]), (2, 0, 2))
        self.assertEqual((second["inserted"], second["updated"], second["unchanged"]), (0, 0, 4))
        self.assertEqual(list(Mention.objects.order_by("pk").values()), before)
        self.assertEqual(Mention.objects.get(external_id="1").text, "Third")

    def test_the_last_of_repeated_rows_counts_across_batches_too(self) -> None:
        between = [row(f"between-{number}") for number in range(importing.BATCH)]
        # The later row is the older post: its place in the file decides.
        path = self.csv(row("1", "First"), *between, row("1", "Last", published_at="2014-01-01T00:00Z"))
        self.assertEqual(self.run_import(path)["unchanged"], 1)
        self.assertEqual(self.run_import(path)["unchanged"], importing.BATCH + 2)
        self.assertEqual(Mention.objects.get(external_id="1").text, "Last")
        self.assertFalse(MentionVersion.objects.exists())

    def test_another_file_with_new_words_updates(self) -> None:
        self.run_import(self.csv(row("1", "Before")))
        self.assertEqual(self.run_import(self.csv(row("1", "After")))["updated"], 1)
        self.assertEqual(MentionVersion.objects.get().text, "Before")

    def test_what_no_query_finds_is_dropped(self) -> None:
        watchlist("northfield")
        path = self.csv(row("1", "Northfield kept us waiting"), row("2", "Lovely weather"))
        counts = self.run_import(path, match_all=False)
        self.assertEqual((counts["inserted"], counts["dropped"]), (1, 1))

    def test_columns_may_have_other_names(self) -> None:
        path = self.file("tweet_id,name,text,tweet_created", "7,sam,Hello there,2015-02-24 11:35:52 -0800")
        self.run_import(
            path, map={"external_id": "tweet_id", "author": "name", "published_at": "tweet_created"}
        )
        mention = Mention.objects.select_related("author").get()
        self.assertEqual((mention.external_id, str(mention.author)), ("7", "sam"))
        self.assertFalse(mention.is_published_guessed)

    def test_json_lines_and_other_separators(self) -> None:
        cases = {
            "a.jsonl": (json.dumps({"external_id": 1, "text": "a\x00b \ud83d", "published_at": 1424806552}),),
            "b.txt": ("", '{"external_id": "2", "text": "Hello", "rating": null}'),
            "c.csv": ("external_id;text", '3;"One; two"'),
            "d.tsv": ("external_id\ttext", "4\tHello, you"),
        }
        for name, lines in cases.items():
            self.assertEqual(self.run_import(self.file(*lines, name=name))["inserted"], 1, name)
        self.assertEqual(Mention.objects.get(external_id="3").text, "One; two")
        self.assertEqual(Mention.objects.get(external_id="1").text, "a\\u0000b \\ud83d")

    def test_a_text_of_five_megabytes_is_one_row(self) -> None:
        self.run_import(self.csv(row("1", "Nobody came.\n" * 400_000), row("2")))
        self.assertEqual(Mention.objects.get(external_id="1").is_truncated, True)
        self.assertEqual(Mention.objects.count(), 2)


class ImportTimeTests(ImportTestCase):
    @override_settings(TIME_ZONE="America/New_York")
    def test_times_are_read_as_they_are_written(self) -> None:
        expected = "2015-02-24T19:35:52+00:00"
        times = [
            "2015-02-24T19:35:52Z",
            "2015-02-24 11:35:52 -0800",
            "2015-02-24 14:35:52",
            "Tue, 24 Feb 2015 11:35:52 -0800",
            "Tue, 24 Feb 2015 19:35:52 -0000",
            "Tue Feb 24 19:35:52 +0000 2015",
            "1424806552",
            "1424806552000",
        ]
        self.run_import(self.csv(*(row(each, published_at=each) for each in times)))
        for mention in Mention.objects.all():
            self.assertEqual(mention.published_at.isoformat(), expected, mention.external_id)
        self.assertEqual(Mention.objects.count(), len(times))

    def test_history_asks_nobody_to_act(self) -> None:
        now = timezone.now()
        path = self.csv(
            row("old", published_at=(now - timedelta(hours=25)).isoformat()),
            row("new", published_at=(now - timedelta(hours=23)).isoformat()),
            row("undated", published_at=""),
        )
        self.run_import(path)
        owed = Mention.objects.unrouted().values_list("external_id", flat=True)
        self.assertEqual(set(owed), {"new", "undated"})

    def test_history_takes_no_decision_away(self) -> None:
        self.run_import(self.csv(row("1")))
        Mention.objects.update(processed_at=None)
        self.run_import(self.csv(row("1", "Changed")))
        self.assertTrue(Mention.objects.unrouted().filter(text="Changed").exists())


class ImportFaultTests(ImportTestCase):
    def test_bad_rows_are_set_aside_and_their_neighbours_stored(self) -> None:
        bad = {
            "no external_id": row(" "),
            "neither a text nor a rating": row("a", " "),
            "rating is not": row("b", rating="6"),
            "rating": row("c", rating="good"),
            "published_at is not a time": row("d", published_at="yesterday"),
            "rounded by a spreadsheet": row("5.70306E+17"),
            "longer than": row("e" * 301),
        }
        counts = self.run_import(self.csv(row("1"), *bad.values(), row("2", "", rating="4")))
        self.assertEqual((counts["inserted"], counts["quarantined"]), (2, len(bad)))
        reasons = list(Quarantined.objects.order_by("pk").values_list("reason", flat=True))
        for line, (reason, words) in enumerate(zip(reasons, bad, strict=True), 3):
            self.assertTrue(reason.startswith(f"Line {line}: ") and words in reason, reason)

    def test_broken_rows_of_a_csv_cost_only_themselves(self) -> None:
        path = self.file(
            "external_id,text",
            "1,good",
            '2,"never closed',
            "3,good",
            "4,too,many,values",
            '5,"one "word" too much"',
            '6,"two',
            'lines"',
        )
        counts = self.run_import(path)
        self.assertEqual((counts["inserted"], counts["quarantined"]), (3, 3))
        self.assertEqual(set(Mention.objects.values_list("external_id", flat=True)), {"1", "3", "6"})
        lines = [reason.split(":")[0] for reason in Quarantined.objects.values_list("reason", flat=True)]
        self.assertEqual(sorted(lines), ["Line 3", "Line 5", "Line 6"])

    def test_broken_json_lines_cost_only_themselves(self) -> None:
        good = '{"external_id": "1", "text": "good"}'
        bad = ["nonsense", "[1]", "[" * 100_000, '{"external_id": "2", "text": [1]}', '{"text": "x"}']
        bad += ['{"external_id": "3", "text": "x", "rating": true}', '{"external_id": 1.5, "text": "x"}']
        counts = self.run_import(self.file(good, *bad, name="posts.jsonl"))
        self.assertEqual((counts["inserted"], counts["quarantined"]), (1, len(bad)))

    def test_one_row_that_is_not_utf8_is_set_aside(self) -> None:
        path = self.folder / "posts.csv"
        path.write_bytes("external_id,text\n1,Café\n2,a".encode() + b"\xff\n3,b\n")
        counts = self.run_import(path)
        self.assertEqual((counts["inserted"], counts["quarantined"]), (2, 1))
        self.assertIn("Line 3: it is not UTF-8", Quarantined.objects.get().reason)

    def test_a_row_that_can_be_read_later_is_released(self) -> None:
        self.run_import(self.csv(row("1", rating="9")))
        self.run_import(self.csv(row("1", rating="4")))
        self.assertIsNotNone(Quarantined.objects.get().released_at)


class ImportFileTests(ImportTestCase):
    def test_windows_1252_is_read_with_a_note(self) -> None:
        said = io.StringIO()
        self.run_import(self.file("external_id,text", "1,Café “x”", encoding="cp1252"), said=said)
        self.assertEqual(Mention.objects.get().text, "Café “x”")
        self.assertIn("read as Windows-1252", said.getvalue())

    def test_a_byte_order_mark_is_no_part_of_a_name(self) -> None:
        self.assertEqual(
            self.run_import(self.file("external_id,text", "1,Café", encoding="utf-8-sig"))["inserted"], 1
        )

    def test_what_cannot_be_read_is_refused_with_the_place(self) -> None:
        (self.folder / "odd.csv").write_bytes(b"external_id,text\n1,a\n2,\x81\xff\n")
        cases: dict[str, tuple[Path, dict[str, Any]]] = {
            "No such file": (self.folder / "missing.csv", {}),
            "not an ordinary file": (self.folder, {}),
            "it is empty": (self.file("", name="empty.csv"), {}),
            "no row below": (self.file(HEADER, name="header.csv"), {}),
            "line 1: no column 'external_id'": (self.file("id,text", "1,a", name="id.csv"), {}),
            "line 1: no column 'text'": (self.file("external_id", "1", name="text.csv"), {}),
            "stands there twice": (self.file("external_id,text,text", "1,a,b", name="two.csv"), {}),
            "line 1: no column 'nope'": (self.file(HEADER, "1", name="m.csv"), {"map": {"text": "nope"}}),
            "'words' is none of": (self.file(HEADER, "1", name="w.csv"), {"map": {"words": "text"}}),
            "line 3: neither UTF-8 nor": (self.folder / "odd.csv", {}),
            "it is UTF-16": (self.file(HEADER, "1", name="wide.csv", encoding="utf-16"), {}),
            "a JSON list": (self.file("[", "]", name="list.json"), {}),
            "no letter or digit": (self.csv(row("1")), {"source": "–"}),
        }
        for message, (path, options) in cases.items():
            with self.subTest(message):
                self.refuses(path, message, **options)

    def test_a_polled_source_is_not_imported_into(self) -> None:
        source("northfield-x")
        with self.assertRaisesMessage(CommandError, "is a source that is polled"):
            self.run_import(self.csv(row("1")), source="Northfield X")

    def test_only_one_import_of_a_name_runs(self) -> None:
        made, now = importing.source_named("Old tweets", timezone.now()), timezone.now()
        poll = sweep.open_poll(made, now)
        assert poll is not None
        leases.claim(poll.pk, now)
        with self.assertRaisesMessage(CommandError, "Another import into Old tweets is running."):
            self.run_import(self.csv(row("1")))
        # Its process dies, and its session with it.
        leases.let_go(poll.pk)
        self.assertEqual(self.run_import(self.csv(row("1")))["inserted"], 1)
        poll.refresh_from_db()
        self.assertEqual((poll.state, poll.error), (Poll.State.FAILED, sweep.IMPORT_STOPPED))

    def test_an_import_that_breaks_off_is_closed(self) -> None:
        path = self.csv(*(row(str(number)) for number in range(importing.BATCH + 1)))
        file = filerows.opened(path)
        columns = filepost.columns_of(file, {})
        into = importing.source_named("Old tweets", timezone.now())
        polls = importing.run(
            file,
            columns,
            importing.survey(file, columns),
            source=into,
            takes_all=True,
            clock=timezone.now,
        )
        next(polls)
        polls.close()  # type: ignore[attr-defined]
        poll = Poll.objects.get()
        self.assertEqual((poll.state, poll.inserted), (Poll.State.FAILED, importing.BATCH))
