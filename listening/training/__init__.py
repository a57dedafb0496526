"""Fits what is learned and writes `listening/reading/models/`. scikit-learn is needed here and nowhere else.

A subject is one module with `fit(folder, digits) -> Iterator[Model]`; it reads its sets through `sets`, which
leaves out the texts that are held back, and fits with `linear`.
"""

import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from listening.reading.learned import Model

Fit = Callable[[Path, str], Iterator[Model]]


class CannotTrain(Exception):
    """What is missing, in one line."""


def subjects() -> dict[str, Fit]:
    """The modules of this package that offer `fit`, by name."""
    found = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        fit = getattr(import_module(f"{__name__}.{module.name}"), "fit", None)
        if fit is not None:
            found[module.name] = fit
    return found
