import json
import tempfile
from pathlib import Path
from typing import Any
from unittest import TestCase, mock

from listening.evaluation import identifiers
from listening.evaluation.files import BadSet
from listening.reading.identifiers import Identifier

TEXT = "Emma Lee called 555-0142 on Tuesday from Elmira."


def span(kind: str, words: str, text: str = TEXT) -> dict[str, Any]:
    start = text.index(words)
    return {"entity_type": kind, "start_position": start, "end_position": start + len(words)}


class IdentifierScoresTests(TestCase):
    def scores(self, *rows: dict[str, Any], digits: str = "66") -> dict[str, tuple[int, float]]:
        with (
            mock.patch("listening.evaluation.contract.digit", side_effect=digits),
            tempfile.TemporaryDirectory() as folder,
        ):
            inside = Path(folder) / "pii_presidio"
            inside.mkdir()
            (inside / "synth_dataset_v2_any.json").write_text(json.dumps(rows))
            found = identifiers.scores(Path(folder))
            return {score.metric: (score.rows, score.ours) for score in found}

    def test_recall_and_precision_are_told_by_kind(self) -> None:
        spans = [span("PERSON", "Emma Lee"), span("PHONE_NUMBER", "555-0142"), span("GPE", "Elmira")]
        found = self.scores({"full_text": TEXT, "spans": [*spans, span("DATE_TIME", "Tuesday")]})
        self.assertEqual(found["recall PERSON"], (1, 1.0))
        self.assertEqual(found["precision phone"], (1, 1.0))
        self.assertEqual(found["recall, all kinds"], (2, 1.0))

    def test_what_is_not_found_or_is_no_entity_costs(self) -> None:
        missed = "the unknown word zzyzx is a name"
        found = self.scores(
            {"full_text": TEXT, "spans": [span("PERSON", "Emma Lee")]},
            {"full_text": missed, "spans": [span("PERSON", "zzyzx", missed)]},
        )
        self.assertEqual(found["recall PERSON"], (2, 0.5))
        self.assertEqual(found["precision phone"], (1, 0.0))

    def test_half_of_a_name_must_be_hidden(self) -> None:
        entity = identifiers.Entity("PERSON", 0, 10)
        for end, is_found in ((4, False), (5, True), (10, True)):
            masks = [Identifier("name", 0, end)]
            self.assertEqual(identifiers._is_found(entity, masks, "abcdefghij"), is_found)

    def test_a_row_without_spans_is_a_bad_set(self) -> None:
        bad: tuple[Any, ...] = (None, [{}], ["x"], [{"entity_type": "PERSON", "start_position": "a"}])
        for spans in bad:
            with self.subTest(spans), self.assertRaises(BadSet):
                self.scores({"full_text": TEXT, "spans": spans})

    def test_no_set_is_no_score(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(list(identifiers.scores(Path(folder))), [])

    def test_rows_that_rules_were_tuned_on_do_not_count(self) -> None:
        row = {"full_text": TEXT, "spans": [span("PERSON", "Emma Lee")]}
        found = self.scores(row, row, digits="36")
        self.assertEqual(found["recall PERSON"], (1, 1.0))
