import pytest

from listening import typed
from listening.typed import LONG


def texts(said: str) -> list[str]:
    return [each.text.replace("\n", " / ") for each in typed.queries(said)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("northfield\nlarkmoor", ["northfield", "larkmoor"]),
        ("northfield\r\n\r\n  \rlarkmoor", ["northfield", "larkmoor"]),
        ("northfield\nAND wait", ["northfield / AND wait"]),
        ("northfield AND\nwait", ["northfield AND / wait"]),
        ("northfield NEAR/3\nwait", ["northfield NEAR/3 / wait"]),
        ("(northfield OR\nlarkmoor\n)\nNOT jobs", ["(northfield OR / larkmoor / ) / NOT jobs"]),
        ("（northfield\nlarkmoor）", ["（northfield / larkmoor）"]),
        ('"(" northfield\nlarkmoor', ['"(" northfield', "larkmoor"]),
        ('"northfield AND"\nlarkmoor', ['"northfield AND"', "larkmoor"]),
        ("northfield\nANDREA\nOR-1\nNOTE", ["northfield", "ANDREA", "OR-1", "NOTE"]),
        ("northfield\nand wait", ["northfield", "and wait"]),
        ("(northfield\n\nlarkmoor", ["(northfield", "larkmoor"]),
        ("NOT jobs", ["NOT jobs"]),
        ("", []),
        (" \n\t\n", []),
    ],
)
def test_a_query_goes_on_where_it_cannot_be_over(said: str, expected: list[str]) -> None:
    assert texts(said) == expected


@pytest.mark.parametrize(
    ("said", "line", "character", "sentence"),
    [
        ('northfield\nwest "clinic', 2, 6, "The quote is never closed."),
        ("northfield\nAND (wait OR\n  hours NEAR/ lobby)", 3, 14, "NEAR needs a number. Make it NEAR/6."),
        ("northfield\n\n  stars:9", 3, 9, "The stars cannot be read."),
        ("northfield OR", 1, 12, "OR has nothing to go with after it."),
        ("northfield\nfoo:bar", 2, 1, "There is no field foo:."),
        ("(northfield\nOR wait", 1, 1, "The bracket is never closed."),
    ],
)
def test_a_mistake_is_found_where_it_was_made(said: str, line: int, character: int, sentence: str) -> None:
    (mistake,) = typed.read(said).mistakes
    assert (mistake.line, mistake.character, mistake.sentence) == (line, character, sentence)
    assert mistake.expected


def test_the_line_is_shown_around_the_mistake() -> None:
    (mistake,) = typed.read("northfield\n" + "x" * 80 + ' and "wait ' + "y" * 80).mistakes
    assert mistake.before.startswith("…x")
    assert (mistake.wrong, mistake.after[:5]) == ('"', "wait ")
    assert len(mistake.indent) == len(mistake.before) == 61
    assert len(mistake.after) == 60


def test_what_can_be_read_is_read_beside_what_cannot() -> None:
    reading = typed.read("northfield\n(\n\nlarkmoor  wait\nlarkmoor wait")
    assert reading.texts == ["northfield", "larkmoor wait"]
    assert len(reading.mistakes) == 1


def test_what_may_be_meant_otherwise_is_hinted_at() -> None:
    (understood,) = typed.read("northfield or larkmoor").understood
    assert understood.hints == ("“or” is looked for as a word. For the operator write OR.",)


@pytest.mark.parametrize("said", ["a", "the", "NOT northfield", "*", "?", "northfield OR the"])
def test_what_would_find_nearly_everything_is_a_mistake(said: str) -> None:
    assert typed.read(said).mistakes


@pytest.mark.parametrize(
    "said",
    [
        *("(" * 50_000, '"' * 50_001, "\x00 \ud800 \u202e", "\n" * 100_000, "NOT " * 40_000),
        *(
            "AND\n" * 40_000,
            "northfield OR\n" * 5_000,
            "x" * 200_000,
            "NEAR/" * 30_000,
            "NEAR/" + "/" * 90_000,
        ),
    ],
    ids=range(10),
)
def test_hostile_lines_are_read_in_no_time(said: str) -> None:
    reading = typed.read(said)
    assert not reading.understood
    for mistake in reading.mistakes:
        assert len(mistake.before) + len(mistake.after) < 130


LONG_LINE = (
    '("north ed" OR "north AND south") AND (wait* OR queue) NOT ("north edge" OR author:northfield_jobs)'
)


def test_a_long_query_is_laid_out_over_lines_and_read_back_the_same() -> None:
    wrapped = typed.wrapped([LONG_LINE, "northfield AND wait"])
    assert wrapped.splitlines() == [
        '("north ed" OR "north AND south")',
        "AND (wait* OR queue)",
        'NOT ("north edge" OR author:northfield_jobs)',
        "northfield AND wait",
    ]
    assert typed.read(wrapped).texts == [LONG_LINE, "northfield AND wait"]


def test_a_long_query_without_operators_stays_on_one_line() -> None:
    words = " ".join(["northfield"] * 20)
    assert len(words) > LONG
    assert typed.wrapped([words]) == words


def test_stored_lines_that_are_queries_no_more_are_left_out() -> None:
    assert list(typed.readable(["northfield", '"open', "a"])) == ["northfield", "a"]
