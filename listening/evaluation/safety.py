"""What must not wait: invented posts at their levels, and false alarms among tweets that hold none."""

from collections.abc import Iterator
from csv import QUOTE_NONE, DictReader
from pathlib import Path

from listening.evaluation import files
from listening.evaluation.contract import Score
from listening.reading import lanes, sentiment
from listening.reading.severity import LEVELS

CASES = Path(__file__).with_name("safety_cases.tsv")
"""Invented. The rules were mended by what these showed: they keep them from sliding back, no more."""
URGENT = 1
"""How many of the levels page somebody."""


def scores(folder: Path) -> Iterator[Score]:
    said = [(level, level_of(text)) for level, text in cases()]
    for level in LEVELS[:3]:
        found = [LEVELS.index(ours) <= LEVELS.index(level) for meant, ours in said if meant == level]
        yield Score("safety cases", len(found), f"recall at {level} or higher", None, sum(found) / len(found))
    calm = [ours for meant, ours in said if meant == "P3"]
    yield Score(
        "safety cases", len(calm), "false alarms", None, sum(ours in LEVELS[:URGENT] for ours in calm)
    )
    path = files.find(folder, "airline", "tweets")
    if path is not None:
        texts = [row.text("text") for row in files.rows(path)]
        alarms = sum(level_of(text) in LEVELS[:URGENT] for text in texts)
        yield Score("airline/tweets", len(texts), "false P0, a count", None, alarms, "looked at")


def cases() -> list[tuple[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return [(row["level"], row["text"]) for row in DictReader(file, delimiter="\t", quoting=QUOTE_NONE)]


def level_of(text: str) -> str:
    return lanes.read(text, sentiment.read(text)).level
