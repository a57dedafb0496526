"""NHS comments with one theme and a criticality each: `pxtextmining/phase1_text_data_*.csv`."""

from dataclasses import dataclass
from pathlib import Path

from listening.evaluation import files
from listening.evaluation.files import Row

NAME = "pxtextmining/phase1_text_data"

BETTER, GOOD, WHY = "What could we do better?", "What was good?", "Please tell us why you gave your answer."
ASKED = {
    "Trust A - Q1": BETTER,
    "Trust A - Q2": GOOD,
    "Trust B - Q1": WHY,
    "Trust C - Q1": WHY,
    "Trust C - Q2": BETTER,
}
"""The set names its questions by number; this is what they are after, judged by the answers."""

GRAVE = -3
"""A criticality of this or worse is what triage must find."""


@dataclass(frozen=True)
class Comment:
    text: str
    prompt: str
    major: str  # one of nine
    category: str  # one of some forty
    criticality: int | None  # -5 to 5; None where people wrote something else

    @property
    def is_grave(self) -> bool:
        return self.criticality is not None and self.criticality <= GRAVE


def comment(row: Row) -> Comment:
    number = row.number_in("criticality")
    question = row.text("question").strip()
    return Comment(
        row.text("feedback").strip(),
        ASKED.get(question, question),
        row.text("label").strip(),
        row.text("subcategory").strip(),
        int(number) if number is not None and -5 <= number <= 5 else None,
    )


def comments(folder: Path) -> list[Comment]:
    """All comments with a text, or none where the folder has no such set."""
    path = files.find(folder, *NAME.split("/"))
    return [comment(row) for row in files.rows(path) if row.text("feedback").strip()] if path else []
