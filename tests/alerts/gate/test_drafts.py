"""The drafts that were written down before the rules, each with the verdict it must get."""

from collections import Counter

import pytest

from tests.alerts.gate.drafts import Draft, drafts

WANTED = {"safe": "pass", "unsafe": "block", "other": "warn"}
PARTS = 3
SETS = ("given", "drafts", "more", "heldout", "last")
KNOWN = {
    # In doubt: safe ones that an approver ticks, and unsafe ones that nobody publishes without reading why.
    "warn": {
        "drafts": {11},
        "more": {9, 173, 149, 218, 230},
        "heldout": {22, 36, 69, 83, 86, 90, 91, 92, 112, 115, 125, 128},
        "last": {44, 46, 58},
    },
    # Safe ones that are stopped: a post read as an emergency, a public road.
    "block": {"drafts": {74}, "heldout": {35}},
    # An unsafe one that passes, and should not.
    "pass": {"heldout": {82}},
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
    assert sum(draft.expected == "safe" for draft in both) >= 360
    assert sum(draft.expected == "unsafe" for draft in both) >= 440


def test_what_it_was_never_tuned_on_fares_as_the_readme_says() -> None:
    counted = Counter((draft.expected, draft.verdict) for draft in drafts("unseen"))
    told = {kind: [counted[kind, word] for word in ("block", "warn", "pass")] for kind in ("unsafe", "safe")}
    assert told == {"unsafe": [18, 0, 2], "safe": [2, 1, 17]}
