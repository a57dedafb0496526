from datetime import timedelta

import pytest

from alerts import priority
from alerts.priority import Facts, SetBy, Weights

HOUR = timedelta(hours=1)


def said(facts: Facts, weights: Weights | None = None, **given: object) -> list[str]:
    return [str(each) for each in priority.standing(facts, weights or Weights(), **given)]  # type: ignore[arg-type]


class StandingTests:
    def test_severity_alone_is_said_alone(self) -> None:
        assert said(Facts(severity=45, lane="complaint")) == ["severity 45"]

    def test_each_factor_says_its_points(self) -> None:
        facts = Facts(72, "emergency", child=True, posts_today=3, wrote_again=True, press=True, reach=4)
        assert said(facts) == [
            "severity 72",
            "emergency lane +40",
            "a child is mentioned +15",
            "3rd post by this author today +10",
            "wrote again after our reply +10",
            "from the press +10",
            "4 more tell the same +8",
        ]

    def test_the_numbers_add_up_to_the_score(self) -> None:
        facts = Facts(72, "emergency", child=True, posts_today=3)
        factors = priority.standing(facts, Weights())
        assert priority.score(factors) == 72 + 40 + 15 + 10

    def test_the_severity_a_person_set_counts_and_says_so(self) -> None:
        assert said(Facts(severity=20), set_by=SetBy(75, "Carla Reyes")) == [
            "severity, set by Carla Reyes (read as 20) 75"
        ]

    def test_a_weight_of_nothing_is_not_said(self) -> None:
        weights = Weights.of({"child": 0, "lanes": {"media": 0}})
        assert said(Facts(severity=5, lane="media", child=True), weights) == ["severity 5"]

    @pytest.mark.parametrize(("posts", "points"), [(0, 0), (1, 0), (2, 5), (4, 15), (100, 15)])
    def test_posts_of_the_day_count_up_to_three(self, posts: int, points: int) -> None:
        assert priority.score(priority.standing(Facts(0, posts_today=posts), Weights())) == points


class WaitingTests:
    @pytest.mark.parametrize(
        ("waited", "points"),
        [(-HOUR, 0), (HOUR, 0), (2 * HOUR, 5), (5 * HOUR, 10), (8 * HOUR, 20), (99 * HOUR, 20)],
    )
    def test_it_grows_by_steps_and_ends(self, waited: timedelta, points: int) -> None:
        assert priority.score(priority.waiting(waited, Weights())) == points

    def test_it_says_for_how_long(self) -> None:
        assert str(*priority.waiting(5 * HOUR, Weights())) == "no reply for 4 h +10"

    def test_after_a_reply_nothing_waits(self) -> None:
        assert priority.waiting(None, Weights()) == ()


class ChildrenTests:
    @pytest.mark.parametrize(
        "text",
        ["My son waited six hours", "the NICU nurses", "a 4 year old girl with a fever", "Llevé a mi hija"],
    )
    def test_a_child_is_found(self, text: str) -> None:
        assert priority.mentions_child(text)

    @pytest.mark.parametrize(
        "text", ["", "The childcare fee is odd", "Mrs. Johnson", "x" * 5_000_000 + " my son"]
    )
    def test_and_nothing_else(self, text: str) -> None:
        assert not priority.mentions_child(text)


class StoredTests:
    def test_facts_come_back_as_they_were(self) -> None:
        facts = Facts(72, "media", child=True, posts_today=2, press=True)
        assert Facts.of(facts.stored()) == facts

    def test_facts_of_another_version_are_read(self) -> None:
        assert Facts.of({"severity": 40, "mood": "foul"}) == Facts(40)

    def test_weights_come_back_as_they_were(self) -> None:
        weights = Weights.of({"child": 30, "lanes": {"billing": 7}})
        assert Weights.of(weights.stored()) == weights
        assert weights.lanes["billing"] == 7

    @pytest.mark.parametrize("value", ["12", None, True, [1], 1.5])
    def test_a_weight_that_is_no_number_counts_as_shipped(self, value: object) -> None:
        assert Weights.of({"child": value}).child == Weights().child

    def test_no_weight_is_below_nothing_or_beyond_all(self) -> None:
        assert Weights.of({"child": -5}).child == 0
        assert Weights.of({"child": 10**9}).child == priority.HIGHEST


class FairnessTests:
    def test_facts_hold_counts_and_kinds_and_no_word_of_the_author(self) -> None:
        # A new fact is a decision: nothing here may be a condition of the author or a history of them.
        names = {"severity", "lane", "child", "posts_today", "wrote_again", "press", "reach"}
        assert set(Facts(1).stored()) == names


@pytest.mark.parametrize(
    ("number", "said_as"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (22, "22nd"), (112, "112th")]
)
def test_ordinal(number: int, said_as: str) -> None:
    assert priority.ordinal(number) == said_as
