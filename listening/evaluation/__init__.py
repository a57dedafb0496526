"""How well the readers read, against labels that people gave. A subject is a module with `scores(folder)`.

`contract` says what a score is, `files` finds and reads the labelled sets, `metrics` counts. No database.
"""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from listening.evaluation.contract import Score, Scores


def subjects() -> dict[str, Scores]:
    """The modules of this package that offer `scores`, by name."""
    found = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        scores = getattr(import_module(f"{__name__}.{module.name}"), "scores", None)
        if scores is not None:
            found[module.name] = scores
    return found


def scores(folder: Path, only: str = "") -> Iterator[Score]:
    for name, subject in subjects().items():
        if only in ("", name):
            yield from subject(folder)
