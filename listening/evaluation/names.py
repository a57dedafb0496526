"""Own names: every hospital of a public list, put into sentences that say nothing about it, reads neutral.

Each name is told beforehand, as a hospital tells its own. Plain VADER has no such wish: it reads the name.
"""

from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

from listening.evaluation import files, plain_vader
from listening.evaluation.contract import Score
from listening.reading import sentiment
from listening.reading.sentiment import NO_NAMES, Names

SENTENCES = (
    "I have an appointment at {} on Tuesday.",
    "{} is two blocks from the school.",
    "What are the hours of the pharmacy at {}?",
    "We went to {} on Monday.",
    "He is a patient at {}.",
    "The conference takes place at {} in October.",
    "{} has four hundred beds.",
    "She moved from another clinic to {}.",
    "Is {} on this side of the river?",
    "The ambulance drove to {}.",
)

LISTS = (
    ("cms_hospital_general", None, "Facility Name"),
    ("nhs_trusts", ("code", "name"), "name"),
)


def scores(folder: Path) -> Iterator[Score]:
    for name, columns, column in LISTS:
        path = files.find(folder, "hospitals", name)
        if path is not None:
            names = sorted(
                {row.text(column) for row in files.rows(path, columns) if row.text(column).strip()}
            )
            yield from _neutral(f"hospitals/{name}", names)


def _neutral(title: str, names: Sequence[str]) -> Iterator[Score]:
    posts = [(name, sentence.format(name)) for name, sentence in zip(names, cycle(SENTENCES), strict=False)]
    plain = _share(sentiment.label_of(plain_vader.compound(post)) for _, post in posts)
    told = _share(sentiment.read(post, names=Names([name])).label for name, post in posts)
    yield Score(title, len(posts), "own name reads neutral", plain, told)
    untold = _share(sentiment.read(post, names=NO_NAMES).label for _, post in posts)
    yield Score(title, len(posts), "a name not told reads neutral", plain, untold)


def _share(labels: Iterator[str]) -> float:
    said = list(labels)
    return said.count("neutral") / len(said) if said else 0.0
