"""What was found of a query in a post, in words of the post counted from 0."""

from collections.abc import Sequence
from typing import NamedTuple

Mark = tuple[int, int, bool]
"""The first word, how many words, and whether the # or @ before them belongs to it."""


class Place(NamedTuple):
    """Where something stands, as NEAR counts words, and what is to be marked of it."""

    first: int
    last: int
    marks: tuple[Mark, ...]


class Found(NamedTuple):
    said: str  # the term, in its normal form
    marks: Sequence[Mark]
