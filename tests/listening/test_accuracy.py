from collections.abc import Iterator
from itertools import cycle, islice

import pytest

from listening.accuracy import ENOUGH, Accuracy, Answer, effective_size, macro_f1, wilson

TONES = ("negative", "neutral", "positive")


def mixed(number: int) -> list[Answer]:
    """Answers of every pair, none as often as another, with uneven weights."""
    pairs = cycle((said, people) for said in TONES for people in (*TONES, said, said))
    return [Answer(said, people, 1 + at % 4) for at, (said, people) in enumerate(islice(pairs, number))]


def split(answers: list[Answer]) -> Iterator[list[object]]:
    yield [answer.people for answer in answers]
    yield [answer.said for answer in answers]
    yield [answer.weight for answer in answers]


class WilsonTests:
    @pytest.mark.parametrize(
        ("share", "size", "low", "high"),
        [
            # Newcombe 1998, table I, method 3.
            (81 / 263, 263, 0.2553, 0.3662),
            (15 / 148, 148, 0.0624, 0.1605),
            (0.0, 20, 0.0, 0.1611),
            (1 / 29, 29, 0.0061, 0.1718),
        ],
    )
    def test_it_gives_the_published_limits(self, share: float, size: float, low: float, high: float) -> None:
        assert wilson(share, size) == pytest.approx((low, high), abs=1e-4)

    def test_nothing_known_is_the_whole_range(self) -> None:
        assert wilson(0.0, 0) == (0.0, 1.0)

    def test_it_never_leaves_the_range(self) -> None:
        assert wilson(1.0, 3)[1] == 1.0
        assert wilson(0.0, 3)[0] == 0.0


class EffectiveSizeTests:
    def test_equal_weights_are_worth_their_count(self) -> None:
        assert effective_size([7.0] * 30) == pytest.approx(30)

    def test_unequal_weights_are_worth_less(self) -> None:
        assert effective_size([1.0] * 10 + [10.0]) == pytest.approx(400 / 110)

    def test_none_are_worth_nothing(self) -> None:
        assert effective_size([]) == 0


class MacroF1Tests:
    @pytest.mark.parametrize("number", [1, 2, 4, 9, 31])
    def test_it_agrees_with_scikit_learn(self, number: int) -> None:
        from sklearn.metrics import f1_score  # a second to import: not by every process that collects tests

        answers = mixed(number)
        truth, said, weights = split(answers)
        theirs = f1_score(truth, said, average="macro", sample_weight=weights, zero_division=0)
        assert macro_f1(answers) == pytest.approx(theirs)

    def test_of_nothing_it_is_nothing(self) -> None:
        assert macro_f1([]) == 0


class AccuracyTests:
    def test_each_answer_weighs_what_it_stands_for(self) -> None:
        answers = [Answer("negative", "negative", 90), Answer("neutral", "positive", 10)]
        assert Accuracy.of(answers).share == pytest.approx(0.9)

    def test_it_counts_answers_and_not_weights_in_its_table(self) -> None:
        answers = [Answer("negative", "neutral", 90), Answer("negative", "neutral", 1)]
        assert Accuracy.of(answers).counts == {("negative", "neutral"): 2}

    def test_it_says_so_when_they_are_too_few(self) -> None:
        few = Accuracy.of([Answer("neutral", "neutral")] * (ENOUGH - 1))
        assert not few.is_enough
        assert few.words == "too few to judge (19 of 20 sampled)"

    def test_it_says_its_figure_with_its_interval(self) -> None:
        answers = [Answer("neutral", "neutral")] * 87 + [Answer("neutral", "negative")] * 13
        assert Accuracy.of(answers).words == "read right in 87 % of 100 sampled (79–92 %)"

    def test_the_interval_widens_with_the_weights(self) -> None:
        even = Accuracy.of([Answer("neutral", "neutral")] * 40)
        uneven = Accuracy.of([Answer("neutral", "neutral", 1 + 30 * (at == 0)) for at in range(40)])
        assert uneven.interval[0] < even.interval[0]
