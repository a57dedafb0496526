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

from tests import base


def match(expression: str, *lines: str | dict[str, Any]) -> list[dict[str, Any]]:
    said = [json.dumps(each) if isinstance(each, dict) else each for each in lines]
    raw = "".join(f"{each}\n" for each in said).encode()
    out = io.StringIO()
    with mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(raw))):
        call_command("match", expression, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


class MatchTests(SimpleTestCase):
    def test_it_answers_in_the_promised_form(self) -> None:
        found = match('"north ed" wait*', {"id": "a", "text": "Waiting at North\nED"}, {"text": "North"})
        self.assertEqual(
            found,
            [
                {"id": "a", "matched": True, "spans": [[0, 7], [11, 19]]},
                {"id": None, "matched": False, "spans": []},
            ],
        )

    def test_spans_count_characters_of_the_text_as_it_came(self) -> None:
        [found] = match("northfield", {"text": "\x00😡\ud800 Ｎｏｒｔｈfield"})
        self.assertEqual(found["spans"], [[4, 14]])

    def test_a_bad_line_is_answered_in_its_place(self) -> None:
        first, bad, worse, last = match("one", {"text": "One"}, "no JSON", {"id": 3}, {"text": "Two"})
        self.assertEqual((first["matched"], last["matched"]), (True, False))
        self.assertEqual(bad, {"error": "line 2: not JSON at character 1"})
        self.assertEqual(worse, {"error": "line 3: text is missing"})

    def test_each_field_of_a_post_can_be_asked_for(self) -> None:
        post = {
            "text": "Cinco horas en la sala de espera, nadie explica nada",
            "author": "@Ana_Invented",
            "url": "https://news.example/a/b",
            "network": "google",
            "source": "our-listings",
            "rating": 2,
            "facility": "north-ed",
        }
        asked = (
            "author:ana_invented site:news.example url:example/a stars:<=2 source:google source:our-listings "
            "kind:review facility:north-ed lang:es"
        )
        for one in asked.split():
            self.assertTrue(match(one, post)[0]["matched"], one)
            self.assertFalse(match(f"NOT {one}", post)[0]["matched"], one)
        self.assertTrue(match(asked, post)[0]["matched"])

    def test_an_expression_that_cannot_be_read_names_the_character(self) -> None:
        with self.assertRaisesRegex(CommandError, "NEAR needs a number at character 12"):
            match("hours NEAR/ (x)")

    def test_it_runs_without_a_database(self) -> None:
        quiet = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        command = [sys.executable, "manage.py", "match", "wait* OR hours"]
        said = subprocess.run(
            command,
            input=b'{"text": "Waiting"}\n',
            capture_output=True,
            cwd=settings.BASE_DIR,
            env=quiet,
            check=True,
        )
        self.assertEqual(json.loads(said.stdout), {"id": None, "matched": True, "spans": [[0, 7]]})


class StoredFacilityTests(TestCase):
    def test_a_stored_facility_is_known_by_its_names(self) -> None:
        base.facility(slug="north-ed", name="Northfield Hospital")
        found = match("facility:north-ed", {"text": "At Northfield Hospital."}, {"text": "Elsewhere."})
        self.assertEqual([each["matched"] for each in found], [True, False])

    def test_one_that_is_not_stored_is_named(self) -> None:
        with self.assertRaisesRegex(CommandError, "No facility is called 'south-ed'"):
            match("facility:south-ed", {"text": "At Northfield Hospital."})
