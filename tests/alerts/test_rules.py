import pytest

from alerts.rules import Condition, Facts, first_fitting


def facts(**changes: object) -> Facts:
    values = {"lane": "complaint", "sentiment": "negative", "network": "x", "facility_id": 7, "severity": 40}
    return Facts(**{**values, **changes})  # type: ignore[arg-type]


def rule(**conditions: object) -> Condition:
    return Condition(id=1, name="A rule", queue_id=1, **conditions)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("conditions", "changes", "fits"),
    [
        ({}, {}, True),
        ({"lanes": frozenset({"complaint"})}, {}, True),
        ({"lanes": frozenset({"question"})}, {}, False),
        ({"sentiments": frozenset({"negative"})}, {"sentiment": "positive"}, False),
        ({"networks": frozenset({"x", "reddit"})}, {"network": "reddit"}, True),
        ({"networks": frozenset({"x"})}, {"network": "google"}, False),
        ({"facility_ids": frozenset({7})}, {}, True),
        ({"facility_ids": frozenset({7})}, {"facility_id": None}, False),
        ({"severity_at_least": 40}, {}, True),
        ({"severity_at_least": 41}, {}, False),
        ({"rating_at_most": 2}, {"rating": 2}, True),
        ({"rating_at_most": 2}, {"rating": 3}, False),
        ({"rating_at_most": 2}, {"rating": None}, False),
        ({"lanes": frozenset({"complaint"}), "severity_at_least": 90}, {}, False),
    ],
)
def test_every_condition_must_hold(
    conditions: dict[str, object], changes: dict[str, object], fits: bool
) -> None:
    assert (first_fitting([rule(**conditions)], facts(**changes)) is not None) is fits


def test_the_first_that_fits_decides() -> None:
    rules = [
        Condition(id=1, name="Questions", queue_id=1, lanes=frozenset({"question"})),
        Condition(id=2, name="Complaints", queue_id=2, lanes=frozenset({"complaint"})),
        Condition(id=3, name="All", queue_id=3),
    ]
    found = first_fitting(rules, facts())
    assert found is not None
    assert found[0].id == 2


def test_the_reason_says_what_was_asked() -> None:
    found = first_fitting([rule(lanes=frozenset({"complaint"}), rating_at_most=2)], facts(rating=1))
    assert found is not None
    assert found[1] == "Rule “A rule”: read as complaint, 1 of 5 stars"


def test_no_rule_fits() -> None:
    assert first_fitting([], facts()) is None
