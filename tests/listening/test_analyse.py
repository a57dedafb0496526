import io
import json
import os
import subprocess
import sys
from typing import Any
from unittest import mock

from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import SimpleTestCase, TestCase

from hospital.models import FacilityName
from tests.base import facility, watchlist

KEYS = {
    "id",
    "sentiment",
    "topics",
    "severity",
    "level",
    "lane",
    "language",
    "identifiers",
    "reasons",
}


def analyse(*lines: str | bytes | dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    said = [json.dumps(each) if isinstance(each, dict) else each for each in lines]
    raw = b"".join((each.encode() if isinstance(each, str) else each) + b"\n" for each in said)
    out = io.StringIO()
    with mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(raw))):
        call_command("analyse", stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


class AnalyseTests(SimpleTestCase):
    def test_it_answers_in_the_promised_form(self) -> None:
        [said] = analyse({"id": "a-1", "text": "Rude at the front desk. Call me: 555-0142", "rating": 1})
        self.assertEqual(set(said), KEYS)
        self.assertEqual((said["id"], said["lane"], said["level"]), ("a-1", "staff_conduct", "P2"))
        self.assertEqual(set(said["sentiment"]), {"label", "score", "reasons"})
        self.assertEqual(said["identifiers"], [{"kind": "phone", "start": 33, "end": 41}])
        self.assertEqual(said["topics"], ["staff"])

    def test_an_id_is_echoed_as_it_came(self) -> None:
        ids = [7, "ü", None, [1], "\ud800"]
        said = analyse(*({"id": each, "text": "Hello"} for each in ids), {"text": "Hello"})
        self.assertEqual([each["id"] for each in said], [*ids, None])

    def test_names_it_is_given_are_masked(self) -> None:
        post = {"text": "Mercy Hope again."}
        plain, masked = analyse(post, {**post, "names": ["Mercy Hope"]})
        self.assertEqual((plain["sentiment"]["label"], masked["sentiment"]["score"]), ("positive", 0.0))

    def test_thread_and_prompt_lend_their_words(self) -> None:
        post = {"text": "thank you all for trying. goodbye."}
        alone, within, asked = analyse(
            post, {**post, "thread": ["no reason left"]}, {**post, "prompt": "no reason left"}
        )
        self.assertNotEqual(alone["lane"], "self_harm")
        self.assertEqual((within["lane"], asked["lane"]), ("self_harm", "self_harm"))

    def test_a_bad_line_is_answered_in_its_place(self) -> None:
        first, bad, last = analyse({"text": "One"}, "no JSON", {"text": "Two"})
        self.assertEqual(bad, {"error": "line 2: not JSON at character 1"})
        self.assertNotIn("error", {**first, **last})

    def test_each_wrong_field_is_named(self) -> None:
        cases: dict[str, Any] = {
            "text": 5,
            "rating": "4",
            "network": [],
            "prompt": 1,
            "names": "Mercy",
            "thread": [1],
        }
        said = analyse(*({"text": "Hello", name: value} for name, value in cases.items()), {"id": 1})
        for name, answer in zip(cases, said, strict=False):
            self.assertIn(f"{name} must be", answer["error"])
        self.assertEqual(said[-1], {"error": "line 7: text is missing"})

    def test_ratings_are_1_to_5(self) -> None:
        ratings = [0, 6, 2.5, True, -1, 1e300]
        self.assertTrue(
            all("error" in each for each in analyse(*({"text": "", "rating": r} for r in ratings)))
        )
        self.assertEqual(analyse({"text": "", "rating": 5.0})[0]["sentiment"]["label"], "positive")

    def test_hostile_lines_stop_nothing(self) -> None:
        lines: list[str | bytes] = [
            "[" * 200_000,
            '{"text": "a", "id": ' + "[" * 5000 + "]" * 5000 + "}",
            '{"text": "a", "rating": NaN}',
            '{"text": "a", "id": 1e999}',
            '{"text": "a", "id": ' + "9" * 5000 + "}",
            b'{"text": "\xff"}',
            "[]",
            "",
        ]
        said = analyse(*lines, '{"text": "a\\u0000b \\ud83d", "names": ["\\ud800"]}')
        self.assertTrue(all(set(each) == {"error"} for each in said[:-1]), said)
        self.assertEqual((len(said), set(said[-1])), (9, KEYS))

    def test_five_megabytes_are_one_post(self) -> None:
        [said] = analyse({"text": "Nobody came. " * 400_000 + "555-0142"})
        self.assertEqual(said["identifiers"][0]["start"], 13 * 400_000)

    def test_nothing_in_is_nothing_out(self) -> None:
        self.assertEqual(analyse(), [])

    def test_it_answers_each_line_at_once_and_without_a_database(self) -> None:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "analyse"]
        environment = {**os.environ, "DATABASE_URL": "", "MURMUR_VAR": "/nowhere"}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        ) as running:
            assert running.stdin is not None
            assert running.stdout is not None
            for number in (1, 2):
                running.stdin.write(b'{"text": "Hello", "id": %d}\n' % number)
                running.stdin.flush()
                self.assertEqual(json.loads(running.stdout.readline())["id"], number)
            running.stdin.close()
            self.assertEqual(running.wait(), 0)


class AnalyseFacilityTests(TestCase):
    def test_stored_names_are_masked(self) -> None:
        FacilityName.objects.create(facility=facility("Mercy Hope", "mercy"), name="The Friendly Place")
        watchlist('"Best Care"', name="Names")
        for name in ("Mercy Hope", "The Friendly Place", "Best Care"):
            plain, masked = analyse({"text": name})[0], analyse({"text": name}, facility="mercy")[0]
            self.assertEqual((plain["sentiment"]["label"], masked["sentiment"]["score"]), ("positive", 0.0))

    def test_an_unknown_facility_is_named(self) -> None:
        with self.assertRaisesMessage(CommandError, "No facility is called 'nowhere'."):
            analyse({"text": "Hello"}, facility="nowhere")
