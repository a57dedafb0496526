"""`manage.py check_reply`: one JSON object a line in, one a line out."""

import io
import json
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import TestCase

from alerts import contacts
from alerts.gate import GateDown
from alerts.gate.learned import FILE
from tests.alerts.gate.drafts import FOLDER, drafts
from tests.base import NOW, ada

CALL = "Please call our patient line at 555-0142."


def asked(*lines: Any) -> list[dict[str, Any]]:
    told = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    out = io.StringIO()
    with mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\n".join(told)))):
        call_command("check_reply", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def no_database() -> Any:
    return mock.patch.object(contacts, "listed", side_effect=ImproperlyConfigured("none"))


class AnswerTests:
    def test_reasons_name_their_place_in_the_draft(self) -> None:
        draft = "Hi Mar\u00eda 💙, sorry about your visit."
        (said,) = asked({"id": 7, "draft": draft, "contacts": []})
        assert (said["id"], said["verdict"]) == (7, "block")
        for reason in said["reasons"]:
            assert draft[reason["start"] : reason["end"]] == reason["text"]
            assert all((reason["why"], reason["instead"]))
        assert {"name", "confirms-care"} <= {reason["rule"] for reason in said["reasons"]}

    def test_contacts_of_the_line_pass_and_no_other(self) -> None:
        listed, other = asked(
            {"draft": CALL, "contacts": ["555-0142"]}, {"draft": CALL, "contacts": ["555-0143"]}
        )
        assert (listed["verdict"], listed["reasons"]) == ("pass", [])
        assert other["verdict"] == "block"

    def test_post_and_thread_are_read_with_it(self) -> None:
        soon = "Our office opens at 9 and we would be glad to talk."
        post = {"post": "thank you all for trying. goodbye.", "thread": ["no reason left to live"]}
        alone, within = asked({"draft": soon, "contacts": []}, {"draft": soon, "contacts": [], **post})
        assert alone["verdict"] == "pass"
        assert within["reasons"][0]["rule"] == "emergency-line"

    def test_a_bad_line_is_answered_in_its_place(self) -> None:
        said = asked(
            {"draft": 5},
            b"{",
            {"draft": "Thank you.", "contacts": "555"},
            {"draft": "Thank you.", "contacts": []},
        )
        assert ["error" in each for each in said] == [True, True, True, False]
        assert said[0]["error"] == "line 1: draft must be a string"

    def test_without_a_database_nothing_is_listed(self) -> None:
        with no_database():
            (said,) = asked({"draft": CALL})
        assert said["verdict"] == "block"

    def test_given_contacts_ask_no_database(self) -> None:
        with no_database() as looked_up:
            asked({"draft": CALL, "contacts": []})
        looked_up.assert_not_called()

    def test_a_gate_that_is_down_is_an_error_and_no_pass(self) -> None:
        with mock.patch("alerts.gate.data.shipped", side_effect=GateDown("The rules cannot be read.")):
            (said,) = asked({"draft": CALL, "contacts": []})
        assert "The rules cannot be read." in said["error"]
        assert "verdict" not in said


class StoredTests(TestCase):
    def test_without_contacts_the_stored_ones_count(self) -> None:
        contacts.add("555-0142", "", by=ada(), at=NOW)
        (said,) = asked({"draft": CALL})
        self.assertEqual(said["verdict"], "pass")


def test_what_is_shipped_was_fitted_on_every_draft_but_the_unseen() -> None:
    head = json.loads(FILE.read_text().splitlines()[0])
    names = {path.stem for path in FOLDER.glob("*.tsv")} - {"unseen"}
    assert head["drafts"] == sum(draft.expected != "other" for name in names for draft in drafts(name))


def test_drafts_that_cannot_be_read_are_named(tmp_path: Any) -> None:
    bad = tmp_path / "bad.tsv"
    bad.write_text("expected\tdraft\nsafe\n")
    with pytest.raises(CommandError, match=r"bad\.tsv, line 2"):
        call_command("train_gate", str(bad), to=tmp_path / "learned.tsv")
