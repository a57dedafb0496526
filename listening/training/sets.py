"""The sets that may be fitted on, read as one kind of row. Others are for measuring only."""

from dataclasses import dataclass
from pathlib import Path

from listening.evaluation import files
from listening.evaluation.contract import digit
from listening.evaluation.files import Row
from listening.reading.learned import FittedOn
from listening.training import ALL_DIGITS, CannotTrain

LICENCES = {"pxtextmining": "MIT", "vader": "MIT", "sarcasm": "MIT", "pii_presidio": "MIT"}
"""No other folder may be fitted on, whatever lies in it."""


@dataclass(frozen=True)
class Set:
    name: str  # folder/file, without the part after its last underscore
    rows: list[Row]
    digits: str  # that the texts have

    @property
    def source(self) -> FittedOn:
        return FittedOn(self.name, LICENCES[self.name.partition("/")[0]], len(self.rows))


def load(folder: Path, name: str, column: str, digits: str = ALL_DIGITS) -> Set:
    """The rows of a set whose text, in `column`, has one of these first digits, in the order of the file."""
    sub, _, file = name.partition("/")
    if sub not in LICENCES:
        raise CannotTrain(f"{sub} is for measuring only: its licence does not let models be made from it.")
    path = files.find(folder, sub, file)
    if path is None:
        raise CannotTrain(f"There is no {name}_*.csv, .tsv or .json in {folder}.")
    found = [(row, digit(row.text(column))) for row in files.rows(path) if row.text(column).strip()]
    kept = [(row, first) for row, first in found if first in digits]
    if not kept:
        raise CannotTrain(f"Of {name}, no text is left to fit on.")
    return Set(name, [row for row, _ in kept], "".join(sorted({first for _, first in kept})))
