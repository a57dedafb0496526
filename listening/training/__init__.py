"""Fits what is learned and writes `listening/reading/models/`. scikit-learn is needed here and nowhere else.

A subject is one module with `fit(folder, digits)`, which yields models and tables. It reads its sets through
`sets`, which leaves out the texts that are held back, and fits with `linear`.
"""

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from listening.reading.learned import Model


@dataclass(frozen=True)
class Table:
    """A generated file that is no model."""

    file: str
    body: str


Fit = Callable[[Path, str], Iterator[Model | Table]]


ALL_DIGITS = "0123456789abcdef"


class CannotTrain(Exception):
    """What is missing, in one line."""


def digits_without(held: str) -> str:
    """The first sha1 digits of the texts that may be fitted on."""
    if unknown := set(held.lower()) - set(ALL_DIGITS):
        raise CannotTrain(f"Held digits are hexadecimal: {''.join(sorted(unknown))!r} is not.")
    return "".join(digit for digit in ALL_DIGITS if digit not in held.lower())


def subjects() -> dict[str, Fit]:
    """The modules of this package that offer `fit`, by name."""
    found = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        fit = getattr(import_module(f"{__name__}.{module.name}"), "fit", None)
        if fit is not None:
            found[module.name] = fit
    return found
