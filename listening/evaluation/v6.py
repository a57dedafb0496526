"""NHS comments with all the themes each holds: `pxtextmining/v6framework_230831_*.csv`."""

from dataclasses import dataclass

from listening.evaluation.files import Row

NAME = "pxtextmining/v6framework_230831"
TEXT = "FFT answer"
FIRST_THEME, LAST_THEME = "Organisation & efficiency", "Positive experience & gratitude"
NO_THEMES = frozenset({"Labelling not possible"})


@dataclass(frozen=True)
class Themed:
    text: str
    prompt: str
    themes: frozenset[str]


def themed(row: Row) -> Themed:
    return Themed(
        row.text(TEXT).strip(),
        row.text("FFT question").strip(),
        frozenset(name for name in themes(row) if str(row.fields[name]).strip() == "1"),
    )


def themes(row: Row) -> list[str]:
    """The columns that are themes, in the order of the file."""
    names = list(row.fields)
    if FIRST_THEME not in names or LAST_THEME not in names:
        raise row.bad("has not the columns of the themes")
    return [
        name
        for name in names[names.index(FIRST_THEME) : names.index(LAST_THEME) + 1]
        if name not in NO_THEMES
    ]
