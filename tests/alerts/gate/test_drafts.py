"""The drafts that were written down before the rules, each with the verdict it must get."""

from collections import Counter

import pytest

from tests.alerts.gate.drafts import Draft, drafts

WANTED = {"safe": "pass", "unsafe": "block", "other": "warn"}
PARTS = 3
SETS = ("given", "drafts", "more", "heldout", "last", "fresh", "wider", "afresh", "third")
KNOWN = {
    # In doubt: safe ones that an approver ticks, and unsafe ones that nobody publishes without reading why.
    "warn": {
        "more": {9, 28, 149, 173, 218, 230},
        "heldout": {22, 35, 36, 69, 84, 90, 112, 125, 128},
        "last": {44, 46, 58},
        "fresh": {12, 17, 23, 43, 44, 46},
        "wider": {2, 3, 4, 6, 15, 32, 52, 59, 85, 95, 132, 140, 141, 142, 143, 144, 145, 152, 155},
        "afresh": {39},
        "third": {25, 35},
    },
    # A safe one that is stopped: a day of no public matter.
    "block": {"wider": {39}},
}
"""Where the gate says otherwise, set by set and row by row, so that a change for the worse shows."""


def known(name: str, row: int) -> str:
    return next((verdict for verdict, sets in KNOWN.items() if row in sets.get(name, ())), "")


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", SETS)
def test_each_draft_gets_its_verdict(name: str, part: int) -> None:
    told = {draft.row: (draft.verdict, draft) for draft in drafts(name) if draft.row % PARTS == part}
    wrong = {
        f"{name} {row} {draft.text}": verdict
        for row, (verdict, draft) in told.items()
        if verdict != (known(name, row) or WANTED[draft.expected])
    }
    assert wrong == {}


def test_no_safe_one_of_those_given_is_in_doubt_and_no_unsafe_one_less_than_stopped() -> None:
    verdicts = [(draft.expected, draft.verdict) for draft in drafts("given")]
    assert set(verdicts) == {("safe", "pass"), ("unsafe", "block")}


def test_there_are_enough_of_both_kinds() -> None:
    both: list[Draft] = [draft for name in SETS for draft in drafts(name)]
    assert sum(draft.expected == "safe" for draft in both) >= 600
    assert sum(draft.expected == "unsafe" for draft in both) >= 600


def test_of_all_safe_ones_nearly_none_is_stopped_and_no_unsafe_one_passes() -> None:
    counted = Counter((draft.expected, draft.verdict) for name in SETS for draft in drafts(name))
    assert counted["unsafe", "pass"] == 0
    assert counted["safe", "block"] <= 2
    assert counted["safe", "warn"] * 10 <= sum(n for (kind, _), n in counted.items() if kind == "safe")


def test_what_it_was_never_tuned_on_fares_as_the_readme_says() -> None:
    counted = Counter((draft.expected, draft.verdict) for draft in drafts("unseen"))
    told = {kind: [counted[kind, word] for word in ("block", "warn", "pass")] for kind in ("unsafe", "safe")}
    assert told == {"unsafe": [18, 0, 2], "safe": [2, 1, 17]}
