from typing import Any

import pytest

from listening.changes import Tally, changed

BEFORE = {
    "sentiment": "negative",
    "score": -0.4,
    "topics": ["billing", "staff"],
    "level": "P2",
    "severity": 45,
    "lane": "complaint",
    "identifiers": {"text": [["phone", 0, 8]], "title": []},
}


@pytest.mark.parametrize(
    ("after", "set_by_people", "expected", "is_kept"),
    [
        ({}, [], {}, False),
        ({"score": -0.5}, [], {"score": -0.5}, False),
        ({"identifiers": {"text": [("phone", 0, 8)], "title": []}}, [], {}, False),
        ({"sentiment": "neutral", "score": 0.0}, ["sentiment"], {}, True),
        ({"sentiment": "neutral", "severity": 20}, ["sentiment"], {"severity": 20}, True),
        ({"lane": "question", "level": "P3", "topics": []}, ["level"], {"topics": []}, True),
        ({"topics": ["billing"]}, ["level", "sentiment"], {"topics": ["billing"]}, False),
        ({"topics": ["billing"]}, ["topics", "about_us"], {}, True),
    ],
)
def test_only_what_differs_and_nobody_decided_changes(
    after: dict[str, Any], set_by_people: list[str], expected: dict[str, Any], *, is_kept: bool
) -> None:
    assert changed(BEFORE, {**BEFORE, **after}, set_by_people) == (expected, is_kept)


class TallyTests:
    def test_it_counts_what_became_what(self) -> None:
        tally = Tally()
        for sentiment in ("neutral", "neutral", "positive", "negative"):
            tally.add(BEFORE, {**BEFORE, "sentiment": sentiment})
        assert [(move.before, move.after, move.count) for move in tally.rows()[0][1]] == [
            ("negative", "neutral", 2),
            ("negative", "positive", 1),
        ]

    def test_a_topic_comes_or_goes(self) -> None:
        tally = Tally()
        tally.add(BEFORE, {**BEFORE, "topics": ["staff", "parking"]})
        assert tally.as_stored() == {"topics": {"billing>": 1, ">parking": 1}}

    def test_it_goes_on_from_what_was_stored(self) -> None:
        tally = Tally.of({"level": {"P2>P3": 4}})
        tally.add(BEFORE, {**BEFORE, "level": "P3"})
        assert tally.as_stored() == {"level": {"P2>P3": 5}}

    def test_what_stays_is_not_counted(self) -> None:
        tally = Tally()
        tally.add(BEFORE, {**BEFORE, "score": -0.9, "topics": ["staff", "billing"]})
        assert tally.rows() == []
